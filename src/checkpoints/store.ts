import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

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

export type StoreOptions = {
  /** Whether what is there is only looked at, also beside a running service. */
  readonly readOnly?: boolean;
};

/**
 * Where checkpoints are kept: a file apart from the stream's, so that whoever puts back an old
 * stream, or a changed one, does not put back what was said of it.
 */
export class CheckpointStore {
  readonly #database: DatabaseSync;

  /** @param file where it is; `:memory:` keeps nothing past the process */
  constructor(file: string, { readOnly = false }: StoreOptions = {}) {
    if (readOnly) {
      this.#database = new DatabaseSync(file, { readOnly, timeout: BUSY_MS });
      return;
    }
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
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
    `);
  }

  /** The largest one; nothing where there is none yet. */
  latest(): Shown | undefined {
    return this.#database
      .prepare('SELECT size, note, recordedAt FROM checkpoint ORDER BY size DESC LIMIT 1')
      .get() as Shown | undefined;
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
    const rows = this.#database.prepare('SELECT key FROM verifier ORDER BY rowid DESC').all();
    return (rows as { key: string }[]).map(({ key }) => key);
  }

  /** Keeps the key of a signer, which old checkpoints are verified with for ever. */
  keepKey(key: string): void {
    this.#database.prepare('INSERT OR IGNORE INTO verifier VALUES (?)').run(key);
  }

  close(): void {
    this.#database.close();
  }
}
