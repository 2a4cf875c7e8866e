import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventStoreDBClient } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import type { Journal } from '../../../src/journal/journal.ts';
import { handTime, type HandTime } from '../../support/eventstore/handTime.ts';
import type { StandIn, Switched } from '../../support/eventstore/index.ts';
import { standIn } from '../../support/eventstore/index.ts';
import { failingTarget, onAnotherNetwork, openJournal } from '../../support/eventstore/target.ts';
import { enrolled } from '../samples.ts';
import { line, linesAt, linesIn, ours } from './lines.ts';

/**
 * What an append answers when the server, or what lies between, fails: one fault at a time, on a
 * stream of its own that has one event. Time passes by hand, so that no test waits.
 */
type Given = {
  readonly journal: Journal;
  readonly server: StandIn;
  readonly stream: string;
  readonly time: HandTime;
  /** The mirror's. */
  readonly file: string;
  /** What the operator was told. */
  readonly logged: readonly string[];
  /** Appends the second event, and lets time pass until it is answered. */
  readonly append: () => ReturnType<Journal['append']>;
};

const TILE = { level: 0, index: 0, width: 2 };

const server = await failingTarget(t);

async function given(t: Test, at = server): Promise<Given> {
  const mine = onAnotherNetwork(at);
  const time = handTime();
  const folder = newFolder(t);
  const file = join(folder, 'mirror.sqlite');
  const logged: string[] = [];
  const log = (said: string) => void logged.push(said);
  const journal = await time.until(openJournal(mine, folder, { time, file, log }));
  t.teardown(async () => {
    at.standIn.faults.clear();
    await time.until(journal.close());
  });
  await time.until(journal.append([line(0)], -1));
  const append = () => time.until(journal.append([line(1)], 0));
  return { journal, server: at.standIn, stream: mine.stream, time, file, logged, append };
}

/** A folder for each instance of a test; asking for the test's own again would empty it. */
function newFolder(t: Test): string {
  const folder = existsSync(t.testdirName) ? t.testdirName : t.testdir();
  return mkdtempSync(join(folder, 'instance-'));
}

/** That the second event is there once, here and at the server, however often it was sent. */
async function isThereOnce(t: Test, { journal, server, stream }: Given): Promise<void> {
  t.same(linesAt(server, stream), [line(0), line(1)], 'the server has it once');
  t.same(await linesIn(journal), [line(0), line(1)], 'and so has the mirror');
}

const UNKNOWN: Readonly<Record<string, (server: StandIn) => Switched>> = {
  'its reply is lost': ({ faults }) => faults.loseReply(),
  'it is swallowed': ({ faults }) => faults.swallow(),
  'its call breaks before it is done': ({ faults }) => faults.breakStream({ when: 'before' }),
  'its call breaks after it is done': ({ faults }) => faults.breakStream({ when: 'after' }),
  'its call is ended by the server': ({ faults }) => faults.endStream({ when: 'after' }),
  'the connection breaks before it is done': ({ faults }) => faults.breakConnection(),
  'the connection breaks after it is done': ({ faults }) =>
    faults.breakConnection({ when: 'after' }),
  'the server’s own time runs out before': ({ faults }) => faults.timeout({ when: 'before' }),
  'the server’s own time runs out after': ({ faults }) => faults.timeout({ when: 'after' }),
};

for (const [name, fault] of Object.entries(UNKNOWN)) {
  t.test(`an append is unknown where ${name}`, async (t) => {
    const here = await given(t);
    fault(here.server);
    t.match(await here.append(), { outcome: 'unknown', why: /./ });
    const again = await here.append();
    t.ok(['written', 'conflict'].includes(again.outcome), 'sent again, it comes to be known');
    await isThereOnce(t, here);
  });
}

t.test('an append that arrives after it was sent again', async (t) => {
  const here = await given(t);
  const held = here.server.faults.hold({ when: 'before' });
  t.match(await here.append(), { outcome: 'unknown' });
  t.same(await here.append(), { outcome: 'written' });
  held.release();
  t.same(
    await here.time.until(here.journal.append([line(2)], 1)),
    { outcome: 'written' },
    'does nothing any more',
  );
  t.same(linesAt(here.server, here.stream), [line(0), line(1), line(2)]);
});

const TURNED_AWAY: Readonly<Record<string, (server: StandIn, times: number) => Switched>> = {
  'the server is busy': ({ faults }, times) => faults.busy({ times }),
  'the server is not ready': ({ faults }, times) => faults.notReady({ times }),
  'no leader is known': ({ faults }, times) => faults.notLeader({ times }),
};

for (const [name, fault] of Object.entries(TURNED_AWAY)) {
  t.test(`an append where ${name}`, async (t) => {
    const here = await given(t);
    fault(here.server, 3);
    t.same(await here.append(), { outcome: 'written' }, 'for a moment, is tried again');
    await isThereOnce(t, here);
    const begun_ms = here.time.now_ms();
    fault(here.server, Infinity);
    t.match(await here.time.until(here.journal.append([line(2)], 1)), { outcome: 'unavailable' });
    const tried_ms = here.time.now_ms() - begun_ms;
    t.ok(tried_ms >= 3_000 && tried_ms < 5_000, 'for longer, is given up after some 3 s');
    t.same(linesAt(here.server, here.stream), [line(0), line(1)], 'and is not there');
  });
}

t.test('an append to a node that is not the leader goes to the one that is', async (t) => {
  const leader = await standIn(t, { beside: server.standIn });
  const here = await given(t);
  here.server.faults.notLeader({ leader, times: 1 });
  t.same(await here.append(), { outcome: 'written' });
  t.equal(leader.seen.count('append'), 1);
  await isThereOnce(t, here);
});

t.test('a server that is gone', async (t) => {
  const own = await failingTarget(t);
  const here = await given(t, own);
  await own.standIn.stop();
  const first = await here.append();
  t.ok(['unavailable', 'unknown'].includes(first.outcome), 'is noticed by the first append');
  const begun_ms = here.time.now_ms();
  t.match(await here.append(), { outcome: 'unavailable' }, 'others certainly wrote nothing');
  t.ok(here.time.now_ms() - begun_ms >= 3_000, 'which were tried for some 3 s');
  await own.standIn.start();
  t.same(await here.append(), { outcome: 'written' }, 'and once it is back, it goes on');
  await isThereOnce(t, here);
});

t.test('a server that does not let us in is not asked again and again', async (t) => {
  const here = await given(t);
  const denied = here.server.faults.breakStream({ code: status.UNAUTHENTICATED, times: Infinity });
  t.match(await here.append(), { outcome: 'unavailable', why: /denies access.*JOURNAL_URL/ });
  t.equal(denied.struck, 1);
});

t.test('a server that takes less at once than a batch may have', async (t) => {
  const small = await failingTarget(t, { appendBytes_max: 200 });
  const mine = onAnotherNetwork(small);
  const time = handTime();
  const journal = await time.until(openJournal(mine, t.testdir(), { time }));
  t.teardown(() => time.until(journal.close()));
  t.match(
    await time.until(journal.append([line(0)], -1)),
    { outcome: 'unavailable', why: /no more than 200 bytes .* MaxAppendSize/ },
    'wrote nothing, and the operator is told what to set',
  );
  t.same(linesAt(small.standIn, mine.stream), []);
});

t.test('what another instance wrote first', async (t) => {
  const here = await given(t);
  const other = await openJournal({ ...server, ...networkOf(here) }, newFolder(t));
  t.teardown(() => other.close());
  const { promise: grown, resolve, reject } = Promise.withResolvers<number>();
  here.journal.watch!({ grown: resolve, broken: reject });
  here.server.faults.deafen();
  t.same(await here.time.until(other.append([line(7)], 0)), { outcome: 'written' });
  t.same(await here.append(), { outcome: 'conflict' });
  t.same(await linesIn(here.journal), [line(0), line(7)], 'is read once there is a conflict');
  t.equal(await grown, 1, 'and is told');
});

t.test('an append of nothing', async (t) => {
  const here = await given(t);
  const nothing = (expected: number) => here.time.until(here.journal.append([], expected));
  here.server.faults.deafen();
  here.server.stranger.append(here.stream, ours(here.stream, 1, enrolled(7)));
  t.same(await nothing(0), { outcome: 'conflict' }, 'asks the leader, who knows of another’s');
  t.same(await linesIn(here.journal), [line(0), line(7)], 'which can be read by then');
  t.same(await nothing(1), { outcome: 'written' });
  here.server.faults.breakStream({ on: 'read', times: Infinity });
  t.match(await nothing(1), { outcome: 'unavailable' }, 'and without an answer it is not known');
});

t.test('an append to a stream that was replaced while nobody could tell', async (t) => {
  const here = await given(t);
  here.server.faults.swallow();
  t.match(await here.append(), { outcome: 'unknown' });
  here.server.stranger.replace(here.stream, 0, ours(here.stream, 0, enrolled(9)));
  t.match(await here.append(), { outcome: 'broken', why: /revision 0 is not the one/ });
  t.equal(here.server.stream(here.stream).length, 1, 'is not sent again before it is compared');
});

t.test('a stream that is deleted for good takes nothing more', async (t) => {
  const here = await given(t);
  await asAdministrator(t, here, (client) => client.tombstoneStream(here.stream));
  t.match(await here.append(), { outcome: 'broken', why: /was deleted/ });
});

t.test('an append while that of another instance of this process breaks', async (t) => {
  const [here, there] = [await given(t), await given(t)];
  const held = server.standIn.faults.hold({ stream: here.stream });
  const appended = here.journal.append([line(1)], 0);
  await here.time.until(held.hit());
  server.standIn.faults.breakStream({ stream: there.stream });
  t.match(await there.append(), { outcome: 'unknown' }, 'which concerns that one alone');
  held.release();
  t.same(await here.time.until(appended), { outcome: 'written' });
});

t.test('a mirror that cannot be written for a while', async (t) => {
  const here = await given(t);
  const backup = new DatabaseSync(here.file);
  t.teardown(() => backup.isOpen && backup.close());
  backup.exec('BEGIN IMMEDIATE');
  t.same(await here.append(), { outcome: 'written' }, 'takes what is written meanwhile');
  t.same(await linesIn(here.journal), [line(0), line(1)], 'which can be read');
  const unproved = { name: 'MirrorError' };
  await t.rejects(here.journal.tile(TILE), unproved, 'though nothing is proved of it');
  const third = () => here.time.until(here.journal.append([line(2)], 1));
  const more = await third();
  t.match(more, { outcome: 'unavailable', why: /mirror on this machine/ }, 'then takes no more');
  t.equal(here.server.stream(here.stream).length, 2, 'which is not even sent');
  backup.close();
  let again = await third();
  while (again.outcome === 'unavailable') again = await third();
  t.same(again, { outcome: 'written' }, 'until it can be written');
  t.match(
    here.logged,
    [/cannot be written.*until it can be/, /written again/],
    'and both are told',
  );
  t.same(await linesIn(here.journal), linesAt(here.server, here.stream), 'and has all of it');
});

t.test('every call', async (t) => {
  const own = await failingTarget(t);
  const here = await given(t, own);
  await here.append();
  await here.time.until(here.journal.append([], 1));
  t.same(own.standIn.seen.withoutLeader(), [], 'asks for the leader');
  t.equal(own.standIn.seen.batchStreams, 0, 'and none is a batch, though the server takes them');
});

async function asAdministrator(
  t: Test,
  { server }: Given,
  act: (client: EventStoreDBClient) => Promise<unknown>,
): Promise<void> {
  const client = EventStoreDBClient.connectionString(server.url);
  t.teardown(() => client.dispose());
  await act(client);
}

function networkOf({ stream }: Given): { readonly network: string; readonly stream: string } {
  return { network: stream.replace(/^ledger-/, ''), stream };
}
