import { join } from 'node:path';
import t, { type Test } from 'tap';
import { linesOf } from '../../schemas/stream.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { prove } from '../../src/journal/sqlite/proving.ts';
import { enrolledFrom } from './samples.ts';

async function written(t: Test, events: number): Promise<string> {
  const file = join(t.testdir(), 'ledger.sqlite');
  const journal = await sqliteJournal(file);
  await journal.append(linesOf(enrolledFrom(0, events)), -1);
  await journal.close();
  return file;
}

t.test('a proof', async (t) => {
  const file = await written(t, 600);
  const { proved } = prove(file, 600);
  t.equal(await proved, 600, 'goes over every event there was when it was asked for');
});

t.test('a proof of more events than there are', async (t) => {
  const { proved } = prove(await written(t, 600), 601);
  await t.rejects(proved, { name: 'DamagedJournalError', revision: 600 }, 'names what is gone');
});

t.test('a proof that cannot read', async (t) => {
  const file = join(t.testdir(), 'nothing.sqlite');
  const message = /cannot be used: its events could not be compared with its tree: unable to open/;
  await t.rejects(prove(file, 9).proved, { name: 'UnusableJournalError', message }, 'says why');
});

t.test('a proof that is stopped', async (t) => {
  const { proved, stop } = prove(await written(t, 600), 600);
  await stop();
  const open = Symbol('open');
  t.equal(await Promise.race([proved, Promise.resolve(open)]), open, 'comes to no verdict');
});

t.test('an empty journal', async (t) => {
  const journal = await sqliteJournal(join(t.testdir(), 'ledger.sqlite'));
  t.teardown(() => journal.close());
  t.equal(await journal.proved, 0, 'has nothing to prove');
});
