import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import { unreadable } from '../../schemas/events/index.ts';
import { UnreadableEventError, type Appended, type Page } from '../../schemas/stream.ts';
import type { Tile } from '../proofs/tiles.ts';

export { DamagedJournalError, UnusableJournalError } from './errors.ts';
export { UnreadableEventError };

/**
 * Where a stream lives. Every implementation passes one contract suite, `test/journal/contract.ts`.
 */
export interface Journal {
  /**
   * Appends all events or none, durably, after the expected revision (-1: the stream is empty).
   * Without events it tells whether the stream still ends there.
   * @param lines the JSON of each event, its fields in any order; what is stored is canonical
   */
  append(lines: readonly string[], expectedRevision: number): Promise<Appended>;

  /**
   * Reads from a revision on, inclusive, to the end or for at most `limit` events, in pages.
   * @throws DamagedJournalError where what is stored is not what was written
   */
  read(fromRevision: number, limit?: number): AsyncIterable<Page>;

  /**
   * Reads the events at some revisions, given in rising order, in pages of a few hundred.
   * @throws DamagedJournalError where one of them is not there, or not what was written
   */
  pick(revisions: readonly number[]): AsyncIterable<readonly string[]>;

  /**
   * The hashes of a tile of the Merkle tree over the events that are written, 32 bytes each.
   * @throws DamagedJournalError where the tree is not the one over the events, or has no such tile;
   *   UnwrittenError where it is over events that cannot be stored just now
   */
  tile(tile: Tile): Promise<Uint8Array>;

  /**
   * Settles once every event that was there when it was opened has been compared with the tree,
   * behind what is served: resolves to how many they are. It stays open where the journal is closed
   * before that, and need not be listened to.
   * @throws DamagedJournalError where one is not as it was written: from then on nothing more is
   *   written, nor read from the tree; UnusableJournalError where they could not be compared
   */
  readonly proved?: Promise<number>;

  /**
   * Compares every event that there is now with the tree once more, slowly, in a small share of a
   * processor. It stays open where the journal is closed before the end.
   * @returns how many events they are
   * @throws DamagedJournalError where one is not as it was written: from then on nothing more is
   *   written; Error where they could not be compared
   */
  prove?(): Promise<number>;

  /**
   * Why its files are no longer those that were opened, so that what is written may not be found by
   * the next start; nothing while they are. It is cheap enough to be asked each second. Once it has
   * said so nothing more is written, and what was is put where it is found, if it can be.
   */
  gone?(): string | undefined;

  /** Says, where others write to the stream too, what they do to it. */
  watch?(watcher: Watcher): void;

  /** Why nothing was heard of a server for too long; nothing while all is well. */
  silence?(): string | undefined;

  /**
   * The revision of the last event that the server has, which may not be readable here yet; nothing
   * where it does not tell.
   */
  end?(): Promise<number | undefined>;

  /** Lets go of files and locks, after what is being appended. */
  close(): Promise<void>;
}

/** What is told of a stream that others write to. */
export type Watcher = {
  /** Events of others can be read up to this revision. */
  readonly grown: (revision: number) => void;
  /** It is not the stream that was read: nothing may be served. */
  readonly broken: (why: string) => void;
};

/**
 * Parses the lines of a page.
 * @throws UnreadableEventError for a type or version that this code does not know
 */
export function recordedIn({ firstRevision, lines }: Page): Recorded[] {
  return lines.map((line, index) => parsed(line, firstRevision + index));
}

function parsed(line: string, revision: number): Recorded {
  const event = jsonIn(line) as Partial<StreamEvent> | null | undefined;
  const why = unreadable(event ?? null);
  if (why !== undefined) throw new UnreadableEventError(revision, why);
  if (event?.command === undefined || event.data === undefined) {
    throw new UnreadableEventError(revision, 'it lacks what every event has');
  }
  return { revision, event: event as StreamEvent };
}

/** What a line of JSON says; nothing where it is none. */
function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Reads and parses the events at some revisions, given in rising order.
 * @throws UnreadableEventError for a type or version that this code does not know
 */
export async function pickRecorded(
  journal: Pick<Journal, 'pick'>,
  revisions: readonly number[],
): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  for await (const lines of journal.pick(revisions)) {
    for (const line of lines) recorded.push(parsed(line, revisions[recorded.length]!));
  }
  return recorded;
}

/**
 * Reads and parses, page by page.
 * @throws UnreadableEventError for a type or version that this code does not know, having given
 *   all before it
 */
export async function* readRecorded(
  journal: Pick<Journal, 'read'>,
  fromRevision: number,
  limit?: number,
): AsyncGenerator<Recorded[]> {
  for await (const { firstRevision, lines } of journal.read(fromRevision, limit)) {
    const recorded: Recorded[] = [];
    try {
      for (const line of lines) recorded.push(parsed(line, firstRevision + recorded.length));
    } catch (error) {
      if (recorded.length > 0) yield recorded;
      throw error;
    }
    yield recorded;
  }
}
