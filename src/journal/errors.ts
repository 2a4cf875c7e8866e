/** Stored bytes are not those that were written; says where, and what was expected and found. */
export class DamagedJournalError extends Error {
  override readonly name = 'DamagedJournalError';
  readonly revision: number;
  readonly why: string;

  constructor(revision: number, why: string, options?: ErrorOptions) {
    super(`The journal is damaged at revision ${revision}: ${why}`, options);
    this.revision = revision;
    this.why = why;
  }
}

/** What is stored cannot be got at, though it may be whole; says what stands in the way. */
export class UnusableJournalError extends Error {
  override readonly name = 'UnusableJournalError';

  constructor(file: string, why: string) {
    super(`The journal ${file} cannot be used: ${why}. Files beside it, -wal and -shm, count too.`);
  }
}
