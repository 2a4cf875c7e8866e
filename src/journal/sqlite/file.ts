import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Page } from '../../../schemas/stream.ts';
import { DamagedJournalError } from '../errors.ts';
import { ownFile } from '../ownerOnly.ts';

const VERSION = 2;
/**
 * The file of the embedded journal: one row an event. `crc` is the CRC-32 of the event's bytes
 * going on from the row before, since SQLite keeps no checksum of a row: it finds an altered,
 * swapped or missing row, though not a forger, who can compute it too; the tree's tiles, which are
 * compared with the events behind each start, are under checkpoints that a forger cannot sign.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS event (
    revision INTEGER PRIMARY KEY,
    event TEXT NOT NULL,
    crc INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS tile (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, number)
  ) STRICT;
  PRAGMA application_id = 0x54434c31;
  PRAGMA user_version = ${VERSION};
`;

/** Codes with which SQLite says that a file is not, or no longer, one of its own. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

const PAGE_EVENTS = 1000;
/** Few enough that other requests wait no longer than two milliseconds or so for a page. */
const PICKED_EVENTS = 500;
/** Only where the saving thread does not save: no append waits for it otherwise. */
const CHECKPOINT_PAGES = 20_000;
/** How long an append waits for a backup or replicator that holds the file for a moment. */
const BUSY_MS = 4_000;

/**
 * Fails on a file that may only be read, but not on a full disk, as saying the schema again would.
 * SQLite takes BEGIN IMMEDIATE for a mere BEGIN on such a file, so it is asked to delete no row.
 */
const WRITES_NOTHING = 'BEGIN; DELETE FROM event WHERE FALSE; ROLLBACK';

/**
 * Opens the one connection that writes.
 * @param synchronous FULL: a commit is on disk before it returns; NORMAL, for a copy: the last of
 *   them may be lost with the machine's power, but never one before another
 */
export function openWriter(file: string, synchronous: 'FULL' | 'NORMAL' = 'FULL'): DatabaseSync {
  if (!existsSync(file)) ownFile(file);
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA busy_timeout = ${BUSY_MS};
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${synchronous};
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA cache_size = -65536;
  `);
  database.exec(isMade(database) ? WRITES_NOTHING : SCHEMA);
  return database;
}

function isMade(database: DatabaseSync): boolean {
  const { user_version: version } = database.prepare('PRAGMA user_version').get()!;
  const { count } = database
    .prepare(`SELECT count(*) AS count FROM sqlite_schema WHERE name IN ('event', 'tile')`)
    .get()!;
  return version === VERSION && count === 2;
}

/** Opens a connection that only reads, beside the writer or without one. */
export function openReader(file: string): DatabaseSync {
  return new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
}

/**
 * Whether a stream has begun, or has an event of a type; one that cannot be read has, so that
 * nobody takes it for none.
 */
export function hasEvents(file: string, type?: string): boolean {
  if (!existsSync(file)) return false;
  let database: DatabaseSync | undefined;
  try {
    database = openReader(file);
    const tables = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'event'").get();
    if (tables === undefined) return false;
    const wanted = type === undefined ? '' : `WHERE event LIKE '%"type":"${type}"%'`;
    return database.prepare(`SELECT 1 FROM event ${wanted} LIMIT 1`).get() !== undefined;
  } catch {
    return true;
  } finally {
    database?.close();
  }
}

const INSERT = 'INSERT INTO event (revision, event, crc) VALUES (?, ?, ?)';

/** Writes rows after the end of the stream, within a transaction of the caller's. */
export function rowWriter(database: DatabaseSync): (end: End, lines: readonly string[]) => void {
  const insert = database.prepare(INSERT);
  return (end, lines) => {
    let { revision, crc } = end;
    for (const line of lines) {
      revision += 1;
      crc = chained(line, crc);
      insert.run(revision, line, crc);
    }
  };
}

/** Whether SQLite failed because of what is in the file, and not of what stands in the way. */
export function isDamage(error: unknown): boolean {
  const { errcode = 0 } = error as { errcode?: number };
  return [SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff);
}

/** The error itself, or the damage that it comes of. */
export function damageIn(error: unknown, file: string): unknown {
  if (!isDamage(error)) return error;
  return new DamagedJournalError(0, `SQLite cannot use ${file}: ${(error as Error).message}`);
}

/** What SQLite says of its own pages; `ok` when all is well. */
export function quickCheck(database: DatabaseSync): string {
  const row = database.prepare('PRAGMA quick_check(1)').get() as { quick_check: string };
  return row.quick_check;
}

export type End = { readonly revision: number; readonly crc: number };

/** The end of the stream: its last revision and the checksum there. */
export function endOf(database: DatabaseSync): End {
  const row = database
    .prepare('SELECT revision, crc FROM event ORDER BY revision DESC LIMIT 1')
    .get();
  return (row as End | undefined) ?? { revision: -1, crc: 0 };
}

/** The checksum of an event after the one before it. */
export function chained(line: string, before: number): number {
  return crc32(line, before);
}

/**
 * Pages of events from a revision on, each row checked against the one before it.
 * @throws DamagedJournalError naming the first row that is not as it was written
 */
export function* pagesOf(
  database: DatabaseSync,
  fromRevision: number,
  limit = Infinity,
): Generator<Page> {
  const select = database.prepare(
    'SELECT revision, event, crc FROM event WHERE revision >= ? ORDER BY revision LIMIT ?',
  );
  select.setReturnArrays(true);
  type Row = [revision: number, event: string, crc: number];
  let before = fromRevision === 0 ? 0 : undefined;
  let next = fromRevision;
  const end = fromRevision + limit;
  while (next < end) {
    const first = before === undefined ? next - 1 : next;
    const count = Math.min(PAGE_EVENTS, end - next) + (next - first);
    const rows = select.all(first, count) as unknown as Row[];
    if (before === undefined) before = rows.shift()?.[2];
    if (before === undefined || rows.length === 0) return;
    before = checked(rows, next, before);
    yield { firstRevision: next, lines: rows.map(([, event]) => event) };
    next += rows.length;
    if (rows.length < PAGE_EVENTS && next < end) return;
  }
}

/**
 * The events at some revisions, in pages, each row checked against the one before it in the file.
 * @throws DamagedJournalError naming the first row that is not there, or not as it was written
 */
export function* pickedOf(
  database: DatabaseSync,
  revisions: readonly number[],
): Generator<readonly string[]> {
  const select = database.prepare(
    `SELECT event.revision, event.event, event.crc, coalesce(before.crc, 0)
       FROM json_each(?) asked
       CROSS JOIN event ON event.revision = asked.value
       LEFT JOIN event before ON before.revision = asked.value - 1`,
  );
  select.setReturnArrays(true);
  type Row = [revision: number, event: string, crc: number, before: number];
  for (let first = 0; first < revisions.length; first += PICKED_EVENTS) {
    const asked = revisions.slice(first, first + PICKED_EVENTS);
    const rows = select.all(JSON.stringify(asked)) as unknown as Row[];
    yield asked.map((revision, index) => {
      const [at, event, crc, before] = rows[index] ?? [];
      if (at === undefined) throw new DamagedJournalError(revision, 'no row is stored there');
      checked([[at, event!, crc!]], revision, before!);
      return event!;
    });
  }
}

function checked(
  rows: readonly [number, string, number][],
  firstRevision: number,
  crcBefore: number,
): number {
  let before = crcBefore;
  for (const [index, [revision, event, crc]] of rows.entries()) {
    const expected = firstRevision + index;
    if (revision !== expected) {
      throw new DamagedJournalError(expected, `the next row stored is ${revision}`);
    }
    const found = chained(event, before);
    if (found !== crc) {
      throw new DamagedJournalError(expected, `checksum ${found}, but ${crc} was stored with it`);
    }
    before = crc;
  }
  return before;
}
