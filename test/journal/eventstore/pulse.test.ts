import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Following } from '../../../src/journal/eventstore/following.ts';
import { Mirror } from '../../../src/journal/eventstore/mirror.ts';
import type { Received } from '../../../src/journal/eventstore/received.ts';
import type { Server } from '../../../src/journal/eventstore/server.ts';
import { handTime } from '../../support/eventstore/handTime.ts';
import { line } from './lines.ts';

/**
 * What the pulse alone finds, on a server that is only functions: its one subscription never ends
 * and says nothing, so that nothing is compared because of it.
 */
const EVENTS = 5;

async function given(t: Test) {
  const mirror = await Mirror.open(join(t.testdir(), 'mirror.sqlite'), handTime());
  const stored = Array.from({ length: EVENTS }, (_, revision) => ({
    revision,
    line: line(revision),
  }));
  await mirror.receive(stored);
  const there = { events: stored as Received[], subscriptions: 0 };
  const server = {
    stream: 'ledger-test',
    last: async () => there.events.at(-1),
    from: async (revision: number, count: number) =>
      there.events.filter((event) => event.revision >= revision).slice(0, count),
    subscribe: () => {
      there.subscriptions += 1;
      const { promise: ended, resolve } = Promise.withResolvers<undefined>();
      return { ended, stop: () => resolve(undefined) };
    },
  } as unknown as Server;
  const time = handTime();
  const logged: string[] = [];
  const following = new Following({
    ...{ server, mirror, time },
    random: (bytes) => new Uint8Array(bytes),
    log: (said) => void logged.push(said),
  });
  const told: string[] = [];
  following.watch({ grown: () => undefined, broken: (why) => void told.push(why) });
  following.begin();
  t.teardown(async () => {
    await time.until(following.stop());
    await mirror.close();
  });
  return { there, server, following, time, told, logged };
}

t.test('a stream whose first events are hidden while nothing is connected anew', async (t) => {
  const { there, time, told } = await given(t);
  there.events = there.events.slice(2);
  await time.untilHolds(() => told.length > 0);
  t.match(told, [/its events before revision 2 are gone/], 'is found');
  t.equal(there.subscriptions, 1, 'by the pulse');
  t.ok(time.now_ms() < 60_000, 'within the minute');
});

t.test('a server that is gone for an hour', async (t) => {
  const { server, time, following, told, logged } = await given(t);
  const { last } = server;
  server.last = async () => {
    throw new Error('no connection');
  };
  await time.untilHolds(() => time.now_ms() > 3_600_000);
  t.match(following.silence(), /was not heard for 3\d\d\d s: no connection/);
  t.ok(logged.length <= 360, 'is told of no more than six times a minute');
  t.same(told, [], 'and is no broken stream');
  server.last = last;
  await time.untilHolds(() => following.silence() === undefined);
  t.match(logged.at(-1), /heard again/, 'until it is back');
});
