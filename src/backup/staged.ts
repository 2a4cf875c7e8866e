import type { DatabaseSync } from 'node:sqlite';
import { encode } from '../journal/encode.ts';
import { DamagedJournalError } from '../journal/journal.ts';
import { endOf, openWriter, pagesOf, quickCheck, rowWriter } from '../journal/sqlite/file.ts';
import { compared, StoredTree, tileReader } from '../journal/sqlite/tree.ts';
import { rootAt } from '../proofs/tiles.ts';
import { BackupError } from './parts.ts';

/** A stream that is being put back, in a file that no service has yet. */
export class StagedStream {
  readonly #database: DatabaseSync;
  readonly #tree: StoredTree;
  readonly #write: ReturnType<typeof rowWriter>;

  /**
   * Goes over every event: its checksum along the rows, its schema and canonical form, its hash in
   * the tree.
   * @throws DamagedJournalError naming the first event that is not as it was written; BackupError
   */
  constructor(file: string) {
    const database = opened(file);
    try {
      for (const { firstRevision, lines } of pagesOf(database, 0)) {
        requireEvents(firstRevision, lines);
      }
      this.#tree = new StoredTree(database);
      for (const _ of compared(database, endOf(database).revision + 1));
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    this.#write = rowWriter(database);
  }

  get size(): number {
    return endOf(this.#database).revision + 1;
  }

  /** The root at a size that the stream has, base64. */
  async rootAt(size: number): Promise<string> {
    const tile = tileReader(this.#database);
    return Buffer.from(await rootAt(async (one) => tile(one), size)).toString('base64');
  }

  lines(fromRevision: number, limit: number): string[] {
    return [...pagesOf(this.#database, fromRevision, limit)].flatMap(({ lines }) => lines);
  }

  /** @throws DamagedJournalError where one is no event in its canonical form */
  append(lines: readonly string[]): void {
    requireEvents(this.size, lines);
    this.#database.exec('BEGIN IMMEDIATE');
    this.#write(endOf(this.#database), lines);
    const draft = this.#tree.draft(lines);
    this.#database.exec('COMMIT');
    this.#tree.publish(draft);
  }

  /** Leaves one file, with nothing beside it. */
  close(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }
}

function opened(file: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  let verdict: string;
  try {
    database = openWriter(file);
    verdict = quickCheck(database);
  } catch (error) {
    verdict = (error as Error).message;
  }
  if (database !== undefined && verdict === 'ok') return database;
  database?.close();
  throw new BackupError(
    'damaged',
    `SQLite cannot use the ledger.sqlite of the backup: ${verdict}.`,
  );
}

function requireEvents(firstRevision: number, lines: readonly string[]): void {
  const encoded = encode(lines);
  if ('malformed' in encoded) {
    const { index, why } = encoded.malformed;
    throw new DamagedJournalError(firstRevision + index, why);
  }
  const other = lines.findIndex((line, index) => encoded.lines[index] !== line);
  if (other === -1) return;
  throw new DamagedJournalError(firstRevision + other, 'it is not in its canonical form');
}
