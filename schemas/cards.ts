import { z } from 'zod';
import { base32, CROCKFORD } from './base32.ts';

/**
 * A member's card: ten characters of Crockford base32 in upper case, as `7KQ2M-9XD4C`. The last is
 * a check character (Luhn's algorithm modulo 32), which finds every single mistyped character and
 * nearly every swapped pair.
 */
const RANDOM_CHARACTERS = 9;
export const CARD_BYTES = 6;

/** Makes a card number from six random bytes. */
export function makeCard(random: Uint8Array): string {
  const body = base32(random).slice(0, RANDOM_CHARACTERS);
  return (body + checkCharacter(body)).toUpperCase();
}

/**
 * The card number in what somebody typed: spaces and hyphens left out, any case, O for 0, I and L
 * for 1. Nothing where it is not a card number or its check character does not fit.
 */
export function readCard(typed: string): string | undefined {
  const plain = typed.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  if (!/^[0-9a-hjkmnp-tv-z]{10}$/.test(plain)) return undefined;
  const body = plain.slice(0, RANDOM_CHARACTERS);
  return checkCharacter(body) === plain[RANDOM_CHARACTERS] ? plain.toUpperCase() : undefined;
}

/** How a card number is printed. */
export function cardPrinted(card: string): string {
  return `${card.slice(0, 5)}-${card.slice(5)}`;
}

/** A card number as it is typed or scanned; becomes the plain ten characters. */
export const cardNumberSchema = z
  .string()
  .max(40)
  .refine(
    (typed) => readCard(typed) !== undefined,
    'is not a card number: ten characters, of which the last checks the rest; look for a mistype',
  )
  .meta({ examples: ['7KQ2M-9XD4C'] });

function checkCharacter(body: string): string {
  let sum = 0;
  for (let index = 0; index < body.length; index += 1) {
    const value = CROCKFORD.indexOf(body[body.length - 1 - index]!);
    const doubled = index % 2 === 0 ? value * 2 : value;
    sum += Math.floor(doubled / CROCKFORD.length) + (doubled % CROCKFORD.length);
  }
  return CROCKFORD[(CROCKFORD.length - (sum % CROCKFORD.length)) % CROCKFORD.length]!;
}
