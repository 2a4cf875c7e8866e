import t from 'tap';
import type { Command } from '../../schemas/commands.ts';
import { Queue } from '../../src/ledger/queue.ts';
import type { Item } from '../../src/ledger/round.ts';
import { EVENT_LOOP } from '../../src/ledger/timing.ts';

/* Which of the commands that wait go into a batch, and in which order. */

/** Commands of an organisation, each with as many lines as it is told. */
function commandsOf(lane: string, count: number, lines = 1): Item[] {
  return Array.from({ length: count }, (_, index) => {
    const entries = Array.from({ length: lines }, () => ({}));
    const ask = lines === 1 ? { type: 'VoidKey' } : { type: 'IssueCredits', entries };
    const command = { id: `cmd_${lane}${index}`, by: 'system', ask } as unknown as Command;
    const none = () => undefined;
    return {
      command,
      preview: false,
      lane,
      since_ms: 0,
      decisions: 0,
      resolve: none,
      reject: none,
    };
  });
}

function queueOf(...items: readonly Item[][]): Queue {
  const queue = new Queue(EVENT_LOOP);
  for (const item of items.flat()) queue.push(item);
  return queue;
}

const lanesOf = (batch: readonly Item[]) => batch.map(({ lane }) => lane).join('');

t.test('a batch of what one organisation asks', async (t) => {
  const items = commandsOf('a', 600);
  const queue = queueOf(items);
  t.same(queue.takeBatch(), items.slice(0, 512), 'has as many as one may have, in their order');
  t.equal(queue.length, 88, 'and leaves the rest');
  t.same(queue.takeBatch(3), items.slice(512, 515), 'or as many as are asked for');
  const [taken, ...rest] = queue.takeBatch();
  queue.putBack([taken!]);
  t.equal(queue.takeBatch()[0], taken, 'and what is put back goes first');
  t.equal(rest.length, 84);
  t.equal(queue.length, 0, 'until nothing is left');
});

t.test('a batch of what several organisations ask', async (t) => {
  const queue = queueOf(commandsOf('a', 500), commandsOf('b', 1), commandsOf('c', 3));
  t.match(lanesOf(queue.takeBatch(6)), /^aaabcc$/, 'takes one of each in turn, as they came');
  const flood = queueOf(commandsOf('a', 2_500));
  const late = commandsOf('b', 1);
  for (const item of late) flood.push(item);
  t.ok(flood.takeBatch().includes(late[0]!), 'so that who comes last is in the next');
  t.ok(!flood.isFull('a') && flood.length < 2_501, 'and there is room again');
});

t.test('long lists of one organisation', async (t) => {
  const lists = commandsOf('a', 5, 1_000);
  const alone = queueOf(lists);
  t.equal(alone.takeBatch().length, 2, 'are two in a batch where nobody else waits');
  const sales = commandsOf('b', 40);
  const queue = queueOf(sales.slice(0, 20), lists, sales.slice(20));
  t.equal(lanesOf(queue.takeBatch()), 'b', 'and wait for a short one of another to go before');
  t.equal(lanesOf(queue.takeBatch()), 'a', 'then one goes alone');
  t.equal(queue.length, 43, 'and the others wait for the next batch');
});

t.test('a queue that is full of one organisation', async (t) => {
  const queue = queueOf(commandsOf('a', 2_500));
  t.ok(queue.isFull('a'), 'has no room for more of it');
  t.notOk(queue.isFull('b'), 'but for another');
  for (const lane of ['b', 'c', 'd']) commandsOf(lane, 2_500).forEach((item) => queue.push(item));
  t.ok(queue.isFull('e'), 'until it is full of all');
  t.equal(queue.all().length, 10_000);
  t.equal(queue.takeAll().length, 10_000, 'and all can be taken out');
  t.equal(queue.length, 0, 'which leaves nothing');
});
