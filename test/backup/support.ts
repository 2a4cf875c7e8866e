import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Test } from 'tap';
import { partsIn } from '../../src/backup/parts.ts';
import { keepSigners } from '../../src/checkpoints/signingKey.ts';
import { CheckpointStore, type Shown } from '../../src/checkpoints/store.ts';
import { endOf, openWriter, pagesOf, rowWriter } from '../../src/journal/sqlite/file.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { makeSigner, type Signer } from '../../src/proofs/note.ts';
import { CommandLine } from '../cli/support.ts';
import { smallWorld, type World } from '../support/world.ts';

export const SIGNER = makeSigner('credits.example/test', Buffer.alloc(32, 5));

/** A running ledger whose data is in a folder, as a service of its own would have it. */
export type Kept = World & {
  readonly folder: string;
  readonly data: string;
  /** A path in the test's own folder. */
  path(name: string): string;
  show(): Promise<Shown>;
  /** What an auditor fetches, into a folder. */
  mirror(name: string): Promise<string>;
  /** Ends what runs and lets go of the files. */
  end(): Promise<void>;
};

export async function keptLedger(t: Test, signer: Signer = SIGNER): Promise<Kept> {
  const folder = t.testdir();
  const data = join(folder, 'data');
  const parts = partsIn(data);
  const journal = await sqliteJournal(parts.ledger);
  const store = new CheckpointStore(parts.checkpoints);
  keepSigners(parts.signingKey, [signer]);
  writeFileSync(parts.cardKey, `${'ab'.repeat(32)}\n`, { mode: 0o600 });
  const world = await smallWorld({ journal, checkpoints: { store, signers: [signer] } });
  let ended: Promise<void> | undefined;
  const end = () =>
    (ended ??= (async () => {
      await world.service.sequencer.stop('the test is over');
      await world.service.checkpoints.close();
      await journal.close();
    })());
  t.teardown(end);
  const path = (name: string) => join(folder, name);
  return {
    ...world,
    ...{ folder, data, path, end },
    show: () => world.service.checkpoints.make(),
    async mirror(name) {
      const shown = await world.service.checkpoints.make();
      const lines: string[] = [];
      for await (const page of journal.read(0)) lines.push(...page.lines);
      mkdirSync(path(name));
      const write = (file: string, text: string) => writeFileSync(join(path(name), file), text);
      write('events.ndjson', lines.map((line) => `${line}\n`).join(''));
      write('checkpoint', shown.note);
      write('checkpoints.ndjson', `${JSON.stringify(shown)}\n`);
      write('keys', `${signer.verifier.text}\n`);
      return path(name);
    },
  };
}

export type Refused = { readonly error: { readonly code: string; readonly detail: string } };

/** Runs a command of the command line, which answers with an object. */
export async function ran<T = Refused>(...argv: string[]): Promise<T> {
  return (await new CommandLine().json<T>(...argv)).body;
}

/** Changes a database that nobody has open. */
export function change(file: string, ...statements: readonly string[]): void {
  const database = new DatabaseSync(file);
  for (const statement of statements) database.exec(statement);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Changes events and makes the checksums of all rows anew, as a forger would. */
export function forge(file: string, changed: (lines: string[]) => string[]): void {
  const database = openWriter(file);
  const lines = [...pagesOf(database, 0)].flatMap((page) => page.lines);
  database.exec('DELETE FROM event');
  rowWriter(database)(endOf(database), changed(lines));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** Changes a line of a file. */
export function edit(file: string, changed: (lines: string[]) => string[]): void {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const text = changed(lines).map((line) => `${line}\n`);
  writeFileSync(file, text.join(''));
}
