import t, { type Test } from 'tap';
import type { ServiceOptions } from '../../src/service.ts';
import { EVENT_LOOP } from '../../src/ledger/timing.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, Client, testApp } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { callsOf, checkedIn } from './openapi.ts';
import { isProblem } from './problem.ts';

/* Reads that wait for a revision: what was written at one instance, read at another. */

const HEADER = 'ledger-revision-at-least';

/** A service whose readers wait as long as the test says. */
async function patientWorld(t: Test, reads: ServiceOptions['reads'] = {}) {
  const waits: { readonly after_ms: number; readonly go: () => void }[] = [];
  const timing: ServiceOptions['timing'] = {
    ...EVENT_LOOP,
    later: (go, after_ms) => waits.push({ after_ms, go }),
  };
  const world = await smallWorld({ service: { timing, reads } });
  t.teardown(() => world.app.close());
  const { admin, service } = world;
  const { awaited } = service;
  return {
    ...world,
    revision: () => service.sequencer.ledger.revision,
    reading: (revision: unknown, client = admin) =>
      client.get<{ revision: number }>('/v1/ledger', { [HEADER]: String(revision) }),
    waitingAre: async (count: number) => {
      while (awaited.waiting !== count) await new Promise((resolve) => setImmediate(resolve));
    },
    waits,
    giveUp: () => waits.splice(0).forEach(({ go }) => go()),
  };
}

t.test('a read that asks for a revision that is here', async (t) => {
  const { reading, revision, waits } = await patientWorld(t);
  t.match(await reading(revision()), { status: 200, body: { revision: revision() } });
  t.equal((await reading(0)).status, 200, 'or for one before it');
  t.same(waits, [], 'does not wait');
});

t.test('a read that asks for a revision to come', async (t) => {
  const { reading, revision, waitingAre, admin, group } = await patientWorld(t);
  const next = revision() + 1;
  const answer = reading(next);
  await waitingAre(1);
  const written = await admin.post('/v1/members', { organisationId: group.id });
  t.equal(written.headers['ledger-revision'], String(next), 'waits for the write that brings it');
  t.match(await answer, { status: 200, body: { revision: next } }, 'and has read it');
});

t.test('reads that ask for different revisions', async (t) => {
  const { reading, revision, waitingAre, admin, group } = await patientWorld(t);
  const [sooner, later] = [reading(revision() + 1), reading(revision() + 2)];
  await waitingAre(2);
  await admin.post('/v1/members', { organisationId: group.id });
  t.equal((await sooner).status, 200, 'are released each by its own');
  await waitingAre(1);
  await admin.post('/v1/members', { organisationId: group.id });
  t.equal((await later).status, 200, 'one after another');
});

t.test('a read that asks for a revision that does not come', async (t) => {
  const { reading, revision, waitingAre, waits, giveUp } = await patientWorld(t);
  const asking = reading(revision() + 1);
  await waitingAre(1);
  t.same(
    waits.map(({ after_ms }) => after_ms),
    [2_000],
    'waits for two seconds',
  );
  giveUp();
  const answer = await asking;
  isProblem(t, answer, { status: 503, code: 'not_there_yet' }, 'and is told so');
  t.match(answer.body, { retryable: true, detail: `revision ${revision()} and not yet` });
  t.equal(answer.headers['retry-after'], '1', 'and when to try again');
});

t.test('more reads than may wait', async (t) => {
  const { reading, revision, waitingAre, giveUp } = await patientWorld(t, { most: 2 });
  const waiting = [reading(revision() + 1), reading(revision() + 1)];
  await waitingAre(2);
  const answer = await reading(revision() + 1);
  isProblem(t, answer, { status: 503, code: 'not_there_yet' }, 'are turned away at once');
  giveUp();
  await Promise.all(waiting);
});

for (const wrong of ['', '-1', '1.5', 'newest', '01', '9'.repeat(16), '1, 2']) {
  t.test(`Ledger-Revision-At-Least: ${wrong}`, async (t) => {
    const { reading } = await patientWorld(t);
    const expected = { status: 400, code: 'invalid_request', pointers: ['#'] } as const;
    const answer = await reading(wrong);
    isProblem(t, answer, expected, 'is no revision');
    const sentence = /^Ledger-Revision-At-Least must be a revision/;
    t.match(answer.body, { errors: [{ detail: sentence }] }, 'and the answer says what is wrong');
  });
}

t.test('a key that is revoked by what its read waits for', async (t) => {
  const { app, admin, reading, revision, waitingAre } = await patientWorld(t);
  const access = { role: 'auditor', label: 'auditor' };
  const { body } = await admin.post<{ accessId: string; key: string }>('/v1/access', access);
  const answer = reading(revision() + 1, new Client(app, body.key));
  await waitingAre(1);
  await admin.post(`/v1/access/${body.accessId}/revocation`, {});
  isProblem(t, await answer, { status: 401, code: 'unauthenticated' }, 'reads nothing any more');
});

t.test('somebody without a key', async (t) => {
  const { app, reading, revision, waits } = await patientWorld(t);
  const answer = await reading(revision() + 1, new Client(app, undefined));
  isProblem(t, answer, { status: 401, code: 'unauthenticated' }, 'is turned away');
  const checkpoint = await app.inject({ url: '/v1/checkpoint', headers: { [HEADER]: '999' } });
  t.equal(checkpoint.statusCode, 200, 'and waits for nothing that anybody may read');
  t.same(waits, [], 'so that nobody else has to');
});

t.test('what is written at another instance', async (t) => {
  const lines: string[] = [];
  const here = await smallWorld({ journal: memoryJournal(lines) });
  const timing = { ...EVENT_LOOP, later: () => undefined };
  const journal = memoryJournal(lines);
  const second = await testApp({ journal, clock: here.clock, seed: 2, service: { timing } });
  t.teardown(() => Promise.all([here.app.close(), second.app.close()]));
  const there = new Client(second.app, ADMIN_KEY);
  const members = { organisationId: here.group.id };
  const written = await here.admin.post<{ memberId: string }>('/v1/members', members);
  const asked = { [HEADER]: String(written.headers['ledger-revision']) };
  const answer = there.get(`/v1/members/${written.body.memberId}`, asked);
  while (second.service.awaited.waiting < 1) await new Promise((resolve) => setImmediate(resolve));
  await there.post('/v1/members', members);
  t.match(await answer, { status: 200, body: { memberId: written.body.memberId } }, 'is read here');
});

t.test('the OpenAPI document', async (t) => {
  const apart = ['/metrics'];
  for (const { method, path, operation } of callsOf(checkedIn)) {
    const { parameters = [], security } = operation;
    const said = parameters.some(({ name }) => name.toLowerCase() === HEADER);
    const waits = method === 'GET' && security !== undefined && !apart.includes(path);
    t.equal(said, waits, `${method} ${path} ${waits ? 'may wait' : 'never waits'}`);
  }
});
