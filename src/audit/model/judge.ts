import type { EventType, StreamEvent } from '../../../schemas/events/index.ts';
import { guarded, movements, zeroSum } from './balances.ts';
import { bookings } from './bookings.ts';
import { Books } from './books.ts';
import { endings, suspensions } from './endings.ts';
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
 * Books a stream event by event and judges each by what stands before it. Of each invariant the
 * first breach is kept; a fold that was broken is not asked again.
 */
export class Judge {
  readonly books = new Books();
  readonly findings: Finding[] = [];
  readonly invariants: readonly Invariant[];
  #holding: readonly Invariant[];
  readonly #asked = new Map<EventType, readonly Invariant[]>();

  constructor(all: readonly Invariant[] = invariants()) {
    this.invariants = all;
    this.#holding = all;
  }

  /** @param original what a reversal cites, if that is in the stream */
  take(revision: number, event: StreamEvent, original?: StreamEvent): void {
    const { debited, credited } = this.books.book(event, revision);
    const subject: Subject = { revision, event, original, books: this.books, debited, credited };
    for (const invariant of this.#askedFor(event.type)) {
      const found = judged(invariant, subject);
      if (found !== undefined) this.#find(invariant, { revision, event: event.type, ...found });
    }
  }

  /** Judges what can only be told when no more events come. */
  end(lastRevision: number): void {
    for (const invariant of this.#holding) {
      const found = ended(invariant, this.books);
      if (found !== undefined) this.#find(invariant, { revision: lastRevision, ...found });
    }
  }

  #askedFor(type: EventType): readonly Invariant[] {
    const known = this.#asked.get(type);
    if (known !== undefined) return known;
    const asked = this.#holding.filter(({ of }) => of === undefined || of.includes(type));
    this.#asked.set(type, asked);
    return asked;
  }

  #find({ name: invariant }: Invariant, found: Omit<Finding, 'invariant'>): void {
    this.findings.push({ invariant, ...found });
    this.#holding = this.#holding.filter(({ name }) => name !== invariant);
    this.#asked.clear();
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
