import { parentPort, workerData } from 'node:worker_threads';
import type { Appended } from '../../../schemas/stream.ts';
import { encode } from '../encode.ts';
import { DamagedJournalError } from '../errors.ts';
import { endOf, isDamage, openWriter, rowWriter } from './file.ts';
import { OpenFiles } from './openFiles.ts';
import { StoredTree } from './tree.ts';

/**
 * The writing thread. It takes one append at a time, checks and encodes the events away from the
 * thread that serves requests, and commits them in one transaction.
 */

/** What is written, and whether it is the stream itself or a copy of one. */
export type Opening = { readonly file: string; readonly mirror: boolean };
/** What is to be appended: the JSON of each event, a line each. */
export type Request = { readonly expectedRevision: number; readonly text: string };
/** Asked for besides: to put all into the file itself, or to let go of it. */
export type Asked = 'save' | 'close';
/** Told once: how many events there are, or why nothing can be appended. */
export type Ready =
  | { readonly size: number }
  | { readonly failed: string }
  | { readonly damaged: { readonly revision: number; readonly why: string } };

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_FULL = 13;

const port = parentPort!;
const { file, mirror } = workerData as Opening;

try {
  serve();
} catch (error) {
  port.postMessage(notReady(error));
}

function serve(): void {
  const database = openWriter(file, mirror ? 'NORMAL' : 'FULL');
  const tree = new StoredTree(database);
  const write = rowWriter(database);
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const save = () => database.exec('PRAGMA wal_checkpoint(PASSIVE)');

  const append = ({ expectedRevision, text }: Request): Appended => {
    const given = text === '' ? [] : text.split('\n');
    const encoded = mirror ? { lines: given } : encode(given);
    if ('malformed' in encoded) return { outcome: 'malformed', ...encoded.malformed };
    begin.run();
    const end = endOf(database);
    if (end.revision !== expectedRevision) {
      database.exec('ROLLBACK');
      return { outcome: 'conflict' };
    }
    write(end, encoded.lines);
    const draft = tree.draft(encoded.lines);
    commit.run();
    tree.publish(draft);
    const gone = files.gone();
    if (gone === undefined) return { outcome: 'written' };
    save();
    return { outcome: 'unsound', why: gone };
  };

  const failed = (error: unknown): Appended => {
    const { errcode = 0, message } = error as { errcode?: number; message: string };
    try {
      if (database.isTransaction) database.exec('ROLLBACK');
    } catch (rollback) {
      return { outcome: 'broken', why: `${message}; ${(rollback as Error).message}` };
    }
    if (isDamage(error))
      return { outcome: 'unsound', why: `SQLite cannot use ${file}: ${message}` };
    const nothingWritten = [SQLITE_BUSY, SQLITE_FULL, SQLITE_READONLY].includes(errcode & 0xff);
    return { outcome: nothingWritten ? 'unavailable' : 'broken', why: message };
  };

  const size = endOf(database).revision + 1;
  const files = OpenFiles.ofJournal(file);
  port.postMessage({ size } satisfies Ready);
  port.on('message', (request: Request | Asked) => {
    if (request === 'save') return save();
    if (request === 'close') {
      database.close();
      port.close();
      return;
    }
    let answer: Appended;
    try {
      answer = append(request);
    } catch (error) {
      answer = failed(error);
    }
    port.postMessage(answer);
  });
}

function notReady(error: unknown): Ready {
  if (error instanceof DamagedJournalError) {
    return { damaged: { revision: error.revision, why: error.why } };
  }
  const { message } = error as Error;
  if (!isDamage(error)) return { failed: message };
  return { damaged: { revision: 0, why: `SQLite cannot use ${file}: ${message}` } };
}
