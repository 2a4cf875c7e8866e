import { Decimal } from 'decimal.js';
import { credits, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventOf } from '../../../schemas/events/index.ts';
import type { Account } from '../../../schemas/ids.ts';
import { calendarIn, milliseconds, type Day } from '../../../schemas/time.ts';
import type { Kept } from './books.ts';
import { breach, unless, type Breach, type Invariant, type Subject } from './invariant.ts';

type Settlement = EventOf<'TillSettled'>['data'];

/** The entries of one till on one day of recording, which no settlement has taken yet. */
type Open = { readonly day: Day; readonly first: number; last: number; amount: Hundredths };

/** Every entry of a till is settled once, with all others of its days, and for what it says. */
export function settlements(): Invariant {
  const tills = new Tills();
  return {
    name: 'settlements',
    says: 'each settlement takes all entries of its till up to its day that none took before',
    take(subject) {
      const { event } = subject;
      if (event.type === 'TillSettled') return tills.settled(event);
      tills.entered(subject);
      return undefined;
    },
  };
}

/** What an auditor keeps of each till: plain lists, emptied by its settlements. */
class Tills {
  readonly #open = new Map<Account, Open[]>();
  readonly #numbers = new Map<string, number>();
  readonly #rates = new Map<string, string>();
  #calendar = calendarIn('UTC');

  entered({ revision, event, debited, credited }: Subject): void {
    if (event.type === 'LedgerOpened') this.#calendar = calendarIn(event.data.timeZone);
    if (event.type === 'ReimbursementAgreed') this.#rates.set(event.data.venueId, event.data.rate);
    const { recordedAt, data } = event;
    const amount = 'credits' in data ? hundredths(data.credits ?? '0') : 0;
    if (debited?.kind === 'till') this.#add(debited, revision, recordedAt, -amount);
    if (credited?.kind === 'till') this.#add(credited, revision, recordedAt, amount);
  }

  settled({ data, recordedAt }: EventOf<'TillSettled'>): Breach | undefined {
    const { venueId, to, number } = data;
    const today = this.#calendar(milliseconds(recordedAt));
    const till = `till:${venueId}`;
    const open = this.#open.get(till) ?? [];
    const taken = open.filter(({ day }) => day <= to);
    this.#open.set(
      till,
      open.filter(({ day }) => day > to),
    );
    const expected = (this.#numbers.get(venueId) ?? 0) + 1;
    this.#numbers.set(venueId, number);
    if (to >= today) return breach(`a day before ${today}`, to);
    return (
      unless(expected, number, 'the settlement of number ') ??
      unless(rangeOf(taken), `${data.firstRevision} to ${data.lastRevision}`, 'the revisions ') ??
      this.#forWhat(data, taken)
    );
  }

  #forWhat(data: Settlement, taken: readonly Open[]): Breach | undefined {
    const sum = taken.reduce((total, { amount }) => total + amount, 0);
    const till = `till:${data.venueId}`;
    const { debit, credit, credits: amount = '0' } = data;
    const sides = sum > 0 ? [till, 'programme'] : ['programme', till];
    const movement = sum === 0 ? 'none' : `${sides.join(' to ')} of ${credits(Math.abs(sum))}`;
    const found = debit === undefined ? 'none' : `${debit} to ${credit} of ${amount}`;
    return unless(movement, found, 'a movement from ') ?? this.#inPounds(data, sum);
  }

  #inPounds({ venueId, rate, pounds }: Settlement, sum: Hundredths): Breach | undefined {
    const agreed = this.#rates.get(venueId) ?? '0';
    if (new Decimal(agreed).isZero()) return unless('none', rate ?? pounds ?? 'none', 'a rate of ');
    const pence = new Decimal(Math.abs(sum)).times(agreed).plus('0.5').floor();
    const expected = pence.div(sum < 0 ? -100 : 100).toFixed(2);
    return unless(`${pence.isZero() ? '0.00' : expected} at ${agreed}`, `${pounds} at ${rate}`);
  }

  #add({ account }: Kept, revision: number, recordedAt: string, amount: Hundredths): void {
    const day = this.#calendar(milliseconds(recordedAt));
    let open = this.#open.get(account);
    if (open === undefined) {
      open = [];
      this.#open.set(account, open);
    }
    const last = open.at(-1);
    if (last?.day !== day) open.push({ day, first: revision, last: revision, amount });
    else {
      last.last = revision;
      last.amount += amount;
    }
  }
}

function rangeOf(taken: readonly Open[]): string {
  if (taken.length === 0) return 'of some entries';
  return `${taken[0]!.first} to ${taken.at(-1)!.last}`;
}
