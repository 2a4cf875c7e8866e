import type { EventType, StreamEvent } from '../../../schemas/events/index.ts';
import type { Books, Kept } from './books.ts';

/** What does not hold: what the rest of the stream led to expect, and what was found. */
export type Breach = { readonly expected: string; readonly found: string };

/** One event at its place, after it was booked. */
export type Subject = {
  readonly revision: number;
  readonly event: StreamEvent;
  /** What a reversal cites, if that is in the stream. */
  readonly original: StreamEvent | undefined;
  readonly books: Books;
  /** The accounts that it names on either side. */
  readonly debited: Kept | undefined;
  readonly credited: Kept | undefined;
};

/**
 * Something that always holds along a stream, as a fold that judges one event after another. A fold
 * goes on behind a breach: it takes the event's word where later events build on it, as the ledger
 * does, so that each breach is told once and none hides another.
 */
export interface Invariant {
  readonly name: string;
  /** What holds, as a sentence. */
  readonly says: string;
  /** The only types of events that it needs to see; all of them where this is left out. */
  readonly of?: readonly EventType[];
  take(subject: Subject): Breach | undefined;
  /** What can only be judged when no more events come. */
  end?(books: Books): Breach | undefined;
}

/** What breaks an invariant. */
export type Finding = Breach & {
  readonly invariant: string;
  /** The event that is bad; nothing where it is no event, such as a key that is not known. */
  readonly revision?: number;
  /** The last event that may be the bad one, where it is not known which of several is. */
  readonly to?: number;
  /** The hash of the event as a leaf of the tree, base64: with the rule it names the breach. */
  readonly leaf?: string;
  /** The event's type, where it could be read. */
  readonly event?: string;
};

export function breach(expected: string | number, found: string | number): Breach {
  return { expected: String(expected), found: String(found) };
}

/** Nothing where two things are the same, as they should be. */
export function unless(
  expected: string | number,
  found: string | number,
  about = '',
): Breach | undefined {
  if (expected === found) return undefined;
  return breach(`${about}${expected}`, found);
}
