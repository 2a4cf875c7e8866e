import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { ownFile } from '../journal/ownerOnly.ts';

/** How long it waits for a backup or replicator that holds the file for a moment. */
const BUSY_MS = 4_000;

/** A checkpoint that was shown, or is about to be: it is kept first. */
export type Shown = {
  /** How many events it covers. */
  readonly size: number;
  /** The signed note. */
  readonly note: string;
  /** When it was made, UTC. */
  readonly recordedAt: string;
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

  /** @param file where it is; `:memory:` keeps nothing past the process */
  constructor(file: string) {
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
  }

  /** The largest one; nothing where there is none yet. */
  latest(): Shown | undefined {
    return latestIn(this.#database);
  }

  /** Those beyond a size, the smallest first. */
  after(size: number, limit: number): Shown[] {
    return this.#database
      .prepare('SELECT size, note, recordedAt FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?')
      .all(size, limit) as Shown[];
  }

  /** Keeps one, durably: it may be shown once this returns. */
  keep({ size, note, recordedAt }: Shown): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)')
      .run(size, note, recordedAt);
  }

  /** Every verifier key that ever signed, the newest first. */
  keys(): string[] {
    return keysIn(this.#database);
  }

  /** Keeps the key of a signer, which old checkpoints are verified with for ever. */
  keepKey(key: string): void {
    this.#database.prepare('INSERT OR IGNORE INTO verifier VALUES (?)').run(key);
  }

  /** Keeps what tells a key from another one, and nothing of the key itself. */
  keepCheck(name: string, value: string): void {
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
  const checks = has('checkValue') ? database.prepare('SELECT * FROM checkValue').all() : [];
  return {
    latest: latestIn(database),
    keys: keysIn(database),
    checks: new Map(checks.map(({ name, value }) => [name as string, value as string])),
  };
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
