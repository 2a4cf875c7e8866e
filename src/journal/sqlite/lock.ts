import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { UnusableJournalError } from '../journal.ts';
import { ownFile } from '../ownerOnly.ts';

const SQLITE_BUSY = 5;

/** Another process has this data directory; says what that means and what to do. */
export class AlreadyRunningError extends Error {
  override readonly name = 'AlreadyRunningError';

  constructor(file: string) {
    super(
      `Another process is writing to this ledger (it holds the lock ${file}). ` +
        'Stop it first, or choose another DATA_DIR.',
    );
  }
}

/**
 * Takes the one writer's lock: an exclusive transaction on a file of its own, which the operating
 * system releases when the process ends, however it ends, and which no reader or backup touches.
 * @returns what releases it
 */
export function takeLock(file: string): () => void {
  let database: DatabaseSync | undefined;
  try {
    if (!existsSync(file)) ownFile(file);
    const held = new DatabaseSync(file);
    database = held;
    held.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return () => held.close();
  } catch (error) {
    database?.close();
    const { errcode, message } = error as { errcode?: number; message: string };
    if (errcode === SQLITE_BUSY) throw new AlreadyRunningError(file);
    throw new UnusableJournalError(file, message);
  }
}
