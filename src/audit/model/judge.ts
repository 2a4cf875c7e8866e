import type { EventType, StreamEvent } from '../../../schemas/events/index.ts';
import { ACCEPTED, type Accepted } from './accepted.ts';
import { guarded, movements, zeroSum } from './balances.ts';
import { bookings } from './bookings.ts';
import { Books } from './books.ts';
import { endings, suspensions } from './endings.ts';
import { Findings } from './findings.ts';
import { accesses, registered } from './holders.ts';
import { hoursGiven } from './hours.ts';
import { breach, type Breach, type Finding, type Invariant, type Subject } from './invariant.ts';
import { offers } from './offers.ts';
import { commandRuns, formats, idempotencyKeys, opening, recordedTime } from './order.ts';
import { reversals } from './reversals.ts';
import { settlements } from './settlements.ts';
import { clearing, visitReferences } from './visits.ts';

/** Everything that must hold along a stream, each as a new fold. */
export function invariants(): Invariant[] {
  return [
    opening(),
    formats(),
    recordedTime(),
    commandRuns(),
    idempotencyKeys(),
    accesses(),
    registered(),
    movements(),
    zeroSum(),
    guarded(),
    hoursGiven(),
    reversals(),
    offers(),
    bookings(),
    clearing(),
    visitReferences(),
    settlements(),
    endings(),
    suspensions(),
  ];
}

/**
 * Books a stream event by event and judges each by what stands before it. Every fold is asked about
 * every event, also behind one that broke it.
 */
export class Judge {
  readonly books = new Books();
  readonly invariants: readonly Invariant[];
  readonly #found: Findings;
  readonly #known: Accepted | undefined;
  readonly #asked = new Map<EventType, readonly Invariant[]>();
  #hash: Uint8Array | undefined;

  /** @param known the breaches that are accepted */
  constructor(
    all: readonly Invariant[] = invariants(),
    known?: Accepted,
    found = new Findings(known),
  ) {
    this.invariants = all;
    this.#known = known;
    this.#found = found;
  }

  /** What nobody accepted of all that does not hold. */
  get findings(): readonly Finding[] {
    return this.#found.kept;
  }

  /**
   * @param original what a reversal cites, if that is in the stream
   * @param hash the hash of the event's line, by which a breach is accepted
   */
  take(revision: number, event: StreamEvent, original?: StreamEvent, hash?: Uint8Array): void {
    const { debited, credited } = this.books.book(event, revision);
    const subject: Subject = { revision, event, original, books: this.books, debited, credited };
    this.#hash = hash;
    if (this.#known !== undefined) this.#requireAccepted(this.#known, revision, event.type);
    for (const invariant of this.#askedFor(event.type)) {
      const found = judged(invariant, subject);
      if (found !== undefined) this.#find(invariant, revision, found, event.type);
    }
  }

  /** Judges what can only be told when no more events come. */
  end(lastRevision: number): void {
    for (const invariant of this.invariants) {
      const found = ended(invariant, this.books);
      if (found !== undefined) this.#find(invariant, lastRevision, found);
    }
  }

  /** Another event where a breach was accepted shows that history was changed since. */
  #requireAccepted(known: Accepted, revision: number, type: EventType): void {
    const other = known.leavesAt(revision).find((leaf) => leaf !== this.#leaf);
    if (other === undefined) return;
    const found = breach(`the event with the hash ${other}`, this.#leaf ?? 'none');
    this.#find(ACCEPTED, revision, found, type);
  }

  get #leaf(): string | undefined {
    return this.#hash && Buffer.from(this.#hash).toString('base64');
  }

  #askedFor(type: EventType): readonly Invariant[] {
    const known = this.#asked.get(type);
    if (known !== undefined) return known;
    const asked = this.invariants.filter(({ of }) => of === undefined || of.includes(type));
    this.#asked.set(type, asked);
    return asked;
  }

  #find({ name: invariant }: { name: string }, revision: number, found: Breach, event?: string) {
    const leaf = this.#leaf;
    const at = { invariant, revision, ...(leaf && { leaf }), ...(event && { event }) };
    this.#found.add({ ...at, ...found });
  }
}

/** A fold that fails over an event shows that the event does not fit what stands before it. */
function judged(invariant: Invariant, subject: Subject): Breach | undefined {
  try {
    return invariant.take(subject);
  } catch (error) {
    return unfit(error);
  }
}

function ended(invariant: Invariant, books: Books): Breach | undefined {
  try {
    return invariant.end?.(books);
  } catch (error) {
    return unfit(error);
  }
}

function unfit(error: unknown): Breach {
  return breach('an event that fits what stands before it', (error as Error).message);
}
