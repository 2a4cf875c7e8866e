import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Appended } from '../../../schemas/stream.ts';
import { DamagedJournalError, UnusableJournalError, type Journal } from '../journal.ts';
import { openReader, pagesOf, pickedOf } from './file.ts';
import { takeLock } from './lock.ts';
import { tileReader } from './tree.ts';
import type { Hashed, Ready, Request } from './writer.ts';

const WRITER = new URL('./writer.ts', import.meta.url);

export type SqliteOptions = {
  /**
   * Whether it is a copy of a stream that is kept elsewhere: lines are stored as they come, also
   * those of a later format, and the last of them may be lost with the machine's power.
   */
  readonly mirror?: boolean;
};

/**
 * The embedded journal: one SQLite file, written by one thread of one process.
 * @param file the path of the database; `<file>-lock` beside it keeps a second service out
 * @throws AlreadyRunningError, or Error where the file cannot be opened or is damaged
 */
export async function sqliteJournal(file: string, options: SqliteOptions = {}): Promise<Journal> {
  mkdirSync(dirname(file), { recursive: true });
  const release = takeLock(`${file}-lock`);
  const worker = new Worker(WRITER, { workerData: { file, mirror: false, ...options } });
  const opened = Promise.withResolvers<Ready>();
  const hashed = Promise.withResolvers<Hashed>();
  // Whoever asks for a tile hears of it; nobody need ask.
  hashed.promise.catch(() => undefined);
  let dead: string | undefined;
  let answer: ((appended: Appended) => void) | undefined;
  const die = (why: string) => {
    dead = `its writing thread failed: ${why}`;
    answer?.({ outcome: 'broken', why: dead });
    hashed.reject(new UnusableJournalError(file, dead));
  };
  worker.on('message', (message: Ready | Hashed | Appended) => {
    if ('outcome' in message) return answer?.(message);
    if ('hashed' in message) return hashed.resolve(message);
    // It may also fail behind its opening, where the tree cannot be read or stored.
    if ('failed' in message) die(message.failed);
    if (!('changed' in message)) return opened.resolve(message);
    const { revision, why } = message.changed;
    hashed.reject(new DamagedJournalError(revision, why));
  });
  worker.on('error', (error: Error) => {
    die(error.message);
    opened.reject(error);
  });
  const ready = await opened.promise;
  if ('failed' in ready) {
    await worker.terminate();
    release();
    if (!ready.damaged) throw new UnusableJournalError(file, ready.failed);
    throw new DamagedJournalError(0, `SQLite cannot use ${file}: ${ready.failed}`);
  }
  const reader = openReader(file);
  const tileOf = tileReader(reader);
  let last: Promise<unknown> = Promise.resolve();
  return {
    append(lines, expectedRevision) {
      // One string for all is handed to another thread far sooner than many.
      const request: Request = { expectedRevision, text: lines.join('\n') };
      const appended = last.then(() => {
        if (dead !== undefined) return { outcome: 'broken', why: dead } as const;
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
      await hashed.promise;
      return tileOf(tile);
    },
    async close() {
      await last;
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
