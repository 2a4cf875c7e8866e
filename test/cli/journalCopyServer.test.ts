import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import t, { type Test } from 'tap';
import { mirrorIn, partsIn } from '../../src/backup/parts.ts';
import { openReader, pagesOf } from '../../src/journal/sqlite/file.ts';
import { keptLedger, ran, type Refused } from '../backup/support.ts';
import { standIn, type StandIn } from '../support/eventstore/index.ts';
import { CommandLine } from './support.ts';

const STREAM = 'ledger-medway';

type Copied = {
  readonly same: boolean;
  readonly size: number;
  readonly root: string;
  readonly alreadyThere: number;
  readonly copied: number;
};

let data: string;
let size: number;

t.before(async () => {
  const ledger = await keptLedger(t);
  for (let members = 0; members < 5; members += 1) await ledger.enrol(60);
  ({ size } = await ledger.show());
  await ledger.end();
  data = ledger.data;
});

/** A server of the test's own, and a folder for the new instance. */
async function serverOf(t: Test) {
  const server = await standIn(t);
  const folder = t.testdir();
  const instance = join(folder, 'instance');
  const copy = <T = Copied>(...more: readonly string[]): Promise<T> =>
    ran<T>('journal', 'copy', '--from', data, '--to', server.url, '--data', instance, ...more);
  return { server, folder, instance, copy };
}

function linesIn(file: string): string[] {
  const database = openReader(file);
  const lines = [...pagesOf(database, 0)].flatMap((page) => page.lines);
  database.close();
  return lines;
}

function storedAt(server: StandIn): string[] {
  return server.stream(STREAM).map((event) => Buffer.from(event.data).toString());
}

t.test('from SQLite to a server and back', async (t) => {
  const { server, folder, instance, copy } = await serverOf(t);
  const there = await copy();
  t.match(there, { same: true, size, alreadyThere: 0, copied: size, checkpoints: 2 });
  const lines = linesIn(partsIn(data).ledger);
  t.same(storedAt(server), lines, 'the server has every event, byte by byte');
  t.same(linesIn(mirrorIn(instance)), lines, 'and so has the mirror of the new instance');
  t.notOk(existsSync(join(instance, 'copying')), 'what was read to compare is gone');

  const back = join(folder, 'back');
  const argv = ['--from', server.url, '--network', 'medway', '--to', back];
  const here = await ran<Copied>('journal', 'copy', ...argv);
  t.match(here, { same: true, size, root: there.root }, 'the root is the same again');
  t.same(linesIn(partsIn(back).ledger), lines);
  t.same(
    readdirSync(back).filter((name) => !name.startsWith('ledger.sqlite')),
    [],
  );
});

t.test('what a person is told', async (t) => {
  const { server, instance } = await serverOf(t);
  const url = server.url.replace('//', '//admin:changeit@');
  const argv = ['journal', 'copy', '--from', data, '--to', url, '--data', instance] as const;
  const { output, progress } = await new CommandLine().run(...argv);
  const set = `DATA_DIR=${instance} NETWORK=medway JOURNAL_URL='${server.url}' npm start`;
  t.ok(output.includes(set), 'is how to start');
  t.notMatch(output + progress, 'changeit', 'and never the password');
});

t.test('a server that has another ledger', async (t) => {
  const { server, copy } = await serverOf(t);
  await copy();
  const other = await keptLedger(t);
  await other.end();
  const folder = join(dirname(other.data), 'other');
  const argv = ['--from', other.data, '--to', server.url, '--data', folder];
  const { error } = await ran('journal', 'copy', ...argv);
  t.match(error, { code: 'differs', detail: /Nothing was written/ });
  t.ok(error.detail.includes(`${mirrorIn(folder)} mirrors that target by now: delete it`));
});

t.test('a copy that goes on after one that was interrupted', async (t) => {
  const { server, copy } = await serverOf(t);
  await copy();
  server.stranger.truncate(STREAM, 7);
  t.match(await copy<Refused>(), { error: { code: 'replaced' } }, 'does not trust another server');
  const folder = `${t.testdir()}/other`;
  const argv = ['--from', data, '--to', server.url, '--data', folder];
  const copied = await ran<Copied>('journal', 'copy', ...argv);
  t.match(copied, { same: true, alreadyThere: 7, copied: size - 7 });
  t.equal(server.stream(STREAM).length, size, 'and nothing is there twice');
});

t.test('answers that are lost', async (t) => {
  const { server, copy } = await serverOf(t);
  server.faults.breakStream({ times: 2, when: 'after' });
  t.match(await copy(), { same: true, size });
  t.same(storedAt(server), linesIn(partsIn(data).ledger), 'cost nothing, and double nothing');
});

t.test('a stream with an event of somebody else', async (t) => {
  const { server, copy } = await serverOf(t);
  server.stranger.append(STREAM, { type: 'Greeting', data: { hello: 'world' } });
  const { error } = await copy<Refused>();
  t.match(error, { detail: /The target: .* at revision 0 / }, 'is named by its revision');
  t.equal(server.stream(STREAM).length, 1, 'and not written to');
});

t.test('a server that changed an event after it was written', async (t) => {
  const { server, copy } = await serverOf(t);
  await copy();
  server.stranger.redact(STREAM, 4);
  const { error } = await copy<Refused>('--verify-only');
  t.match(error, { detail: /The target: .* revision 4/ }, 'is found: the server itself is read');
});

t.test('a stream that was deleted', async (t) => {
  const { server, instance } = await serverOf(t);
  const client = EventStoreDBClient.connectionString(server.url);
  await client.tombstoneStream(STREAM);
  await client.dispose();
  const argv = ['journal', 'copy', '--from', data, '--to', server.url, '--data', instance];
  const answer = await new CommandLine().json<Refused>(...argv);
  t.equal(answer.status, 1, 'is not written to');
  t.match(answer.body, { error: { code: 'replaced', detail: /^The target: .*deleted/ } });
});

t.test('after the server is lost', async (t) => {
  const { folder, instance, copy } = await serverOf(t);
  await copy();
  const backup = join(folder, 'backup');
  const restored = join(folder, 'restored');
  t.match(await ran<object>('backup', '--to', backup, '--data', instance), { size });
  t.match(await ran<object>('restore', '--from', backup, '--data', restored), { size });
  const other = await standIn(t);
  const argv = ['--from', restored, '--to', other.url, '--data', join(folder, 'other')];
  t.match(await ran<Copied>('journal', 'copy', ...argv), { same: true, size });
  t.same(storedAt(other), linesIn(partsIn(data).ledger), 'a backup leads to a new one');
});
