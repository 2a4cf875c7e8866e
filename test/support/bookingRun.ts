import fc, { type Arbitrary } from 'fast-check';
import { Holds } from '../../projections/holds.ts';
import { hundredths } from '../../schemas/amounts.ts';
import type { Ask } from '../../schemas/commands.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import { holdIdAt, transactionIdAt } from '../../schemas/ids.ts';
import { dueEvents } from '../../src/ledger/due.ts';
import { draftOf, type Ledger } from '../../src/ledger/state.ts';
import { book, bookPot, published, SWIM, swim } from './booked.ts';
import { bookOf, commandAt, decided, record } from './given.ts';
import { seeded } from './names.ts';
import { ADMIN, brought, pot, wallet, world } from './past.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;
const LONGER_THAN_ANY_DAYS = 40;

/** One thing that is asked, after some minutes; the numbers choose whose, what and how much. */
export type Step = {
  readonly kind: 'redeem' | 'book' | 'trip' | 'capture' | 'cancel' | 'reverse';
  readonly minutes: number;
  readonly which: number;
  readonly party: { readonly adults: number; readonly under16s: number };
  readonly ahead: number;
};

const count = (max: number) => fc.integer({ min: 0, max });

export const starts = fc.constantFrom(
  '2026-03-28T22:00:00.000Z',
  '2026-10-24T22:00:00.000Z',
  '2026-12-30T22:00:00.000Z',
);

export const steps: Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('redeem', 'book', 'trip', 'capture', 'cancel', 'reverse', 'book'),
    minutes: fc.constantFrom(0, 0, 1, 1, 59, 300, 1440),
    which: count(99),
    party: fc.record({ adults: count(2), under16s: count(2) }),
    ahead: fc.constantFrom(0, 0, 60, 1440, 4320),
  }),
  { minLength: 5, maxLength: 40, size: 'max' },
);

export const CAPS = { memberDay: 2, memberMonth: 3, slotPlaces: 5, venueDayCredits: '9' };
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const TIMES = [
  { days: [...DAYS], from: '00:00', to: '01:30' },
  { days: [...DAYS], from: '01:30', to: '24:00' },
];
const FIRST = [
  ...world(),
  brought(wallet('asha'), '90'),
  brought(wallet('carol'), '20'),
  brought(pot('garden'), '30'),
  published({ caps: CAPS, times: TIMES }),
];

/** A ledger of its own under a clock that steps move; the stream is all that judges of it see. */
export class BookingRun {
  readonly #book = bookOf(FIRST);
  readonly holds = new Holds();
  readonly accounts = [wallet('asha'), wallet('carol'), pot('garden')];
  #now_ms: number;

  constructor(start: string) {
    this.#now_ms = Date.parse(start);
    for (const recorded of this.#book.stream) this.holds.apply(recorded);
  }

  get ledger(): Ledger {
    return this.#book.ledger;
  }

  get stream(): readonly Recorded[] {
    return this.#book.stream;
  }

  take(step: Step): void {
    this.#wait(step.minutes * MINUTE_MS);
    this.#give(this.#asked(step));
  }

  /** Cancels every other open booking, lets the rest expire, and reverses all that was taken. */
  undo(): void {
    for (const [index, { revision }] of [...this.holds.open()].entries()) {
      if (index % 2 === 0) this.#give({ type: 'CancelHold', holdId: this.#hold(revision) });
    }
    this.#wait(LONGER_THAN_ANY_DAYS * DAY_MS);
    for (const { revision, event } of [...this.stream]) {
      if (event.type !== 'CreditsRedeemed' && event.type !== 'HoldCaptured') continue;
      this.#give(this.#reversal(revision));
    }
  }

  /** Time passes, and what is due is recorded, as at the beginning of every batch. */
  #wait(more_ms: number): void {
    this.#now_ms += more_ms;
    const parts = seeded(commandAt(this.ledger.revision + 1));
    this.#record(dueEvents(draftOf(this.ledger), this.#now_ms, () => parts).events);
  }

  #give(ask: Ask | undefined): void {
    if (ask === undefined) return;
    const at = new Date(this.#now_ms).toISOString();
    const decision = decided(this.#book, ask, ADMIN, { at });
    if (decision.outcome === 'accepted') this.#record(decision.events);
  }

  #record(events: Parameters<typeof record>[1]): void {
    const before = this.stream.length;
    record(this.#book, events);
    for (const recorded of this.stream.slice(before)) this.holds.apply(recorded);
  }

  #asked({ kind, which, party, ahead }: Step): Ask | undefined {
    const name = which % 2 === 0 ? 'asha' : 'carol';
    const at_ms = this.#now_ms + ahead * MINUTE_MS;
    const visitAt = new Date(at_ms).toISOString();
    const soon = which % 3 === 0 ? { expiresAt: new Date(at_ms + MINUTE_MS).toISOString() } : {};
    switch (kind) {
      case 'redeem':
        return swim(name, { party });
      case 'book':
        return book(name, undefined, { party, visitAt, ...soon });
      case 'trip':
        return { ...bookPot('garden', '1', { party, visitAt, ...soon }), ...PRICED } as Ask;
      case 'reverse': {
        const taken = this.#of('CreditsRedeemed', 'HoldCaptured');
        const one = taken[which % taken.length];
        return one && this.#reversal(one.revision, which % 3 === 0 ? '1' : undefined);
      }
      default: {
        const booked = this.#of('CreditsHeld');
        // Mostly one of the newest, which may be open still.
        const one = booked.at(-1 - (which % Math.min(3, booked.length)));
        if (one === undefined) return undefined;
        const holdId = this.#hold(one.revision);
        if (kind === 'cancel') return { type: 'CancelHold', holdId };
        return { type: 'CaptureHold', holdId, ...(which % 4 === 0 && { credits: '1' }) };
      }
    }
  }

  #of(...types: readonly string[]): readonly Recorded[] {
    return this.stream.filter(({ event }) => types.includes(event.type));
  }

  #hold(revision: number) {
    return holdIdAt(revision, this.stream[revision]!.event.command.id);
  }

  #reversal(revision: number, credits?: string): Ask {
    const transactionId = transactionIdAt(revision, this.stream[revision]!.event.command.id);
    const part = credits === undefined ? {} : { credits };
    return { type: 'ReverseTransaction', transactionId, reason: 'mistake', ...part };
  }
}

const PRICED = { credits: undefined, offerId: SWIM };

/** One visit under the offer, as far as it is not given back. */
export type Use = {
  account: string;
  day: string;
  slot: number;
  people: number;
  hundredths: number;
};

/** What a stream says is used of the offer, found by going through all of it. */
export function usesIn(stream: readonly Recorded[]): Use[] {
  const uses = new Map<number, Use>();
  const booked = new Map<number, number>();
  for (const { revision, event } of stream) {
    switch (event.type) {
      case 'CreditsRedeemed':
      case 'CreditsHeld': {
        const held = event.type === 'CreditsHeld';
        const { adults, under16s } = event.data.party!;
        uses.set(revision, {
          account: held ? event.data.account : event.data.debit,
          day: held ? event.data.visitOn : event.occurredOn,
          slot: event.data.slot!,
          people: adults + under16s,
          hundredths: hundredths(held ? event.data.held : event.data.credits),
        });
        break;
      }
      case 'HoldCaptured': {
        const at = revisionOf(event.data.holdId);
        uses.get(at)!.hundredths = hundredths(event.data.credits);
        booked.set(revision, at);
        break;
      }
      case 'HoldCancelled':
      case 'HoldExpired':
        uses.delete(revisionOf(event.data.holdId));
        break;
      case 'TransactionReversed': {
        const cited = revisionOf(event.data.reverses);
        const at = booked.get(cited) ?? cited;
        const use = uses.get(at)!;
        use.hundredths -= hundredths(event.data.credits!);
        if (use.hundredths === 0) uses.delete(at);
        break;
      }
      default:
        break;
    }
  }
  return [...uses.values()];
}

function revisionOf(id: string): number {
  return Number(id.split('_')[1]);
}
