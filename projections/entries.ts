import type { Hundredths } from '../schemas/amounts.ts';
import type { Recorded } from '../schemas/events/index.ts';
import type { Account } from '../schemas/ids.ts';
import { dayAt, dayNumber, type Day } from '../schemas/time.ts';
import { Column } from './columns.ts';
import { movementOf } from './movement.ts';

/** One line of an account: what an event put in (negative: took out), and the balance after it. */
export type Entry = {
  readonly revision: number;
  readonly amount: Hundredths;
  readonly balance: Hundredths;
  readonly occurredOn: Day;
};

/** The entries of an account between two revisions, oldest first. */
export type Span = {
  readonly account: Account;
  /** Whether it had an entry before the end. */
  readonly began: boolean;
  readonly opening: Hundredths;
  readonly closing: Hundredths;
  readonly entries: readonly Entry[];
};

const DEBIT = 0;
const CREDIT = 1;

/**
 * The entries of every account, newest first. For each event it keeps 26 bytes: on either side the
 * balance after it and a link to the account's entry before it, and the day it occurred on. A link
 * is twice the revision plus the side, plus one; zero ends the chain.
 */
export class Entries {
  revision = -1;
  #transactions = 0;
  #sum: Hundredths = 0;
  #heads = new Map<Account, number>();
  #links = [new Column(Uint32Array), new Column(Uint32Array)] as const;
  #balances = [new Column(Float64Array), new Column(Float64Array)] as const;
  #days = new Column(Uint16Array);

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    this.#days.set(revision, dayNumber(event.occurredOn));
    const movement = movementOf(event);
    if (movement === undefined) return;
    this.#transactions += 1;
    this.#add(revision, DEBIT, movement.debit, -movement.amount);
    this.#add(revision, CREDIT, movement.credit, movement.amount);
  }

  get transactions(): number {
    return this.#transactions;
  }

  get accountCount(): number {
    return this.#heads.size;
  }

  accounts(): IterableIterator<Account> {
    return this.#heads.keys();
  }

  has(account: Account): boolean {
    return this.#heads.has(account);
  }

  /** The balance now, or as it was after a revision. */
  balance(account: Account, atRevision = this.revision): Hundredths {
    for (let link = this.#heads.get(account) ?? 0; link !== 0; link = this.#before(link)) {
      if (revisionOf(link) <= atRevision) return this.#balanceAt(link);
    }
    return 0;
  }

  /** The balance of all that occurred on or before a day, whenever it was recorded. */
  balanceOn(account: Account, day: Day): Hundredths {
    const last = dayNumber(day);
    let balance = 0;
    for (const { link, amount } of this.#chain(account)) {
      if (this.#days.get(revisionOf(link)) <= last) balance += amount;
    }
    return balance;
  }

  /** The newest entries before a revision (exclusive), newest first. */
  *before(account: Account, revision = Infinity): Generator<Entry> {
    for (const { link, amount } of this.#chain(account)) {
      const at = revisionOf(link);
      if (at >= revision) continue;
      const occurredOn = dayAt(this.#days.get(at));
      yield { revision: at, amount, balance: this.#balanceAt(link), occurredOn };
    }
  }

  /** What happened to an account from one revision to another, the second exclusive. */
  between(account: Account, first: number, end: number): Span {
    let link = this.#heads.get(account) ?? 0;
    while (link !== 0 && revisionOf(link) >= end) link = this.#before(link);
    const began = link !== 0;
    const closing = began ? this.#balanceAt(link) : 0;
    let opening = closing;
    const entries: Entry[] = [];
    while (link !== 0 && revisionOf(link) >= first) {
      const revision = revisionOf(link);
      const balance = opening;
      link = this.#before(link);
      opening = link === 0 ? 0 : this.#balanceAt(link);
      const occurredOn = dayAt(this.#days.get(revision));
      entries.push({ revision, amount: balance - opening, balance, occurredOn });
    }
    return { account, began, opening, closing, entries: entries.reverse() };
  }

  /** The sum of all balances, which is zero. */
  sum(): Hundredths {
    return this.#sum;
  }

  saved() {
    return {
      revision: this.revision,
      transactions: this.#transactions,
      sum: this.#sum,
      heads: this.#heads,
      debits: { links: this.#links[DEBIT].saved(), balances: this.#balances[DEBIT].saved() },
      credits: { links: this.#links[CREDIT].saved(), balances: this.#balances[CREDIT].saved() },
      days: this.#days.saved(),
    };
  }

  static restored(saved: ReturnType<Entries['saved']>): Entries {
    const { debits, credits } = saved;
    const entries = new Entries();
    entries.revision = saved.revision;
    entries.#transactions = saved.transactions;
    entries.#sum = saved.sum;
    entries.#heads = saved.heads;
    entries.#links = [
      Column.restored(Uint32Array, debits.links),
      Column.restored(Uint32Array, credits.links),
    ];
    entries.#balances = [
      Column.restored(Float64Array, debits.balances),
      Column.restored(Float64Array, credits.balances),
    ];
    entries.#days = Column.restored(Uint16Array, saved.days);
    return entries;
  }

  *#chain(account: Account): Generator<{ link: number; amount: Hundredths }> {
    let link = this.#heads.get(account) ?? 0;
    while (link !== 0) {
      const before = this.#before(link);
      const opening = before === 0 ? 0 : this.#balanceAt(before);
      yield { link, amount: this.#balanceAt(link) - opening };
      link = before;
    }
  }

  #add(revision: number, side: 0 | 1, account: Account, amount: Hundredths): void {
    const before = this.#heads.get(account) ?? 0;
    const balance = before === 0 ? 0 : this.#balanceAt(before);
    this.#links[side].set(revision, before);
    this.#balances[side].set(revision, balance + amount);
    this.#heads.set(account, revision * 2 + side + 1);
    this.#sum += amount;
  }

  #before(link: number): number {
    return this.#links[sideOf(link)].get(revisionOf(link));
  }

  #balanceAt(link: number): Hundredths {
    return this.#balances[sideOf(link)].get(revisionOf(link));
  }
}

function revisionOf(link: number): number {
  return Math.floor((link - 1) / 2);
}

function sideOf(link: number): 0 | 1 {
  return ((link - 1) % 2) as 0 | 1;
}
