import fc from 'fast-check';
import t from 'tap';
import { CROCKFORD } from '../../schemas/base32.ts';
import {
  CARD_BYTES,
  cardNumberSchema,
  cardPrinted,
  makeCard,
  readCard,
} from '../../schemas/cards.ts';
import { property } from '../support/property.ts';

const bytes = fc.uint8Array({ minLength: CARD_BYTES, maxLength: CARD_BYTES });
const cards = bytes.map(makeCard);
const ALPHABET = CROCKFORD.toUpperCase();

t.test('a card number', async (t) => {
  property(t, 'is ten characters that read as themselves', cards, (card) => {
    return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(card) && readCard(card) === card;
  });
  property(t, 'is read as it is printed, in any case, with spaces', cards, (card) => {
    const printed = cardPrinted(card);
    const typed = [printed, printed.toLowerCase(), ` ${card.slice(0, 5)} ${card.slice(5)} `];
    return typed.every((one) => readCard(one) === card && cardNumberSchema.safeParse(one).success);
  });
  property(t, 'may have O for 0 and I or L for 1', cards, (card) =>
    ['I', 'L', 'i', 'l'].every(
      (one) => readCard(card.replaceAll('0', 'O').replaceAll('1', one)) === card,
    ),
  );
  property(t, 'with one character mistyped is found', cards, (card) =>
    Array.from(card).every((right, at) =>
      Array.from(ALPHABET).every(
        (wrong) =>
          wrong === right || readCard(card.slice(0, at) + wrong + card.slice(at + 1)) === undefined,
      ),
    ),
  );
  for (const typed of [
    '',
    '7KQ2M-9XD4',
    '7KQ2M-9XD4TT',
    '7KQ2M-9XD4U',
    '7KQ2M9XD4é',
    '٣'.repeat(10),
  ]) {
    t.notOk(cardNumberSchema.safeParse(typed).success, `${typed || 'nothing'} is none`);
  }
});

t.test('swapped neighbours', async (t) => {
  const swapped = (card: string, at: number) =>
    card.slice(0, at) + card[at + 1]! + card[at]! + card.slice(at + 2);
  const missed = new Set<string>();
  for (const a of ALPHABET) {
    for (const b of ALPHABET) {
      const made = makeCard(sixBytesOf(a + b));
      const other = swapped(made, 0);
      if (a !== b && readCard(other) !== undefined) missed.add([a, b].toSorted().join(''));
    }
  }
  t.same([...missed], ['0Z'], 'are found, but for 0 and Z');
});

/** Six bytes whose first ten bits are two characters. */
function sixBytesOf(pair: string): Uint8Array {
  const [high, low] = Array.from(pair, (one) => ALPHABET.indexOf(one)) as [number, number];
  const bits = high * 32 + low;
  return Uint8Array.of(bits >>> 2, (bits & 3) << 6, 0x5a, 0xc3, 0x17, 0x88);
}

t.test('the card number that the documents show', async (t) => {
  const shown = cardNumberSchema.meta()?.examples as string[];
  for (const card of shown) t.ok(readCard(card), `${card} can be typed in`);
});
