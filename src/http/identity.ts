import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { bodyDigest, keyDigest } from '../../schemas/digest.ts';
import { idempotencyKeySchema, unquoted } from '../../schemas/http/redemption.ts';
import type { Caller } from './authentication.ts';
import { stop, stopInvalid } from './problems.ts';

/** For the document alone; what is sent is checked where it is used. */
export const keyHeader = z.object({
  'idempotency-key': z.string().meta({
    description: 'Yours, 1 to 255 visible characters: the same again, the same answer',
    examples: ['1c0f5a52-6a6e-4f0c-9f0e-5d5b8f3f7a21'],
  }),
});

/** The scope of a caller's idempotency keys: its organisation, or the network. */
export function scopeOf({ organisation }: Caller): string {
  return organisation ?? 'network';
}

/** The path of a request with its parameters as they were understood, however it was spelled. */
function pathOf(url: string, params: unknown): string {
  if (!url.includes(':')) return url;
  const values = params as Readonly<Record<string, string>>;
  return url.replace(/:(\w+)/g, (_, name: string) => values[name]!);
}

/** The hashes under which a write is known: of its key, and of what it asks. */
export function identityOf(
  request: FastifyRequest,
  caller: Caller,
  url: string,
): { key: string; body: string } {
  const header = request.headers['idempotency-key'];
  if (header === undefined) stop('idempotency_key_missing');
  const key = idempotencyKeySchema.safeParse(header);
  if (!key.success) stopInvalid('#', `Idempotency-Key ${key.error.issues[0]!.message}`);
  const route = `${request.method} ${pathOf(url, request.params)}`;
  return {
    key: keyDigest(scopeOf(caller), unquoted(key.data)),
    body: bodyDigest(route, request.body),
  };
}
