import type { Recorded } from '../../schemas/events/index.ts';
import type { Appended } from '../../schemas/stream.ts';

/** What the sequencer asks of a journal, and of the parsing of what it reads. */
export type Stream = {
  append(lines: readonly string[], expectedRevision: number): Promise<Appended>;
  read(fromRevision: number, limit?: number): AsyncIterable<readonly Recorded[]>;
  /** Why nothing was heard of a server for too long; nothing while all is well. */
  silence?(): string | undefined;
  /** The revision of the last event that there is, readable or not; nothing if nobody can tell. */
  end?(): Promise<number | undefined>;
};
