import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { linesOf } from '../../schemas/stream.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { prove } from '../../src/journal/sqlite/proving.ts';
import { enrolledFrom } from './samples.ts';

const PROVER = fileURLToPath(new URL('../../src/journal/sqlite/prover.ts', import.meta.url));

/** Waits until a process has a file open. */
async function opened(pid: number, file: string): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  const isOpen = () =>
    readdirSync(folder).some((fd) => {
      try {
        return readlinkSync(join(folder, fd)) === file;
      } catch {
        return false;
      }
    });
  while (!isOpen()) await new Promise((resolve) => setImmediate(resolve));
}

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

t.test(
  'a proof whose process is told to end together with the service',
  { skip: process.platform !== 'linux' && 'only /proc says when it reads' },
  async (t) => {
    const file = await written(t, 600);
    const busy = new DatabaseSync(file);
    t.teardown(() => busy.isOpen && busy.close());
    busy.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const child = fork(PROVER, [file, '600'], { stdio: 'ignore' });
    t.teardown(() => child.kill('SIGKILL'));
    const verdict = Promise.race([once(child, 'message'), once(child, 'exit')]);
    await opened(child.pid!, file);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
    busy.close();
    const [found] = (await verdict) as unknown[];
    t.same(found, { proved: 600 }, 'goes on, and leaves the end to the service');
  },
);

t.test('an empty journal', async (t) => {
  const journal = await sqliteJournal(join(t.testdir(), 'ledger.sqlite'));
  t.teardown(() => journal.close());
  t.equal(await journal.proved, 0, 'has nothing to prove');
});
