import { hash } from 'node:crypto';
import { canonical } from './canonical.ts';
import type { Digest } from './ids.ts';

const SEPARATOR = '\0';

/** SHA-256 of parts joined by zero bytes, base64url. No part may hold a zero byte but the last. */
export function digest(...parts: readonly string[]): Digest {
  return hash('sha256', parts.join(SEPARATOR), 'base64url');
}

const SALT_BYTES = 16;

/**
 * The salt of one event, from a seed that its command draws and nobody keeps: whoever knows the
 * salt of one event knows nothing of those of its siblings.
 */
export function saltFrom(seed: Uint8Array, index: number): string {
  const whole = hash('sha256', `${Buffer.from(seed).toString('base64url')}.${index}`, 'buffer');
  return whole.subarray(0, SALT_BYTES).toString('base64url');
}

/**
 * The hash of an idempotency key in its scope, for ever: an organisation's id, or `network`. Since
 * the third format each role of an organisation of both has its own: the id, a slash and the role.
 */
export function keyDigest(scope: string, key: string): Digest {
  return digest(scope, key);
}

/** The hash of a route's name and the RFC 8785 form of the body as sent. For ever. */
export function bodyDigest(route: string, body: unknown): Digest {
  return digest(route, canonical(body));
}
