import t from 'tap';
import type { ResolvedEvent } from '@eventstore/db-client';
import { Inbox } from '../../../src/journal/eventstore/inbox.ts';

const event = (revision: number) => ({ event: { revision: BigInt(revision) } }) as ResolvedEvent;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** An inbox whose owner takes what comes, a turn of the event loop each time. */
function inbox({ fails = false } = {}) {
  const taken: number[][] = [];
  const failures: unknown[] = [];
  const box = new Inbox({
    take: async (events) => {
      const isFull = fails && failures.length === 0 && taken.length === 1;
      if (isFull) throw new Error('the mirror is full');
      taken.push(events.map((one) => Number(one.event?.revision)));
      await turn();
    },
    failed: (error) => failures.push(error),
  });
  return { box, taken, failures };
}

t.test('events that come in one turn of the event loop', async (t) => {
  const { box, taken } = inbox();
  for (const revision of [0, 1, 2]) box.add(event(revision));
  await box.empty;
  t.same(taken, [[0, 1, 2]], 'are taken at once');
});

t.test('events that come while others are taken', async (t) => {
  const { box, taken } = inbox();
  box.add(event(0));
  await turn();
  box.add(event(1));
  box.add(event(2));
  await box.empty;
  t.same(taken, [[0], [1, 2]], 'are taken after them');
});

t.test('more events than a page', async (t) => {
  const { box, taken } = inbox();
  for (let revision = 0; revision < 1_200; revision += 1) box.add(event(revision));
  await box.empty;
  t.same(
    taken.map(({ length }) => length),
    [500, 500, 200],
    'are taken page by page',
  );
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
  const { box, taken, failures } = inbox({ fails: true });
  box.add(event(0));
  await turn();
  box.add(event(1));
  await box.empty;
  t.match(failures, [/the mirror is full/], 'are a failure');
  box.add(event(2));
  await box.empty;
  t.same(taken, [[0], [2]], 'and the inbox goes on');
});
