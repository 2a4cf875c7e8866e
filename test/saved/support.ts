import { join } from 'node:path';
import type { Test } from 'tap';
import { sqliteJournal, sqliteReader } from '../../src/journal/sqlite/index.ts';
import { codeHash } from '../../src/saved/code.ts';
import { open, write, type Header } from '../../src/saved/file.ts';
import type { Derived } from '../../src/saved/derived.ts';
import { partsOf } from '../../src/saved/derived.ts';
import { SavedState, type SavedStateOptions } from '../../src/saved/index.ts';
import { perform, type Done, type Task } from '../../src/saved/task.ts';

export const CODE = codeHash();
export const KEY = 'a secret of this ledger';

/** A stream in a file of a folder, and where its state is saved. */
export type Data = Pick<Task, 'file' | 'journalFile'>;

export async function dataOf(
  t: Test,
  lines: readonly string[],
  folder = t.testdir(),
): Promise<Data> {
  const data = { file: join(folder, 'ledger.state'), journalFile: join(folder, 'ledger.sqlite') };
  await append(data, lines, -1);
  return data;
}

/** Writes the next lines of a stream. */
export async function append(
  { journalFile }: Data,
  lines: readonly string[],
  expectedRevision: number,
): Promise<void> {
  const journal = await sqliteJournal(journalFile);
  const { outcome } = await journal.append(lines, expectedRevision);
  await journal.close();
  if (outcome !== 'written') throw new Error(`the lines of a test: ${outcome}`);
}

/** What a worker does, in this thread. */
export function performed(data: Data, more: Partial<Task> = {}): Promise<Done> {
  return perform({ ...data, code: CODE, key: KEY, unproved: undefined, fewest: 1, ...more });
}

export function headerOf({ file }: Data): Header {
  const saved = open(file, CODE, KEY)!;
  saved.close();
  return saved.header;
}

/** Saves something else as the state at the revision that a file has. */
export function saveInstead(data: Data, derived: Derived): void {
  const { code, format, revision, event } = headerOf(data);
  write(data.file, { code, format, revision, event }, partsOf(derived), KEY);
}

/** A saved state as a service keeps it, and what it said. */
export function kept(t: Test, data: Data, options: Partial<SavedStateOptions> = {}) {
  const said: { readonly words: string; readonly facts: Record<string, unknown> }[] = [];
  let told = () => {};
  const log = (facts: object, words: string) => {
    said.push({ words, facts: { ...facts } });
    told();
  };
  const saved = new SavedState({
    ...data,
    key: KEY,
    logger: { info: log, warn: log, error: log },
    inDoubt: ({ message }) => log({ why: message }, 'in doubt'),
    ...options,
  });
  t.teardown(() => saved.close());
  const reader = sqliteReader(data.journalFile);
  t.teardown(() => reader.close());
  return {
    saved,
    load: () => saved.load(reader),
    /** What was said with some words, as soon as it is. */
    async heard(words: RegExp): Promise<Record<string, unknown>> {
      // A worker does not keep a process alive, nor does it have to.
      const awake = setInterval(() => undefined, 1000);
      try {
        for (;;) {
          const found = said.find((one) => words.test(one.words));
          if (found !== undefined) return found.facts;
          await new Promise<void>((resolve) => (told = resolve));
        }
      } finally {
        clearInterval(awake);
      }
    },
    said: () => said.map(({ words }) => words),
  };
}
