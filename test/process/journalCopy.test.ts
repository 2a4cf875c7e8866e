import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { partsIn } from '../../src/backup/parts.ts';
import { endOf, openReader, openWriter, rowWriter } from '../../src/journal/sqlite/file.ts';
import { ran } from '../backup/support.ts';
import { enrolledFrom } from '../journal/samples.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { testApp } from '../support/service.ts';

const PROGRAM = fileURLToPath(new URL('../../src/cli/timecredits.ts', import.meta.url));
const EVENTS = 45_000;

/** A stream that takes a while to copy. */
async function writeLong(file: string): Promise<number> {
  const opened = memoryJournal();
  await testApp({ journal: opened });
  mkdirSync(dirname(file), { recursive: true });
  const lines = [...opened.lines, ...enrolledFrom(0, EVENTS).map(canonical)];
  const database = openWriter(file);
  database.exec('BEGIN');
  rowWriter(database)(endOf(database), lines);
  database.exec('COMMIT');
  database.close();
  return lines.length;
}

function sizeOf(file: string): number {
  const database = openReader(file);
  const { revision } = endOf(database);
  database.close();
  return revision + 1;
}

t.test('a copy that is killed in the middle of it', async (t) => {
  const from = `${t.testdir()}/data`;
  const to = `${from}-copy`;
  const size = await writeLong(partsIn(from).ledger);
  const argv = ['journal', 'copy', '--from', from, '--to', to];
  const child = spawn('/usr/bin/env', ['-i', process.execPath, PROGRAM, ...argv]);
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stderr, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');

  const stored = sizeOf(partsIn(to).ledger);
  t.ok(stored >= 20_000, 'has what it said it had');
  const copied = await ran<object>(...argv);
  const rest = { same: true, size, alreadyThere: stored, copied: size - stored };
  t.match(copied, rest, 'and goes on there when it is run again, to the same root');
});
