import t, { type Test } from 'tap';
import { accountOf } from '../../schemas/ids.ts';
import { ADMIN_KEY, Client, testApp, testClock, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { commandFor, eventsIn, redemption, SharedLines, until } from './instance.ts';

const HOUR_MS = 3_600_000;

/** Two instances of one ledger that hear of one another, with a member who has two credits. */
async function twoInstances(t: Test) {
  const shared = new SharedLines();
  const { lines } = shared;
  const clock = testClock();
  const clockThere = { ...testClock() };
  const [journal, journalThere] = [shared.journal(), shared.journal()];
  const here = await smallWorld({ journal, clock });
  const there = await testApp({ journal: journalThere, clock: clockThere, seed: 2 });
  t.teardown(() => Promise.all([here.app.close(), there.app.close()]));
  const memberId = await here.enrol(120);
  const { body } = await here.admin.post<{ accessId: string; key: string }>('/v1/access', {
    role: 'partner',
    organisationId: here.partner.id,
    label: 'second-till',
  });
  const { accessId, key } = body;
  const revisionOf = (one: typeof there) => one.service.sequencer.ledger.revision;
  const both = () =>
    until(() => [here, there].every((one) => revisionOf(one) === lines.length - 1));
  await both();
  return {
    ...{ shared, lines, clock, clockThere, here, there, journal, journalThere, memberId, accessId },
    ...{ both, revisionOf },
    sale: { venueId: here.partner.venue, memberId, credits: '1' },
    till: new Client(here.app, key),
    tillThere: new Client(there.app, key),
    adminThere: new Client(there.app, ADMIN_KEY),
    wallet: accountOf.wallet(memberId),
    ready: () => here.app.inject({ url: '/readyz' }),
  };
}

const typesIn = (lines: readonly string[], from: number) =>
  eventsIn(lines, from).map(({ type }) => type);

/** An event of code that is newer than this. */
function stranger(line: string, change: object): string {
  return JSON.stringify({ ...(JSON.parse(line) as object), ...change });
}

t.test('an instance that nobody asks for anything', async (t) => {
  const { here, tillThere, sale, wallet, both, lines } = await twoInstances(t);
  await tillThere.post('/v1/redemptions', sale);
  await both();
  const read = await here.admin.get(`/v1/accounts/${wallet}`);
  const revision = lines.length - 1;
  t.match(read.body, { balance: '1', revision }, 'shows what another one has written');
  t.equal(here.service.projections.entries.revision, revision);
});

t.test('what another writes while a batch is made durable', async (t) => {
  const { journal, till, tillThere, sale, lines, here, wallet, both } = await twoInstances(t);
  const before = lines.length;
  journal.answer = async () => {
    journal.answer = undefined;
    await tillThere.post('/v1/redemptions', { ...sale, credits: '0.5' });
    return undefined;
  };
  const answer = await till.post('/v1/redemptions', sale);
  t.match(answer, { status: 201, body: { balance: '0.5' } }, 'comes before it');
  await both();
  t.equal(lines.length, before + 2, 'and each is in the stream once');
  t.equal(here.service.projections.entries.balance(wallet), 50, 'and is counted once');
});

t.test('an access that another revokes between two decisions', async (t) => {
  const { journal, adminThere, accessId, till, sale, lines } = await twoInstances(t);
  journal.answer = async () => {
    journal.answer = undefined;
    await adminThere.post(`/v1/access/${accessId}/revocation`, {});
    return undefined;
  };
  const before = lines.length;
  t.match(
    await till.post('/v1/redemptions', sale),
    { status: 401, body: { code: 'unauthenticated' } },
    'is refused by the second',
  );
  t.same(typesIn(lines, before), ['AccessRevoked'], 'and writes nothing');
});

t.test('one key that is sent to both at once', async (t) => {
  const { till, tillThere, sale, lines } = await twoInstances(t);
  const before = lines.length;
  const answers = await Promise.all([
    till.post('/v1/redemptions', sale, 'sale-1'),
    tillThere.post('/v1/redemptions', sale, 'sale-1'),
  ]);
  t.same(typesIn(lines, before), ['CreditsRedeemed'], 'is one fact');
  t.same(answers[0].body, answers[1].body, 'and one answer');
  const replays = answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true');
  t.equal(replays.length, 1, 'of which the other gets the replay');
});

t.test('one wallet that is drained from both', async (t) => {
  const { here, there, memberId, lines, both, wallet } = await twoInstances(t);
  const before = lines.length;
  const ask = () => commandFor(redemption(here.partner.venue, memberId, '0.5'));
  const all = Array.from({ length: 12 }, (_, index) =>
    (index % 2 === 0 ? here : there).service.sequencer.submit(ask()),
  );
  const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
  t.equal(outcomes.filter((one) => one === 'accepted').length, 4, 'gives what it has');
  t.equal(lines.length, before + 4, 'and no more');
  await both();
  t.equal(there.service.projections.entries.balance(wallet), 0, 'as both know');
});

t.test('a booking that expires at both at once', async (t) => {
  const { here, there, memberId, clock, clockThere, lines, both, wallet } = await twoInstances(t);
  const expiresAt = new Date(clock.now_ms + HOUR_MS).toISOString();
  const { venue: venueId } = here.partner;
  const hold = { venueId, member: { memberId }, credits: '1', expiresAt };
  await here.service.sequencer.submit(commandFor({ type: 'HoldCredits', ...hold }));
  await both();
  const before = lines.length;
  t.equal(there.service.projections.holds.heldOf(wallet), 100, 'is known at both');
  for (const one of [clock, clockThere]) one.forward(HOUR_MS);
  for (const { service } of [here, there]) service.sequencer.wake();
  await until(() => lines.length > before);
  await both();
  for (const { service } of [here, there]) service.sequencer.wake();
  await both();
  t.same(typesIn(lines, before), ['HoldExpired'], 'expires once');
  const held = [here, there].map(({ service }) => service.projections.holds.heldOf(wallet));
  t.same(held, [0, 0], 'which both know');
});

t.test('two instances whose clocks differ', async (t) => {
  const { clockThere, till, tillThere, sale, lines } = await twoInstances(t);
  const before = lines.length;
  clockThere.now_ms -= 3_000;
  const half = { ...sale, credits: '0.5' };
  for (const one of [till, tillThere, till, tillThere]) await one.post('/v1/redemptions', half);
  const times = eventsIn(lines, before).map(({ recordedAt }) => recordedAt);
  t.equal(times.length, 4);
  t.same(times, times.toSorted(), 'record at times that never fall');
});

for (const [name, change] of [
  ['an event of a type', { type: 'CreditsBlessed' }],
  ['an event of a version', { v: 99 }],
  ['a format', { type: 'FormatRaised', v: 1, data: { format: 99 } }],
] as const) {
  t.test(`${name} that this code does not know`, async (t) => {
    const { here, tillThere, sale, shared, lines, wallet, ready, till } = await twoInstances(t);
    shared.areNewsLate = true;
    await tillThere.post('/v1/redemptions', sale);
    shared.areNewsLate = false;
    shared.write(stranger(lines.at(-1)!, change));
    const revision = lines.length - 1;
    await until(() => here.service.sequencer.trouble !== undefined);
    const why = new RegExp(`event at revision ${revision} cannot be read`);
    const { statusCode, body } = await ready();
    t.equal(statusCode, 503, 'makes the instance not ready');
    t.match(body, why, 'and names the revision');
    const refused = { status: 503, body: { code: 'not_writing', detail: why } };
    t.match(await till.post('/v1/redemptions', sale), refused, 'it takes no more writes');
    const read = await here.admin.get(`/v1/accounts/${wallet}`);
    t.match(read, { status: 200, body: { balance: '1' } }, 'and shows all before it');
    t.same(here.broken, [], 'and the process lives on');
  });
}

t.test('an event that this code does not know, met after a conflict', async (t) => {
  const { journal, shared, lines, till, sale, here } = await twoInstances(t);
  journal.answer = async () => {
    journal.answer = undefined;
    shared.lines.push(stranger(lines.at(-1)!, { type: 'CreditsBlessed' }));
    return undefined;
  };
  t.match(
    await till.post('/v1/redemptions', sale),
    { status: 503, body: { code: 'not_writing', detail: /cannot be read/ } },
    'refuses the write',
  );
  t.same(here.broken, []);
});

t.test('a command of another of which only the beginning was heard', async (t) => {
  const { here, adminThere, shared, lines, journal, both, revisionOf } = await twoInstances(t);
  const members = [await here.enrol(), await here.enrol()];
  const entries = members.map((memberId) => ({ memberId, minutes: 60 }));
  const list = { organisationId: here.group.id, occurredOn: TODAY, activity: 'weeding', entries };
  await both();
  const before = lines.length;
  const { read } = journal;
  let asked = 0;
  journal.read = (from, limit = Infinity) => {
    asked += 1;
    return read(from, Math.min(limit, before + 1 - from));
  };
  await adminThere.post('/v1/issues', list);
  await until(() => asked > 0);
  await until(() => revisionOf(here) >= before);
  t.equal(lines.length, before + 2);
  t.equal(revisionOf(here), before - 1, 'is not taken in by halves');
  journal.read = read;
  shared.tell();
  await both();
  t.equal(revisionOf(here), lines.length - 1, 'but once it is there as a whole');
});

t.test('a stream that turns out to be another one', async (t) => {
  const { shared, here, till, sale } = await twoInstances(t);
  shared.break('the stream was replaced');
  t.same(here.broken, ['the stream was replaced'], 'ends the process, with words');
  const refused = { status: 503, body: { code: 'not_writing', detail: /was replaced/ } };
  t.match(await till.post('/v1/redemptions', sale), refused, 'and nothing is written before');
});

t.test('what another wrote and cannot be read', async (t) => {
  const { journal, here, shared, tillThere, sale } = await twoInstances(t);
  journal.read = async function* () {
    yield* [];
    throw new Error('the disk is gone');
  };
  await tillThere.post('/v1/redemptions', sale);
  await until(() => here.broken.length > 0);
  t.match(here.broken, [/what others wrote cannot be read: the disk is gone/], 'is a fault');
  t.ok(shared.lines.length > 0);
});

t.test('a journal that has heard nothing', async (t) => {
  const { journal, ready } = await twoInstances(t);
  journal.silence = () => 'nothing was heard for 6 s';
  const { statusCode, body } = await ready();
  t.equal(statusCode, 503, 'is not ready');
  t.match(body, /nothing was heard for 6 s/, 'and says why');
});

t.test('an instance that has not taken in what its journal has', async (t) => {
  const { here, shared, tillThere, sale, lines } = await twoInstances(t);
  const { admin } = here;
  const before = lines.length;
  shared.areNewsLate = true;
  await tillThere.post('/v1/redemptions', sale);
  const { body } = await admin.get<{ events: unknown[] }>('/v1/events?limit=500');
  t.equal(body.events.length, before, 'shows the events that it has taken in');
  const beyond = `/v1/proofs/inclusion?revision=0&size=${before + 1}`;
  t.equal((await admin.get(beyond)).status, 404, 'proves nothing of a later size');
  const tile = (width: number) => admin.get(`/v1/tile/entries/000.p/${width}`);
  t.equal((await tile(before + 1)).status, 404, 'and hands out nothing beyond');
  t.equal((await tile(before)).status, 200);
  const hashes = await admin.get<string>(`/v1/tile/0/000.p/${before}`);
  t.equal(hashes.status, 200, 'while what it has is read from a tree that has grown already');
  const { body: proof } = await admin.get(`/v1/proofs/inclusion?revision=0&size=${before}`);
  t.match(proof, { revision: 0, size: before });
});

t.test('a month that has ended, at one of several instances', async (t) => {
  const { here, clock, clockThere, tillThere, sale, both } = await twoInstances(t);
  await tillThere.post('/v1/redemptions', sale);
  for (const one of [clock, clockThere]) one.now_ms = Date.parse('2026-07-03T09:00:00Z');
  const url = `/v1/venues/${here.partner.venue}/statements/2026-06`;
  const early = await here.admin.get(url);
  t.match(early.body, { code: 'period_not_ended' }, 'may still be written to by another');
  await tillThere.post('/v1/redemptions', sale);
  await both();
  t.equal((await here.admin.get(url)).status, 200, 'until something is recorded after it');
});
