import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { bodyDigest } from '../../schemas/digest.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { olderJournal } from '../support/older.ts';
import { FUND, smallWorld, type World } from '../support/world.ts';
import { TODAY } from '../support/service.ts';
import { callsOf, checkedIn } from './openapi.ts';

/* Nobody who reads the stream, or a part of it, finds out by guessing what is not for them. */

const ROUTE = 'POST /v1/redemptions';

async function eventsIn(journal: Journal): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const { lines } of journal.read(0)) {
    events.push(...lines.map((line) => JSON.parse(line) as StreamEvent));
  }
  return events;
}

/** A member with a card, and what a till sends to redeem a credit with it. */
async function carded({ enrol, group, partner }: World) {
  const memberId = await enrol(300);
  const answer = await group.coordinator.post<{ card: string }>(
    `/v1/members/${memberId}/cards`,
    {},
  );
  const { card } = answer.body;
  return { memberId, card, sale: { venueId: partner.venue, card, credits: '1' } };
}

t.test('the hash of a request that names a card', async (t) => {
  const world = await smallWorld();
  const { card, sale } = await carded(world);
  const first = await world.partner.till.post('/v1/redemptions', sale, 'sale');
  t.equal(first.status, 201);
  const redeemed = (await eventsIn(world.journal)).at(-1)!;
  for (const spelling of [card, card.replace('-', ''), card.toLowerCase()]) {
    const guess = bodyDigest(ROUTE, { ...sale, card: spelling });
    t.not(redeemed.command.body, guess, `is not that of ${spelling.length} characters`);
  }
  const otherwise = { ...sale, card: card.toLowerCase() };
  const again = await world.partner.till.post('/v1/redemptions', otherwise, 'sale');
  t.equal(again.headers['idempotent-replayed'], 'true', 'and is the same however it is typed');
});

t.test('a list that names cards', async (t) => {
  const world = await smallWorld();
  const { card } = await carded(world);
  const { group, journal } = world;
  const list = {
    ...{ organisationId: group.id, fund: FUND, occurredOn: TODAY, activity: 'walk' },
    entries: [{ card, minutes: 60 }],
  };
  t.equal((await group.coordinator.post('/v1/issues', list, 'list')).status, 201);
  const issued = (await eventsIn(journal)).at(-1)!;
  t.not(issued.command.body, bodyDigest('POST /v1/issues', list), 'has no hash of their numbers');
  const again = await group.coordinator.post('/v1/issues', list, 'list');
  t.equal(again.headers['idempotent-replayed'], 'true', 'and is known again');
});

t.test('a ledger that was opened before there were salts', async (t) => {
  const world = await smallWorld({ journal: await olderJournal(2) });
  const { card, sale } = await carded(world);
  const { till } = world.partner;
  t.equal((await till.post('/v1/redemptions', sale, 'before')).status, 201);
  const older = await eventsIn(world.journal);
  t.notOk(
    older.some(({ salt }) => salt !== undefined),
    'has none until it is raised',
  );
  t.equal(older.at(-1)!.command.body, bodyDigest(ROUTE, sale), 'and hashes what was sent');

  t.equal((await world.admin.post('/v1/format', { format: 3 })).status, 200, 'can be raised');
  const again = await till.post('/v1/redemptions', sale, 'before');
  t.equal(again.headers['idempotent-replayed'], 'true', 'replays what came before');
  const other = await till.post('/v1/redemptions', { ...sale, credits: '2' }, 'before');
  t.match(other.body, { code: 'key_reused', detail: /what differs: credits/ }, 'and tells others');
  t.equal((await till.post('/v1/redemptions', sale, 'after')).status, 201, 'goes on');
  const since = (await eventsIn(world.journal)).slice(older.length);
  t.match(since, [{ type: 'FormatRaised', salt: undefined }, { salt: /^.{22}$/ }], 'with salts');
  t.not(since.at(-1)!.command.body, bodyDigest(ROUTE, sale), `and no hash of ${card.length - 1}`);
  t.same((await eventsIn(world.journal)).slice(0, older.length), older, 'over the same old events');
});

t.test('the events of one command', async (t) => {
  const world = await smallWorld();
  const members = [await world.enrol(), await world.enrol(), await world.enrol()];
  const entries = members.map((memberId) => ({ memberId, minutes: 60 }));
  const list = { organisationId: world.group.id, occurredOn: TODAY, activity: 'walk', entries };
  t.equal((await world.group.coordinator.post('/v1/issues', list)).status, 201);
  const events = await eventsIn(world.journal);
  const salts = events.slice(-3).map(({ salt }) => salt);
  t.equal(new Set(salts).size, 3, 'have a salt each');
  const all = events.map(({ salt }) => salt);
  t.equal(new Set(all).size, events.length, 'as every event of the ledger has one of its own');
  const shown = events.at(-1)!;
  const sibling = events.at(-2)!;
  const guess = { ...sibling, salt: shown.salt };
  t.not(canonical(guess), canonical(sibling), 'so one who has a receipt cannot guess its sibling');
});

t.test('the number of a card', async (t) => {
  const named: string[] = [];
  const walk = (value: unknown, name: string) => {
    if (typeof value !== 'object' || value === null) return;
    const { examples } = value as { examples?: readonly unknown[] };
    if (Array.isArray(examples) && examples.includes('7KQ2M-9XD4C')) named.push(name);
    for (const [key, one] of Object.entries(value)) walk(one, key);
  };
  for (const { operation } of callsOf(checkedIn)) walk(operation.requestBody, 'body');
  walk(checkedIn.components.schemas, 'schema');
  t.same([...new Set(named)], ['card'], 'stands in no other field of a request');
});
