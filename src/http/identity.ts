import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readCard } from '../../schemas/cards.ts';
import type { Command } from '../../schemas/commands.ts';
import { bodyDigest } from '../../schemas/digest.ts';
import { idempotencyKeySchema, unquoted } from '../../schemas/http/redemption.ts';
import type { Caller } from './authentication.ts';
import { stop, stopInvalid } from './problems.ts';
import { scoped } from './scope.ts';
import type { Services } from './services.ts';

/** For the document alone; what is sent is checked where it is used. */
export const keyHeader = z.object({
  'idempotency-key': z.string().meta({
    description: 'Yours, 1 to 255 visible characters: the same again, the same answer',
    examples: ['1c0f5a52-6a6e-4f0c-9f0e-5d5b8f3f7a21'],
  }),
});

/**
 * The hashes by which a request is known again: of its key in the caller's scope, and of its route
 * and body. A card's number has so few characters that its hash gives it away, so its HMAC stands
 * in the body that is hashed.
 * @param url the route's, with the names of its parameters
 */
export function identityOf(
  services: Services,
  request: FastifyRequest,
  caller: Caller,
  url: string,
): Pick<Command, 'key' | 'sharedKey' | 'body' | 'bodyAsSent'> {
  const header = request.headers['idempotency-key'];
  if (header === undefined) stop('idempotency_key_missing');
  const key = idempotencyKeySchema.safeParse(header);
  if (!key.success) stopInvalid('#', `Idempotency-Key ${key.error.issues[0]!.message}`);
  const route = `${request.method} ${pathOf(url, request.params)}`;
  const { key: own, shared } = scoped(services, caller, unquoted(key.data));
  const keys = { key: own, sharedKey: shared };
  const { body } = request;
  if (!namesCard(body)) return { ...keys, body: bodyDigest(route, body) };
  return {
    ...keys,
    body: bodyDigest(route, withoutCards(body, services.cardHmac)),
    bodyAsSent: () => bodyDigest(route, body),
  };
}

/** The path of a request with its parameters as they were understood, however it was spelled. */
function pathOf(url: string, params: unknown): string {
  if (!url.includes(':')) return url;
  const values = params as Readonly<Record<string, string>>;
  return url.replace(/:(\w+)/g, (_, name: string) => values[name]!);
}

/** The field of every body that holds a card's number; a test holds that there is no other. */
const CARD_FIELD = 'card';

function namesCard(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return CARD_FIELD in value || Object.values(value).some(namesCard);
}

function withoutCards(value: unknown, cardHmac: Services['cardHmac']): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutCards(one, cardHmac));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, field]: [string, unknown]) => {
    const isCard = name === CARD_FIELD && typeof field === 'string';
    return [name, isCard ? cardHmac(readCard(field) ?? '') : withoutCards(field, cardHmac)];
  });
  return Object.fromEntries(fields) as unknown;
}
