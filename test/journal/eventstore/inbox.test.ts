import t from 'tap';
import type { ResolvedEvent } from '@eventstore/db-client';
import { Inbox } from '../../../src/journal/eventstore/inbox.ts';

const event = (revision: number) => ({ event: { revision: BigInt(revision) } }) as ResolvedEvent;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An inbox whose owner takes what comes, and finds news in it. */
function inbox({ isNews = true, fails = false, taking_ms = 1 } = {}) {
  const taken: number[][] = [];
  const told: number[] = [];
  const failures: unknown[] = [];
  const clock = { now_ms: 0 };
  let count = 0;
  const box = new Inbox({
    take: async (events) => {
      if (fails && taken.length > 0) throw new Error('the mirror is full');
      taken.push(events.map((one) => Number(one.event?.revision)));
      count += events.length;
      clock.now_ms += taking_ms;
      await turn();
      return isNews;
    },
    tell: () => told.push(count),
    now_ms: () => clock.now_ms,
    failed: (error) => failures.push(error),
  });
  return { box, taken, told, failures };
}

t.test('events that come in one turn of the event loop', async (t) => {
  const { box, taken, told } = inbox();
  for (const revision of [0, 1, 2]) box.add(event(revision));
  await box.empty;
  t.same(taken, [[0, 1, 2]], 'are taken at once');
  t.same(told, [3], 'and told of once');
});

t.test('events that come while others are taken', async (t) => {
  const { box, taken, told } = inbox();
  box.add(event(0));
  await turn();
  box.add(event(1));
  box.add(event(2));
  await box.empty;
  t.same(taken, [[0], [1, 2]], 'are taken after them');
  t.same(told, [3], 'and told of with them');
});

t.test('more events than a page', async (t) => {
  const { box, taken, told } = inbox();
  for (let revision = 0; revision < 1_200; revision += 1) box.add(event(revision));
  await box.empty;
  t.same(
    taken.map(({ length }) => length),
    [500, 500, 200],
    'are taken page by page',
  );
  t.same(told, [1_200]);
});

t.test('events that come on and on', async (t) => {
  const { box, told } = inbox({ taking_ms: 10 });
  for (let revision = 0; revision < 1_500; revision += 1) box.add(event(revision));
  await box.empty;
  t.same(told, [1_000, 1_500], 'are told of before there are no more');
});

t.test('events that are no news', async (t) => {
  const { box, taken, told } = inbox({ isNews: false });
  box.add(event(0));
  await box.empty;
  t.same(taken, [[0]]);
  t.same(told, [], 'are not told of');
});

t.test('an inbox that is full', async (t) => {
  const { box } = inbox();
  let full: Promise<void> | undefined;
  for (let revision = 0; revision < 5_000; revision += 1) full = box.add(event(revision));
  t.ok(full, 'says what to wait for');
  await full;
  t.equal(box.empty, undefined, 'which is that it is empty');
});

t.test('events that cannot be taken', async (t) => {
  const { box, told, failures } = inbox({ fails: true });
  box.add(event(0));
  await turn();
  box.add(event(1));
  await box.empty;
  t.match(failures, [/the mirror is full/], 'are a failure');
  t.same(told, [1], 'and what was taken before is told of all the same');
  box.add(event(2));
  t.ok(box.empty, 'and the inbox goes on');
});
