export { DamagedJournalError } from '../../schemas/stream.ts';

/** What is stored cannot be got at, though it may be whole; says what stands in the way. */
export class UnusableJournalError extends Error {
  override readonly name = 'UnusableJournalError';

  constructor(file: string, why: string) {
    super(`The journal ${file} cannot be used: ${why}. Files beside it, -wal and -shm, count too.`);
  }
}
