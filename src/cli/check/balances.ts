import { credits, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventType, StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, kindOf, type Account } from '../../../schemas/ids.ts';
import { breach, unless, type Breach, type Invariant } from './invariant.ts';

/** The accounts and credits that an event names, as it names them. */
export type Sides = {
  readonly debit?: Account;
  readonly credit?: Account;
  readonly credits?: string;
};

export function sidesOf(event: StreamEvent): Sides {
  return event.data as Sides;
}

/** From what to what each kind of event moves credits; reversals mirror what they cite. */
const WAYS: { readonly [T in EventType]?: readonly string[] } = {
  CreditsBroughtForward: ['programme wallet', 'programme pot', 'programme till'],
  CreditsAllocated: ['programme allocation'],
  AllocationReturned: ['allocation programme'],
  CreditsIssued: ['allocation wallet', 'allocation pot'],
  CreditsRedeemed: ['wallet till'],
  HoldCaptured: ['wallet till', 'pot till'],
  TillSettled: ['till programme', 'programme till'],
  CreditsTransferred: ['wallet wallet', 'wallet pot', 'pot wallet', 'allocation pot'],
  VisitRecorded: ['clearing till', 'wallet clearing'],
  MemberClosed: ['wallet wallet', 'wallet pot', 'wallet lapsed'],
  MembersMerged: ['wallet wallet'],
  OrganisationClosed: ['pot pot', 'pot wallet', 'pot lapsed'],
};

/** Every movement is whole and goes where its event says. */
export function movements(): Invariant {
  return {
    name: 'movements',
    says: 'every movement names both sides, and they are what its event is about',
    take({ event }) {
      const { debit, credit, credits: amount } = sidesOf(event);
      if (debit === undefined && credit === undefined && amount === undefined) return undefined;
      if (debit === undefined || credit === undefined || amount === undefined) {
        return breach('debit, credit and credits', 'not all three');
      }
      const ways = WAYS[event.type];
      const way = `${kindOf(debit)} ${kindOf(credit)}`;
      if (ways !== undefined && !ways.includes(way)) {
        return breach(`credits that go ${ways.join(' or ').replaceAll(' ', ' to ')}`, way);
      }
      return debit === credit ? breach('two accounts', `${debit} on both sides`) : ofIssue(event);
    },
  };
}

function ofIssue(event: StreamEvent): Breach | undefined {
  if (event.type !== 'CreditsIssued') return undefined;
  const { give, memberId, debit, credit } = event.data;
  const { organisation = '' } = event.by;
  if (give === 'none') return breach('no accounts, since nothing is issued', credit ?? '');
  const holder = unless(organisation, holderOf(debit ?? ''), 'the allocation of ');
  const to = give === 'wallet' ? `wallet:${memberId}` : `pot:${organisation}`;
  return holder ?? unless(to, credit ?? '', 'credits for ');
}

/** Balances of its own, from the amounts and nothing else. */
export class Books {
  readonly #balances = new Map<Account, Hundredths>();
  sum: Hundredths = 0;

  /** Books each side that an event names, also where the other is missing. */
  book(event: StreamEvent): void {
    const { debit, credit, credits: amount = '0' } = sidesOf(event);
    if (debit !== undefined) this.#add(debit, -hundredths(amount));
    if (credit !== undefined) this.#add(credit, hundredths(amount));
  }

  of(account: Account): Hundredths {
    return this.#balances.get(account) ?? 0;
  }

  #add(account: Account, amount: Hundredths): void {
    this.#balances.set(account, this.of(account) + amount);
    this.sum += amount;
  }
}

/** Double entry. */
export function zeroSum(): Invariant {
  const books = new Books();
  return {
    name: 'zero-sum',
    says: 'the sum of all balances is zero after every event',
    take({ event }) {
      books.book(event);
      return unless('0', credits(books.sum), 'a sum of all balances of ');
    },
  };
}

const GUARDED = ['allocation', 'wallet', 'pot', 'till'];

/** Nobody spends what they have not got. */
export function guarded(): Invariant {
  const books = new Books();
  const settled = new Set<Account>();
  return {
    name: 'guarded-accounts',
    says: 'no allocation, wallet or pot is ever below zero, and no till that was never settled',
    take({ event }) {
      books.book(event);
      if (event.type === 'TillSettled') settled.add(`till:${event.data.venueId}`);
      const { debit } = sidesOf(event);
      if (debit === undefined || !GUARDED.includes(kindOf(debit))) return undefined;
      const balance = books.of(debit);
      if (balance >= 0 || settled.has(debit)) return undefined;
      return breach(`${debit} at zero or above`, credits(balance));
    },
  };
}
