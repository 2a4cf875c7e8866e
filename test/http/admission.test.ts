import t from 'tap';
import { EVENT_LOOP } from '../../src/ledger/timing.ts';
import { ADMIN_KEY, type Answer } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem } from './problem.ts';

/* More requests of one caller than may be under way, and how the last of them is told. */

t.test('who has more requests wait than are let in', async (t) => {
  const later: (() => void)[] = [];
  const timing = { ...EVENT_LOOP, later: (go: () => void) => void later.push(go) };
  const reads = { mostOfOne: 2_000, most: 2_000 };
  const { app, service } = await smallWorld({ service: { timing, reads } });
  const { revision } = service.sequencer.ledger;
  const authorization = `Bearer ${ADMIN_KEY}`;
  const headers = { authorization, 'ledger-revision-at-least': String(revision + 1) };
  const asking = () => app.inject({ url: '/v1/members?limit=500', headers });
  const waiting = Array.from({ length: 16 + 1_024 }, asking);
  while (service.awaited.waiting < 16) await new Promise((resolve) => setImmediate(resolve));
  const response = await asking();
  const { statusCode: status, headers: said } = response;
  const answer: Answer<unknown> = { status, headers: said, body: response.json() };
  isProblem(t, answer, { status: 429, code: 'too_many_requests' }, 'is refused the next');
  t.equal(said['retry-after'], '10', 'and told when to ask again');
  while (service.awaited.waiting > 0) {
    later.splice(0).forEach((go) => go());
    await new Promise((resolve) => setImmediate(resolve));
  }
  const statuses = new Set((await Promise.all(waiting)).map((one) => one.statusCode));
  t.same([...statuses], [503], 'while those that waited are answered');
});
