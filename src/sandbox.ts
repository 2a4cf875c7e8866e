import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { z } from 'zod';
import { accessCreated } from '../schemas/http/access.ts';
import { allocationCreated } from '../schemas/http/allocation.ts';
import { cardCreated, cardRevokedAnswer } from '../schemas/http/card.ts';
import { issueCreated } from '../schemas/http/issue.ts';
import { memberCreated } from '../schemas/http/member.ts';
import { offerCreated } from '../schemas/http/offer.ts';
import { organisationCreated } from '../schemas/http/organisation.ts';
import { venueCreated } from '../schemas/http/venue.ts';
import type { OfferId, VenueId } from '../schemas/ids.ts';
import { cardHmacWith } from './cardKey.ts';
import { checkpointsAt } from './checkpoints/checkpoints.ts';
import { configFrom } from './config.ts';
import { memoryJournal } from './journal/memory.ts';
import { running } from './running.ts';
import { openService } from './service.ts';

const HOST = '127.0.0.1';
const NETWORK = 'sandbox';
const CARD_KEY_BYTES = 32;
const FUND_CREDITS = '1000';
const MINUTES_A_CREDIT = 60;
const CREDITS = 10;
const SWIM = {
  title: 'Swim',
  restrictions: 'Under 16s swim with an adult.',
  adultCredits: '1',
  under16Credits: '0.5',
  largestParty: 6,
  caps: { memberDay: 4 },
};

export type SandboxOptions = {
  readonly port: number;
  readonly now_ms: () => number;
  readonly random: (bytes: number) => Uint8Array;
  /** Told of every call with its answer, and of what goes wrong. */
  readonly told: (line: string) => void;
};

/** What a till needs to try everything; made up anew at every start. */
export type Made = {
  readonly key: string;
  readonly venueId: VenueId;
  readonly offerId: OfferId;
  readonly cards: { readonly tenCredits: string; readonly empty: string; readonly revoked: string };
};

export type Sandbox = Made & {
  readonly network: string;
  readonly address: string;
  readonly end: () => Promise<void>;
};

/** The real service on a journal in memory, with one till and three cards, listening. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, now_ms, random, told } = options;
  const journal = memoryJournal();
  const config = configFrom({ NETWORK, JOURNAL_URL: 'memory:' });
  const service = await openService({
    journal,
    checkpoints: checkpointsAt(config, random),
    opening: config.opening,
    now_ms,
    random,
    cardHmac: cardHmacWith(randomBytes(CARD_KEY_BYTES)),
    broken: told,
  });
  const logger = pino({ level: 'warn' }, { write: told });
  const { app, end } = await running(service, journal, logger);
  let prepared = false;
  tell(app, (line) => prepared && told(line));
  try {
    const today = service.sequencer.ledger.calendar(now_ms());
    const made = await prepare(app, service.firstAdminKey!, today);
    prepared = true;
    const address = await app.listen({ host: HOST, port });
    return { network: NETWORK, address, ...made, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Tells of every call in one line: what was asked, the status, and the code of a refusal. */
function tell(app: FastifyInstance, told: (line: string) => void): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!request.url.startsWith('/v1/')) return done(null, payload);
    const refusal = /"code":"(\w+)"/.exec(reply.statusCode < 400 ? '' : String(payload));
    const replayed = reply.hasHeader('idempotent-replayed') ? 'replayed' : '';
    const words = [request.method, request.url, reply.statusCode, refusal?.[1] ?? replayed];
    told(words.join(' ').trim());
    done(null, payload);
  });
}

/** Sets up a small network as its people would: over the API, each with a key of their own. */
async function prepare(app: FastifyInstance, adminKey: string, today: string): Promise<Made> {
  const admin = caller(app, adminKey);
  const organisation = async (name: string, role: 'earn' | 'spend') => {
    const body = { name, roles: [role] };
    const { organisationId } = await admin('/v1/organisations', body, organisationCreated);
    const granted = { role: role === 'earn' ? 'coordinator' : 'partner', organisationId };
    const { key } = await admin('/v1/access', { ...granted, label: 'sandbox' }, accessCreated);
    return { organisationId, key: key! };
  };
  const group = await organisation('Sandbox Gardeners', 'earn');
  const partner = await organisation('Sandbox Leisure', 'spend');
  const { organisationId } = group;
  const name = 'Sandbox Leisure Centre';
  const venue = { organisationId: partner.organisationId, name, openAmounts: true };
  const { venueId } = await admin('/v1/venues', venue, venueCreated);
  const { offerId } = await caller(app, partner.key)(
    '/v1/offers',
    { venueId, ...SWIM },
    offerCreated,
  );
  const allocation = { organisationId, fund: 'sandbox', credits: FUND_CREDITS };
  await admin('/v1/allocations', allocation, allocationCreated);

  const coordinator = caller(app, group.key);
  const enrol = async (credits: number) => {
    const { memberId } = await coordinator('/v1/members', {}, memberCreated);
    const issued = await coordinator(`/v1/members/${memberId}/cards`, {}, cardCreated);
    if (credits > 0) {
      const entries = [{ memberId, minutes: credits * MINUTES_A_CREDIT }];
      const list = { organisationId, occurredOn: today, activity: 'gardening', entries };
      await coordinator('/v1/issues', list, issueCreated);
    }
    return { cardId: issued.cardId, card: issued.card! };
  };
  const full = await enrol(CREDITS);
  const empty = await enrol(0);
  const lost = await enrol(CREDITS);
  await coordinator(`/v1/cards/${lost.cardId}/revocation`, {}, cardRevokedAnswer);
  const cards = { tenCredits: full.card, empty: empty.card, revoked: lost.card };
  return { key: partner.key, venueId, offerId, cards };
}

/** Speaks to the app as one access would. */
function caller(app: FastifyInstance, key: string) {
  let calls = 0;
  return async <S extends z.ZodType>(
    url: string,
    payload: object,
    schema: S,
  ): Promise<z.output<S>> => {
    calls += 1;
    const headers = { authorization: `Bearer ${key}`, 'idempotency-key': `sandbox-${calls}` };
    const { statusCode, body } = await app.inject({ method: 'POST', url, headers, payload });
    if (statusCode >= 400) throw new Error(`the sandbox cannot be prepared: ${body}`);
    return schema.parse(JSON.parse(body));
  };
}
