import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const KEY_BYTES = 32;

/**
 * The key under which cards are kept in the stream, from a file that only its owner may read.
 * Where there is none a key is made, and `keep` writes it: only once it is sure that no card was
 * ever kept under another. Whoever has both this file and the stream can find out card numbers.
 */
export function cardKeyIn(file: string | undefined): {
  readonly key: Buffer;
  readonly keep?: () => void;
} {
  if (file === undefined) return { key: randomBytes(KEY_BYTES) };
  if (existsSync(file)) return { key: keyIn(file) };
  const key = randomBytes(KEY_BYTES);
  const keep = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${key.toString('hex')}\n`, { mode: 0o600, flush: true });
    renameSync(`${file}.new`, file);
  };
  return { key, keep };
}

/** The file of the card key holds something else, so that no card could be told. */
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

/** HMAC-SHA-256 of a card number, base64url. */
export function cardHmacWith(key: Buffer): (card: string) => string {
  return (card) => createHmac('sha256', key).update(card).digest('base64url');
}
