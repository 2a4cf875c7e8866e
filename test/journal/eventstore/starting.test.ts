import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import type { Journal } from '../../../src/journal/journal.ts';
import { AlreadyRunningError } from '../../../src/journal/sqlite/lock.ts';
import { handTime } from '../../support/eventstore/handTime.ts';
import type { StandIn } from '../../support/eventstore/index.ts';
import {
  failingTarget,
  freshNetwork,
  onAnotherNetwork,
  openJournal,
  type Target,
} from '../../support/eventstore/target.ts';
import { enrolled, enrolledFrom } from '../samples.ts';
import { line, linesIn, ours } from './lines.ts';

/**
 * How a journal opens: on a mirror of five events of a stream that may have gone on, or been
 * changed, while the instance was away.
 */
type Given = {
  readonly target: Target;
  readonly server: StandIn;
  readonly stream: string;
  readonly folder: string;
};

const EVENTS = 5;
const REPLACED = { name: 'ReplacedJournalError' };

const shared = await failingTarget(t);

async function given(t: Test, target = onAnotherNetwork(shared)): Promise<Given> {
  const folder = t.testdir();
  const { stream, standIn: server } = target;
  const journal = await openJournal(target, folder);
  await journal.append(
    Array.from({ length: EVENTS }, (_, number) => line(number)),
    -1,
  );
  await journal.close();
  return { target, server, stream, folder };
}

async function opened(t: Test, { target, folder }: Given): Promise<Journal> {
  const journal = await openJournal(target, folder);
  t.teardown(() => journal.close());
  return journal;
}

t.test('a mirror that is as the server is', async (t) => {
  const here = await given(t);
  const journal = await opened(t, here);
  t.same(await linesIn(journal), [0, 1, 2, 3, 4].map(line), 'is opened as it is');
  await t.rejects(openJournal(here.target, here.folder), AlreadyRunningError, 'by one alone');
});

t.test('what was written while the instance was away', async (t) => {
  const here = await given(t);
  const more = enrolledFrom(EVENTS, 2_500);
  here.server.stranger.append(
    here.stream,
    more.map((event, index) => ours(here.stream, EVENTS + index, event)),
  );
  const journal = await opened(t, here);
  const lines = Array.from({ length: EVENTS + 2_500 }, (_, number) => line(number));
  t.same(await linesIn(journal), lines, 'is read before it opens');
});

t.test('a mirror that was lost is made anew', async (t) => {
  const here = await given(t);
  rmSync(here.folder, { recursive: true });
  const journal = await opened(t, here);
  t.same(await linesIn(journal), [0, 1, 2, 3, 4].map(line));
});

const REFUSED: Readonly<Record<string, [act: (given: Given) => unknown, why: RegExp]>> = {
  'that was cut': [
    ({ server, stream }) => server.stranger.truncate(stream, 3),
    /no event after revision 2, but this instance has read up to revision 4/,
  ],
  'that is gone': [
    ({ server, stream }) => server.stranger.truncate(stream, 0),
    /it has no events, but this instance has read up to revision 4/,
  ],
  'that somebody deleted': [
    (given) => asAdministrator(given, (client) => client.deleteStream(given.stream)),
    /it has no events, but this instance has read up to revision 4/,
  ],
  'whose first events are hidden': [
    ({ server, stream }) => server.stranger.setMetadata(stream, { truncateBefore: 2 }),
    /events before revision 2 are gone/,
  ],
  'that keeps only so many events': [
    ({ server, stream }) => server.stranger.setMetadata(stream, { maxCount: 4 }),
    /events before revision 1 are gone/,
  ],
  'with another last event': [
    ({ server, stream }) => server.stranger.replace(stream, 4, ours(stream, 4, enrolled(9))),
    /event at revision 4 is not the one that was read there/,
  ],
  'with another event among the others': [
    ({ server, stream }) => server.stranger.replace(stream, 2, ours(stream, 2, enrolled(9))),
    /event at revision 2 is not the one that was read there/,
  ],
  'with an event that was redacted': [
    ({ server, stream }) => server.stranger.redact(stream, 1),
    /event at revision 1 is not the one .*changed since/,
  ],
};

for (const [name, [act, why]] of Object.entries(REFUSED)) {
  t.test(`nothing is opened on a stream ${name}`, async (t) => {
    const here = await given(t);
    await act(here);
    const refused = openJournal(here.target, here.folder);
    await t.rejects(refused, { ...REPLACED, message: why }, 'and it is said why');
    await t.rejects(openJournal(here.target, here.folder), {
      ...REPLACED,
      message: /Nothing is served\..*DATA_DIR.*keep .*ledger-mirror\.sqlite/,
    });
  });
}

t.test('nothing is opened on a stream that was deleted for good', async (t) => {
  const here = await given(t);
  await asAdministrator(here, (client) => client.tombstoneStream(here.stream));
  const refused = { ...REPLACED, message: /it was deleted for good/ };
  await t.rejects(openJournal(here.target, here.folder), refused);
});

t.test('nothing is opened with the mirror of another network', async (t) => {
  const here = await given(t);
  const network = freshNetwork();
  await t.rejects(openJournal({ ...here.target, network }, here.folder), REPLACED);
});

t.test('a new mirror of a stream', async (t) => {
  const empty = async (t: Test, act: (given: Given) => unknown) => {
    const here = await given(t);
    rmSync(here.folder, { recursive: true });
    await act(here);
    return here;
  };

  t.test('whose first events are hidden is not made', async (t) => {
    const here = await empty(t, ({ server, stream }) =>
      server.stranger.setMetadata(stream, { truncateBefore: 2 }),
    );
    const refused = { ...REPLACED, message: /events before revision 2 are gone/ };
    await t.rejects(openJournal(here.target, here.folder), refused);
  });

  t.test('goes to what a stranger wrote, or somebody changed, and no further', async (t) => {
    const here = await empty(t, ({ server, stream }) => server.stranger.redact(stream, 3));
    const journal = await opened(t, here);
    const unreadable = { name: 'UnreadableEventError', revision: 3, message: /changed since/ };
    await t.rejects(linesIn(journal), unreadable);
  });
});

t.test('a server that is not there', async (t) => {
  const own = await failingTarget(t);
  const here = await given(t, own);
  await own.standIn.stop();
  const time = handTime();
  const told: string[] = [];
  const log = (said: string) => void told.push(said);
  const opening = openJournal(here.target, here.folder, { time, log });
  await time.untilHolds(() => told.length > 0);
  await own.standIn.start();
  const journal = await time.until(opening);
  t.match(told[0], /asking again/, 'is waited for');
  await time.until(journal.close());
  await own.standIn.stop();
  const begun_ms = time.now_ms();
  await t.rejects(
    time.until(openJournal(here.target, here.folder, { time })),
    { name: 'UnreachableJournalError', message: /EventStoreDB runs.*JOURNAL_URL is right/ },
    'but not for ever',
  );
  t.ok(time.now_ms() - begun_ms >= 30_000, 'only for half a minute');
});

t.test('a server that does not let us in is told at once', async (t) => {
  const here = await given(t);
  const scope = { on: 'read', stream: here.stream, times: Infinity } as const;
  here.server.faults.breakStream({ ...scope, code: status.UNAUTHENTICATED });
  await t.rejects(openJournal(here.target, here.folder), {
    name: 'UnreachableJournalError',
    message: /denies access/,
  });
});

t.test('a connection string that is none', async (t) => {
  const url = 'esdb://ledger:sesame@:::';
  const opening = openJournal({ ...shared, url }, t.testdir());
  const error = await opening.then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  t.equal(error?.name, 'UnusableJournalError');
  t.notMatch(error?.message, /sesame/, 'is not repeated, since it may hold a password');
});

t.test('a file that cannot be a mirror', async (t) => {
  const folder = t.testdir({ taken: 'by a file' });
  const file = join(folder, 'taken', 'mirror.sqlite');
  await t.rejects(openJournal(shared, folder, { file }));
});

async function asAdministrator(
  { server }: Given,
  act: (client: EventStoreDBClient) => Promise<unknown>,
): Promise<void> {
  const client = EventStoreDBClient.connectionString(server.url);
  await act(client);
  await client.dispose();
}
