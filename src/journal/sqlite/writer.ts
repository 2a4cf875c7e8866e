import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { Appended } from '../../../schemas/stream.ts';
import { encode } from '../encode.ts';
import { DamagedJournalError } from '../journal.ts';
import { endOf, openWriter, quickCheck, rowWriter } from './file.ts';
import { StoredTree } from './tree.ts';

/**
 * The writing thread. It takes one append at a time, checks and encodes the events away from the
 * thread that serves requests, and commits them in one transaction.
 */

/** What is written, and whether it is the stream itself or a copy of one. */
type Written = { readonly file: string; readonly mirror: boolean };
/** What is to be appended: the JSON of each event, a line each. */
export type Request = { readonly expectedRevision: number; readonly text: string };
export type Ready =
  { readonly opened: true } | { readonly failed: string; readonly damaged: boolean };
/** Told once, after `Ready`: whether the events are those that the Merkle tree was made of. */
export type Hashed =
  { readonly hashed: true } | { readonly changed: { revision: number; why: string } };

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

const port = parentPort!;
const { file, mirror } = workerData as Written;

try {
  serve();
} catch (error) {
  // What SQLite finds by its own check is a plain Error, without a code.
  const { errcode = SQLITE_CORRUPT, message } = error as { errcode?: number; message: string };
  const damaged = [SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff);
  port.postMessage({ failed: message, damaged } satisfies Ready);
}

function serve(): void {
  const database = openWriter(file, mirror ? 'NORMAL' : 'FULL');
  const verdict = quickCheck(database);
  if (verdict !== 'ok') throw new Error(verdict);
  // The check has read every page; what it left in the cache is of no use to appends.
  database.exec('PRAGMA shrink_memory');
  const write = rowWriter(database);
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');

  const append = (tree: StoredTree, { expectedRevision, text }: Request): Appended => {
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
    return { outcome: 'written' };
  };

  const failed = (error: unknown): Appended => {
    const { errcode = 0, message } = error as { errcode?: number; message: string };
    try {
      if (database.isTransaction) database.exec('ROLLBACK');
    } catch (rollback) {
      return { outcome: 'broken', why: `${message}; ${(rollback as Error).message}` };
    }
    const nothingWritten = [SQLITE_BUSY, SQLITE_FULL, SQLITE_READONLY].includes(errcode & 0xff);
    return { outcome: nothingWritten ? 'unavailable' : 'broken', why: message };
  };

  port.postMessage({ opened: true } satisfies Ready);
  const tree = treeOver(database);
  port.on('message', (request: Request | 'close') => {
    if (request === 'close') {
      database.close();
      port.close();
      return;
    }
    let answer: Appended;
    try {
      answer =
        tree === undefined
          ? { outcome: 'broken', why: 'its tree does not fit its events' }
          : append(tree, request);
    } catch (error) {
      answer = failed(error);
    }
    port.postMessage(answer);
  });
}

/** The tree over what is stored; nothing, once that is told, where it does not fit. */
function treeOver(database: DatabaseSync): StoredTree | undefined {
  try {
    const tree = new StoredTree(database);
    port.postMessage({ hashed: true } satisfies Hashed);
    return tree;
  } catch (error) {
    if (!(error instanceof DamagedJournalError)) throw error;
    const { revision, why } = error;
    port.postMessage({ changed: { revision, why } } satisfies Hashed);
    return undefined;
  }
}
