import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UnwrittenError } from '../../schemas/stream.ts';
import { OpenFiles } from '../journal/sqlite/openFiles.ts';
import { ownFile } from '../journal/ownerOnly.ts';

/** How long it waits for a backup or replicator that holds the file for a moment. */
const BUSY_MS = 4_000;
/** What stands in the way of writing and may go away, as SQLite says it: busy, read-only, full. */
const FOR_NOW = [5, 8, 13];

/** A checkpoint that was shown, or is about to be: it is kept first. */
export type Shown = {
  /** How many events it covers. */
  readonly size: number;
  /** The signed note. */
  readonly note: string;
  /** When it was made, UTC. */
  readonly recordedAt: string;
};

export type StoreOptions = {
  /** Whether what is there is only looked at, also beside a running service. */
  readonly readOnly?: boolean;
};

/** What is kept: the last checkpoint, the verifier keys, and check values of secrets by name. */
export type Kept = {
  readonly latest: Shown | undefined;
  readonly keys: readonly string[];
  readonly checks: ReadonlyMap<string, string>;
};

/** What was shown of a ledger is missing or cannot be read; says what to do. */
export class CheckpointStoreError extends Error {
  override readonly name = 'CheckpointStoreError';
}

/**
 * Where checkpoints are kept: a file apart from the stream's, so that whoever puts back an old
 * stream, or a changed one, does not put back what was said of it.
 */
export class CheckpointStore {
  readonly #database: DatabaseSync;
  readonly #files: OpenFiles;

  /** @param file where it is; `:memory:` keeps nothing past the process */
  constructor(file: string, { readOnly = false }: StoreOptions = {}) {
    if (readOnly) {
      this.#database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS });
      this.#files = new OpenFiles([]);
      return;
    }
    if (file !== ':memory:') ownFile(file);
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA busy_timeout = ${BUSY_MS};
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS checkpoint (
        size INTEGER PRIMARY KEY,
        note TEXT NOT NULL,
        recordedAt TEXT NOT NULL
      ) STRICT;
      CREATE TABLE IF NOT EXISTS verifier (key TEXT PRIMARY KEY) STRICT;
      CREATE TABLE IF NOT EXISTS checkValue (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `);
    this.#files = file === ':memory:' ? new OpenFiles([]) : OpenFiles.ofDatabase(file);
  }

  /** The largest one; nothing where there is none yet. */
  latest(): Shown | undefined {
    return latestIn(this.#database);
  }

  /** The one of a size. */
  at(size: number): Shown | undefined {
    return this.#database
      .prepare('SELECT size, note, recordedAt FROM checkpoint WHERE size = ?')
      .get(size) as Shown | undefined;
  }

  /** Those beyond a size, the smallest first. */
  after(size: number, limit: number): Shown[] {
    return this.#database
      .prepare('SELECT size, note, recordedAt FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?')
      .all(size, limit) as Shown[];
  }

  /**
   * Keeps one, durably: it may be shown once this returns.
   * @throws UnwrittenError where it cannot be written just now
   */
  keep({ size, note, recordedAt }: Shown): void {
    try {
      this.#database
        .prepare('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)')
        .run(size, note, recordedAt);
    } catch (error) {
      const { errcode = 0, message } = error as { errcode?: number; message: string };
      if (!FOR_NOW.includes(errcode & 0xff)) throw error;
      throw new UnwrittenError(`the checkpoint cannot be kept: ${message}`);
    }
  }

  /** Why its files are no longer those that were opened; nothing while they are. */
  gone(): string | undefined {
    return this.#files.gone();
  }

  /** Every verifier key that ever signed, the newest first. */
  keys(): string[] {
    return keysIn(this.#database);
  }

  /** Keeps the key of a signer, which old checkpoints are verified with for ever. */
  keepKey(key: string): void {
    // On a full disk even a write that changes nothing might fail.
    if (this.keys().includes(key)) return;
    this.#database.prepare('INSERT INTO verifier VALUES (?)').run(key);
  }

  /** Keeps what tells a key from another one, and nothing of the key itself. */
  keepCheck(name: string, value: string): void {
    if (checksIn(this.#database).get(name) === value) return;
    this.#database.prepare('INSERT OR REPLACE INTO checkValue VALUES (?, ?)').run(name, value);
  }

  close(): void {
    this.#database.close();
  }
}

/**
 * Looks at what is kept in a file, and changes nothing.
 * @returns nothing where there is no file, or nothing was ever kept in it
 * @throws CheckpointStoreError where it cannot be read
 */
export function lookAt(file: string): Kept | undefined {
  if (!existsSync(file)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
    return keptIn(database);
  } catch (error) {
    const { message } = error as Error;
    throw new CheckpointStoreError(
      `What was shown of this ledger cannot be read: ${file}: ${message}. Put that file back, ` +
        'with the rest of the folder, from a backup.',
    );
  } finally {
    database?.close();
  }
}

function keptIn(database: DatabaseSync): Kept | undefined {
  const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  const has = (table: string) => names.some(({ name }) => name === table);
  if (!has('checkpoint') || !has('verifier')) return undefined;
  return {
    latest: latestIn(database),
    keys: keysIn(database),
    checks: has('checkValue') ? checksIn(database) : new Map(),
  };
}

function checksIn(database: DatabaseSync): Map<string, string> {
  const checks = database.prepare('SELECT name, value FROM checkValue').all();
  return new Map(checks.map(({ name, value }) => [name as string, value as string]));
}

function latestIn(database: DatabaseSync): Shown | undefined {
  return database
    .prepare('SELECT size, note, recordedAt FROM checkpoint ORDER BY size DESC LIMIT 1')
    .get() as Shown | undefined;
}

function keysIn(database: DatabaseSync): string[] {
  const rows = database.prepare('SELECT key FROM verifier ORDER BY rowid DESC').all();
  return (rows as { key: string }[]).map(({ key }) => key);
}
