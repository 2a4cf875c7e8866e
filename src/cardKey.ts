import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownFolder } from './journal/ownerOnly.ts';

const KEY_BYTES = 32;

export type CardKeySource = {
  /** The key itself, as 64 hexadecimal digits; must be that of the file, where there is one. */
  readonly text?: string | undefined;
  readonly file?: string | undefined;
  /** Whether other instances serve the same ledger, so that none may make a key of its own. */
  readonly shared?: boolean;
};

/**
 * The key under which cards are kept in the stream: as it is given, or from a file that only its
 * owner may read. Where there is neither a key is made, and `keep` writes it: only once it is sure
 * that no card was ever kept under another. Whoever has both this key and the stream can find out
 * card numbers.
 * @throws CardKeyError
 */
export function cardKeyIn({ text, file, shared }: CardKeySource): {
  readonly key: Buffer;
  readonly keep?: () => void;
} {
  const kept = file !== undefined && existsSync(file) ? keyIn(file) : undefined;
  const given = text === undefined ? kept : Buffer.from(text, 'hex');
  if (given !== undefined) {
    if (kept?.equals(given) === false) throw otherKey(file!);
    return { key: given };
  }
  if (shared) throw noSharedKey(file!);
  const key = randomBytes(KEY_BYTES);
  if (file === undefined) return { key };
  return { key, keep: () => keepCardKey(file, key) };
}

/** Writes the key to a file that only its owner may read, whole or not at all. */
export function keepCardKey(file: string, key: Buffer): void {
  ownFolder(dirname(file));
  // One that is left over need not be its owner's alone.
  rmSync(`${file}.new`, { force: true });
  const text = `${key.toString('hex')}\n`;
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true, flag: 'wx' });
  renameSync(`${file}.new`, file);
}

/** What tells this key from another one, and nothing of the key. */
export function cardKeyCheck(key: Buffer): string {
  return createHmac('sha256', key).update('check value of a card key').digest('base64url');
}

/** The card key is missing or is another one, so that no card could be told. */
export class CardKeyError extends Error {
  override readonly name = 'CardKeyError';
}

function keyIn(file: string): Buffer {
  const text = readFileSync(file, 'utf8').trim();
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new CardKeyError(
    `${file} is not a card key (64 hexadecimal digits). Put it back from the backup; ` +
      'only if no card was ever issued, delete it.',
  );
}

function otherKey(file: string): CardKeyError {
  return new CardKeyError(
    `CARD_KEY is not the key in ${file}. A card is known only under the key it was issued with: ` +
      'find out which of the two the cards of this ledger have, and take the other away.',
  );
}

function noSharedKey(file: string): CardKeyError {
  return new CardKeyError(
    'There is no CARD_KEY. Every instance of a ledger on EventStoreDB must have the same one, or ' +
      'a card that one issues is unknown to the others, so none is made here. For a new ledger ' +
      'make it with the signing key (timecredits keys --origin credits.example/medway) and give ' +
      'both to all instances; for one that has cards take the one it has, as CARD_KEY or as ' +
      `${file}.`,
  );
}

/** HMAC-SHA-256 of a card number, base64url. */
export function cardHmacWith(key: Buffer): (card: string) => string {
  return (card) => createHmac('sha256', key).update(card).digest('base64url');
}
