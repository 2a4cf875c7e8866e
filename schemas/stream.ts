import type { StreamEvent } from './events/index.ts';

/** What became of an append. Only `written` means that the events are in the stream, durably. */
export type Appended =
  | { readonly outcome: 'written' }
  /** The stream does not end at the expected revision; nothing was written. */
  | { readonly outcome: 'conflict' }
  /** It may or may not have been written, or may yet be: send the same again. */
  | { readonly outcome: 'unknown'; readonly why: string }
  /** Nothing was written; a later append may succeed, as when a full disk is given room. */
  | { readonly outcome: 'unavailable'; readonly why: string }
  /**
   * The stored data is damaged, or is gone: nothing more is written, while what is sound is read.
   * This append may have been written, where the next start would not find it.
   */
  | { readonly outcome: 'unsound'; readonly why: string }
  /** The journal can no longer tell what it holds: the process must end and start again. */
  | { readonly outcome: 'broken'; readonly why: string }
  /** One event is not what its schema says, which is a bug; nothing was written. */
  | { readonly outcome: 'malformed'; readonly index: number; readonly why: string };

/** Some events in a row: the canonical JSON of each, the first at `firstRevision`. */
export type Page = { readonly firstRevision: number; readonly lines: readonly string[] };

/** The JSON of each event, as a journal takes it. */
export function linesOf(events: readonly StreamEvent[]): string[] {
  return events.map((event) => JSON.stringify(event));
}

/** What was recorded last cannot be stored just now, so nothing is proved of it: try again. */
export class UnwrittenError extends Error {
  override readonly name: string = 'UnwrittenError';
}

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

/** An event that this code cannot read, because newer code wrote it. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
  readonly revision: number;

  constructor(revision: number, why: string) {
    super(`The event at revision ${revision} cannot be read by this version: ${why}`);
    this.revision = revision;
  }
}
