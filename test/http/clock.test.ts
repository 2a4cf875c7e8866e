import t from 'tap';
import { ADMIN_KEY, Client, testApp } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

const LATER = '2026-07-01T10:00:00+01:00';

async function inNetwork(network: string) {
  const world = await testApp({ network });
  return { ...world, admin: new Client(world.app, ADMIN_KEY) };
}

t.test('the clock of a demo', async (t) => {
  const { admin, app } = await inNetwork('demo-swale');
  const { body: before } = await admin.get<{ revision: number }>('/v1/ledger');
  const moved = await admin.post('/v1/clock', { at: LATER }, null);
  t.same([moved.status, moved.body], [200, { at: '2026-07-01T09:00:00.000Z' }], 'is moved');
  const { body: after } = await admin.get<{ revision: number }>('/v1/ledger');
  t.equal(after.revision, before.revision, 'and that is no fact of the ledger');

  await admin.post('/v1/members', {});
  const { body } = await admin.get<{ events: { event: { recordedAt: string } }[] }>('/v1/events');
  t.equal(body.events.at(-1)?.event.recordedAt, '2026-07-01T09:00:00.000Z', 'what follows is then');

  const back = await admin.post<Problem>('/v1/clock', { at: '2026-06-30T10:00:00Z' });
  isProblem(t, back, { status: 400, code: 'invalid_request' }, 'never goes back');
  t.match(back.body.errors, [{ pointer: '#/at', detail: /2026-07-01T09:00:00\.000Z/ }]);
  const word = await admin.post<Problem>('/v1/clock', { at: 'tomorrow' });
  isProblem(t, word, { status: 400, code: 'invalid_request' }, 'is set to a time, not to a word');

  const access = { role: 'auditor', label: 'audit' };
  const { key } = (await admin.post<{ key: string }>('/v1/access', access)).body;
  const auditor = await new Client(app, key).post<Problem>('/v1/clock', { at: LATER });
  isProblem(t, auditor, { status: 403, code: 'forbidden' }, 'is for the lead partner alone');
});

t.test('the clock of a demo at the ends of time', async (t) => {
  const { admin } = await inNetwork('demo');
  for (const at of [
    '2148-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '9999-12-31T23:59:59-12:00',
  ]) {
    const far = await admin.post<Problem>('/v1/clock', { at });
    isProblem(t, far, { status: 400, code: 'invalid_request' }, at);
  }
  const last = await admin.post('/v1/clock', { at: '2147-12-31T23:59:59.999Z' });
  t.equal(last.status, 200, 'is moved up to the last moment that can be recorded');
  t.equal((await admin.post('/v1/members', {})).status, 201, 'at which writes are taken');
});

t.test('a booking of a demo whose clock is moved by a century', async (t) => {
  const { admin, partner, enrol, service } = await smallWorld({ network: 'demo' });
  const hold = { venueId: partner.venue, memberId: await enrol(120), credits: '1' };
  const { holdId } = (await partner.till.post<{ holdId: string }>('/v1/holds', hold)).body;
  await admin.post('/v1/clock', { at: '2126-06-10T09:00:00Z' });
  service.sequencer.wake();
  await admin.post('/v1/members', {});
  const { body } = await admin.get<{ state: string }>(`/v1/holds/${holdId}`);
  t.equal(body.state, 'expired', 'expires');
});

t.test('a demo whose clock is behind its last event', async (t) => {
  const { admin, clock } = await inNetwork('demo');
  clock.forward(-60_000);
  const at = new Date(clock.now_ms + 30_000).toISOString();
  const early = await admin.post<Problem>('/v1/clock', { at });
  isProblem(t, early, { status: 400, code: 'invalid_request' }, 'is not set to before that event');
});

for (const network of ['medway', 'sandbox', 'my-demo']) {
  t.test(`the clock of ${network}`, async (t) => {
    const { admin, clock } = await inNetwork(network);
    const before = clock.now_ms;
    const answer = await admin.post<Problem>('/v1/clock', { at: LATER });
    isProblem(t, answer, { status: 404, code: 'not_found' }, 'has no address');
    t.equal(clock.now_ms, before, 'and stays as it is');
    const document = await admin.get<{ paths: object }>('/openapi.json');
    t.notOk('/v1/clock' in document.body.paths, 'and is not in the description');
  });
}
