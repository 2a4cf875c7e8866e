import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { SteadyClock } from '../../src/steadyClock.ts';
import { ADMIN_KEY, Client, START_MS, testApp } from '../support/service.ts';
import { isProblem, type Problem } from './problem.ts';

const GROUP = { name: 'Strood Gardeners', roles: ['earn'] };

/** A service on a machine whose clock is wrong by what the test says. */
async function served() {
  const wrong = { by_ms: 0 };
  const steady = new SteadyClock({
    wall_ms: () => START_MS + wrong.by_ms,
    elapsed_ms: () => 0,
    sinceBoot_ms: () => 0,
  });
  const world = await testApp({ service: { now_ms: steady.now_ms, steady } });
  return { ...world, wrong, admin: new Client(world.app, ADMIN_KEY) };
}

t.test('a service whose clock jumps ten years ahead', async (t) => {
  const { admin, wrong, service } = await served();
  const { revision } = service.sequencer.ledger;
  wrong.by_ms = 3_650 * DAY_MS;
  const refused = await admin.post<Problem>('/v1/organisations', GROUP);
  isProblem(t, refused, { status: 503, code: 'not_writing' }, 'takes no writes');
  t.match(refused.body.detail, /its clock jumped 3650 days ahead/, 'and says why');
  service.sequencer.wake();
  const ready = await admin.get<{ why: string }>('/readyz');
  t.match(ready, { status: 503, body: { ok: false, why: /jumped 3650 days/ } }, 'is not ready');
  t.equal((await admin.get('/v1/ledger')).status, 200, 'still answers who reads');
  t.equal(service.sequencer.ledger.revision, revision, 'records nothing of that time');

  wrong.by_ms = 0;
  t.equal((await admin.post('/v1/organisations', GROUP)).status, 201, 'goes on when it is back');
  t.equal((await admin.get('/readyz')).status, 200, 'and is ready');
});

t.test('a service that starts on a clock far beyond the last event', async (t) => {
  const { journal } = await served();
  const steady = new SteadyClock({
    wall_ms: () => START_MS + 400 * DAY_MS,
    elapsed_ms: () => 0,
    sinceBoot_ms: () => 0,
  });
  const { app, service } = await testApp({ journal, service: { now_ms: steady.now_ms, steady } });
  const refused = await new Client(app, ADMIN_KEY).post<Problem>('/v1/organisations', GROUP);
  isProblem(t, refused, { status: 503, code: 'not_writing' }, 'takes no writes');
  t.match(refused.body.detail, /400 days after the last event; .*ACCEPT_CLOCK=2027-07-15/);
  const shown = Date.parse(service.checkpoints.latest!.recordedAt);
  t.ok(shown <= START_MS, 'nor dates a checkpoint by it');
});

t.test('a service whose clock shows a time that nothing can be recorded at', async (t) => {
  for (const year of ['1970', '2148', '9999']) {
    const { app, clock } = await testApp();
    clock.now_ms = Date.parse(`${year}-12-31T23:59:59.999Z`);
    const client = new Client(app, ADMIN_KEY);
    const refused = await client.post<Problem>('/v1/organisations', GROUP);
    isProblem(t, refused, { status: 503, code: 'not_writing' }, year);
    t.match(refused.body.detail, /nothing is recorded at such a time/);
  }
});
