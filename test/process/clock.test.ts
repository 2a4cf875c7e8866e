import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { HttpClient, serviceFor } from '../support/process.ts';
import { tillIn } from './till.ts';

/* A service on a machine whose clock is wrong by as many milliseconds as a file says. */

const WRONG = `
  import { readFileSync } from 'node:fs';
  const right = Date.now;
  Date.now = () => right() + Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
`;

/** @param by_ms how far the clock is ahead at the start */
function clockIn(t: Test, by_ms: number) {
  const directory = t.testdir({ data: {} });
  const file = join(directory, 'wrong');
  const set = (ahead_ms: number) => writeFileSync(file, String(ahead_ms));
  set(by_ms);
  const preload = `--import=data:text/javascript,${encodeURIComponent(WRONG)}`;
  const environment = { CLOCK_FILE: file, NODE_OPTIONS: preload };
  return { set, options: { dataDirectory: join(directory, 'data'), environment } };
}

t.test('a clock that jumps ten years ahead while a booking is open', async (t) => {
  const { set, options } = clockIn(t, 0);
  const service = await serviceFor(t, options);
  const till = await tillIn(service);
  const admin = new HttpClient(service.url, till.key);
  const { venueId, memberId } = till;
  await admin.post('/v1/holds', { venueId, memberId, credits: '1' }, 'booking');
  set(3_650 * DAY_MS);
  await service.logs(/"why":"its clock jumped 3650 days ahead;.*"no writes are taken"/);
  t.pass('is told in the log');
  const refused = await till.redeem('in-2036');
  t.match(refused, { status: 503, body: { code: 'not_writing' } }, 'keeps writes from being taken');
  set(0);
  await service.logs(/"writes are taken again"/);
  t.equal((await till.redeem('afterwards')).status, 201, 'and they are, once it is back');
  const { body } = await admin.get<{ events: { event: { recordedAt: string } }[] }>('/v1/events');
  const last = body.events.at(-1)!.event.recordedAt;
  t.ok(Date.parse(last) < Date.now() + DAY_MS, 'nothing is recorded of that time');
});

t.test('a start on a clock that is years ahead of the last event', async (t) => {
  const { set, options } = clockIn(t, 0);
  const service = await serviceFor(t, options);
  const till = await tillIn(service);
  await service.end('SIGTERM');

  const ahead_ms = 400 * DAY_MS;
  set(ahead_ms);
  const wrong = await serviceFor(t, options);
  const refused = await till.redeem('too-late', wrong);
  t.match(refused, { status: 503, body: { detail: /ACCEPT_CLOCK=\d{4}-\d\d-\d\d/ } }, 'is held');
  t.equal(await till.balance(wrong), '100', 'who reads is answered');
  await wrong.end('SIGTERM');

  const { environment } = options;
  const day = /ACCEPT_CLOCK=([-\d]{10})/.exec(refused.body.detail)![1]!;
  const accepted = { ...environment, ACCEPT_CLOCK: day };
  const right = await serviceFor(t, { ...options, environment: accepted });
  t.equal((await till.redeem('at-last', right)).status, 201, 'until the operator names the day');
});
