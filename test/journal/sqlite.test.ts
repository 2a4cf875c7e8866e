import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { linesOf } from '../../schemas/stream.ts';
import { openWriter } from '../../src/journal/sqlite/file.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { AlreadyRunningError } from '../../src/journal/sqlite/lock.ts';
import { journalContract } from './contract.ts';
import { enrolled } from './samples.ts';

t.test('a journal in an SQLite file', async (t) => {
  journalContract(t, (t) => {
    const file = join(t.testdir(), 'ledger.sqlite');
    return { open: () => sqliteJournal(file) };
  });
});

function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0];
}

t.test('the connection that writes', async (t) => {
  const database = openWriter(join(t.testdir(), 'ledger.sqlite'));
  t.teardown(() => database.close());
  t.equal(pragma(database, 'synchronous'), 2, 'has every commit on the disk before it returns');
  t.equal(pragma(database, 'journal_mode'), 'wal', 'and keeps a log, so that readers do not wait');
});

t.test('the connection that writes a mirror', async (t) => {
  const database = openWriter(join(t.testdir(), 'mirror.sqlite'), 'NORMAL');
  t.teardown(() => database.close());
  t.equal(pragma(database, 'synchronous'), 1, 'leaves it to the system when the disk has it');
});

t.test('a journal that is open', async (t) => {
  const file = join(t.testdir(), 'ledger.sqlite');
  const first = await sqliteJournal(file);
  await t.rejects(sqliteJournal(file), AlreadyRunningError, 'is not opened a second time');
  t.same(await first.append(linesOf([enrolled(0)]), -1), { outcome: 'written' }, 'and writes on');
  await first.close();
  const second = await sqliteJournal(file);
  t.pass('and once it is closed, another can be');
  await second.close();
});

t.test('a mirror', async (t) => {
  const journal = await sqliteJournal(join(t.testdir(), 'mirror.sqlite'), { mirror: true });
  t.teardown(() => journal.close());
  const lines = ['{"type":"OfALaterFormat","v":1}', '{ "type": "WithSpaces", "v": 1 }'];
  t.same(await journal.append(lines, -1), { outcome: 'written' });
  for await (const page of journal.read(0)) t.same(page.lines, lines, 'stores lines as they come');
});
