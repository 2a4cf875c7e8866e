import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Appended } from '../../../schemas/stream.ts';
import { ownFolder } from '../ownerOnly.ts';
import { DamagedJournalError, UnusableJournalError, type Journal } from '../journal.ts';
import { damageIn, endOf, openReader, pagesOf, pickedOf, quickCheck } from './file.ts';
import { takeLock } from './lock.ts';
import { OpenFiles } from './openFiles.ts';
import { prove, type Proof } from './proving.ts';
import { proved as provedTree, tileReader } from './tree.ts';
import { saveBehind } from './saving.ts';
import { Writing } from './writing.ts';

/** Of a processor, for the proof of everything that goes on while a service runs. */
const SHARE = 0.05;

export type SqliteOptions = {
  /**
   * Whether it is a copy of a stream that is kept elsewhere: lines are stored as they come, also
   * those of a later format, and the last of them may be lost with the machine's power.
   */
  readonly mirror?: boolean;
};

/**
 * The embedded journal: one SQLite file, written by one thread of one process. Opening reads the
 * end of it alone; whether the rest is as it was written is proved behind, in a process beside.
 * @param file the path of the database; `<file>-lock` beside it keeps a second service out
 * @throws AlreadyRunningError, or Error where the file cannot be opened or is damaged
 */
export async function sqliteJournal(
  file: string,
  { mirror = false }: SqliteOptions = {},
): Promise<Journal> {
  ownFolder(dirname(file));
  const release = takeLock(`${file}-lock`);
  const writing = await Writing.start({ file, mirror }).catch((error: unknown) => {
    release();
    throw error;
  });
  const reader = openReader(file);
  const files = OpenFiles.ofJournal(file);
  const saving = saveBehind(file, () => writing.save());
  const first = prove(file, writing.size);
  let again: Proof | undefined;
  let unsound: Error | undefined;
  const found = (error: unknown) => void (unsound ??= error as Error);
  first.proved.catch(found);
  const tileOf = tileReader(reader);
  let last: Promise<unknown> = Promise.resolve();
  return {
    append(lines, expectedRevision) {
      // One string for all is handed to another thread far sooner than many.
      const request = { expectedRevision, text: lines.join('\n') };
      const appended = last.then((): Appended | Promise<Appended> => {
        if (unsound === undefined) return writing.append(request);
        return { outcome: 'unsound', why: unsound.message };
      });
      last = appended;
      return appended;
    },
    ...readsOf(reader, file),
    async tile(tile) {
      if (unsound instanceof DamagedJournalError) throw unsound;
      return damaging(file, () => tileOf(tile));
    },
    proved: first.proved,
    async prove() {
      again = prove(
        file,
        damaging(file, () => endOf(reader).revision + 1),
        SHARE,
      );
      again.proved.catch((error: unknown) => {
        if (error instanceof DamagedJournalError) found(error);
      });
      return again.proved;
    },
    gone() {
      const why = files.gone();
      if (why === undefined || unsound !== undefined) return why;
      found(new UnusableJournalError(file, why));
      // What was answered is only in files that nobody will find: it may be saved yet.
      void last.then(() => writing.save());
      return why;
    },
    async close() {
      await Promise.all([last, first.stop(), again?.stop()]);
      reader.close();
      await saving.stop();
      await writing.close();
      release();
    },
  };
}

/** A stream that is only looked at. */
export type SqliteReader = Pick<Journal, 'read' | 'pick' | 'close'> & {
  /**
   * Proves the file as a start does behind it: SQLite's pages, and the tree over so many events.
   * @throws DamagedJournalError
   */
  prove(size: number): Promise<void>;
};

/** Opens a stream only to read it, beside a running service or without one. */
export function sqliteReader(file: string): SqliteReader {
  const reader = openReader(file);
  return {
    ...readsOf(reader, file),
    async prove(size) {
      const pages = quickCheck(reader);
      if (pages !== 'ok') throw new DamagedJournalError(0, `SQLite cannot use ${file}: ${pages}`);
      for await (const _ of inTurns(provedTree(reader, size), file));
    },
    close: async () => reader.close(),
  };
}

function readsOf(reader: DatabaseSync, file: string): Pick<Journal, 'read' | 'pick'> {
  return {
    read: (fromRevision, limit) => inTurns(pagesOf(reader, fromRevision, limit), file),
    pick: (revisions) => inTurns(pickedOf(reader, revisions), file),
  };
}

/** Hands the thread back between pages, so that a long read does not hold up requests. */
async function* inTurns<T>(pages: Iterable<T>, file: string): AsyncGenerator<T> {
  let first = true;
  const all = pages[Symbol.iterator]();
  for (;;) {
    if (!first) await new Promise((resolve) => setImmediate(resolve));
    first = false;
    const page = damaging(file, () => all.next());
    if (page.done === true) return;
    yield page.value;
  }
}

/** @throws DamagedJournalError where it fails because of what is in the file */
function damaging<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw damageIn(error, file);
  }
}
