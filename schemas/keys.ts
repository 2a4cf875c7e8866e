import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { base32 } from './base32.ts';
import { digest } from './digest.ts';
import type { AccessId, Digest } from './ids.ts';

/**
 * An access key: `tcl_<id>_<secret>_<checksum>`. The id is the access's own, so that a key can be
 * found and named without its secret; the secret has 256 bits; the checksum is the CRC-32 of all
 * before it, so that a mistyped key is told from a wrong one. The stream holds only its SHA-256.
 */
const KEY = /^tcl_([0-9a-hjkmnp-tv-z]{16})_[0-9a-hjkmnp-tv-z]{52}_([0-9a-hjkmnp-tv-z]{7})$/;

export const ID_BYTES = 10;
export const SECRET_BYTES = 32;

/** Makes a key from ten random bytes for its id and 32 for its secret. */
export function makeKey(id: Uint8Array, secret: Uint8Array): string {
  const body = `tcl_${base32(id)}_${base32(secret)}`;
  return `${body}_${checksum(body)}`;
}

/** The access that a key names; nothing where it is not a key. The secret is not judged here. */
export function accessIn(key: string): AccessId | undefined {
  const match = KEY.exec(key);
  return match === null ? undefined : `acc_${match[1]!}`;
}

/** What the stream keeps of a key. */
export function keyHash(key: string): Digest {
  return digest(key);
}

/** A key as an operator gives it, checked for typing mistakes. */
export const keySchema = z
  .string()
  .refine(
    (key) => KEY.test(key) && key.slice(-7) === checksum(key.slice(0, -8)),
    'must be a full key, tcl_<id>_<secret>_<checksum>, without a typing mistake',
  );

function checksum(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return base32(bytes);
}
