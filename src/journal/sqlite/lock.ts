import { DatabaseSync } from 'node:sqlite';

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
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY)
      throw new AlreadyRunningError(file);
    throw error;
  }
  return () => database.close();
}
