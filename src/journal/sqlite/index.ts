import { once } from 'node:events';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Appended } from '../../../schemas/stream.ts';
import { ownFolder } from '../ownerOnly.ts';
import { DamagedJournalError, UnusableJournalError, type Journal } from '../journal.ts';
import { openReader, pagesOf, pickedOf } from './file.ts';
import { takeLock } from './lock.ts';
import { prove } from './proving.ts';
import { tileReader } from './tree.ts';
import type { Opening, Ready, Request } from './writer.ts';

const WRITER = new URL('./writer.ts', import.meta.url);

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
  const workerData: Opening = { file, mirror };
  const worker = new Worker(WRITER, { workerData });
  const opened = Promise.withResolvers<Ready>();
  let dead: string | undefined;
  let answer: ((appended: Appended) => void) | undefined;
  worker.on('message', (message: Ready | Appended) => {
    if ('outcome' in message) answer?.(message);
    else opened.resolve(message);
  });
  worker.on('error', (error: Error) => {
    dead = `its writing thread failed: ${error.message}`;
    answer?.({ outcome: 'broken', why: dead });
    opened.reject(error);
  });
  const ready = await opened.promise;
  if (!('size' in ready)) {
    await worker.terminate();
    release();
    if ('failed' in ready) throw new UnusableJournalError(file, ready.failed);
    throw new DamagedJournalError(ready.damaged.revision, ready.damaged.why);
  }
  const { proved, stop } = prove(file, ready.size);
  let unproved: Error | undefined;
  proved.catch((error: unknown) => (unproved = error as Error));
  const reader = openReader(file);
  const tileOf = tileReader(reader);
  let last: Promise<unknown> = Promise.resolve();
  return {
    append(lines, expectedRevision) {
      // One string for all is handed to another thread far sooner than many.
      const request: Request = { expectedRevision, text: lines.join('\n') };
      const appended = last.then(() => {
        const why = unproved?.message ?? dead;
        if (why !== undefined) return { outcome: 'broken', why } as const;
        return new Promise<Appended>((resolve) => {
          answer = resolve;
          worker.postMessage(request);
        });
      });
      last = appended;
      return appended;
    },
    read: (fromRevision, limit) => inTurns(pagesOf(reader, fromRevision, limit)),
    pick: (revisions) => inTurns(pickedOf(reader, revisions)),
    async tile(tile) {
      if (unproved !== undefined) throw unproved;
      return tileOf(tile);
    },
    proved,
    async close() {
      await Promise.all([last, stop()]);
      reader.close();
      if (dead === undefined) {
        const exited = once(worker, 'exit');
        worker.postMessage('close');
        await exited;
      }
      release();
    },
  };
}

/** Opens a stream only to read it, beside a running service or without one. */
export function sqliteReader(file: string): Pick<Journal, 'read' | 'pick' | 'close'> {
  const reader = openReader(file);
  return {
    read: (fromRevision, limit) => inTurns(pagesOf(reader, fromRevision, limit)),
    pick: (revisions) => inTurns(pickedOf(reader, revisions)),
    close: async () => reader.close(),
  };
}

/** Hands the thread back between pages, so that a long read does not hold up requests. */
async function* inTurns<T>(pages: Iterable<T>): AsyncGenerator<T> {
  let first = true;
  for (const page of pages) {
    if (!first) await new Promise((resolve) => setImmediate(resolve));
    first = false;
    yield page;
  }
}
