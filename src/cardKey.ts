import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  if (existsSync(file)) return { key: Buffer.from(readFileSync(file, 'utf8').trim(), 'hex') };
  const key = randomBytes(KEY_BYTES);
  const keep = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  };
  return { key, keep };
}

/** HMAC-SHA-256 of a card number, base64url. */
export function cardHmacWith(key: Buffer): (card: string) => string {
  return (card) => createHmac('sha256', key).update(card).digest('base64url');
}
