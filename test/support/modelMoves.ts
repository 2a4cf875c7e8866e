import type { Ask } from '../../schemas/commands.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import {
  actsFor,
  cents,
  dayInLondon,
  daysBefore,
  forget,
  halted,
  hadCard,
  knows,
  move,
  nameNow,
  whoIs,
  type Books,
  type Caller,
  type Ruling,
} from './modelBooks.ts';
import { freeIn, priceOf } from './modelBookings.ts';
import { giveBack } from './modelIssue.ts';

type AskOf<T extends Ask['type']> = Extract<Ask, { type: T }>;

/** The naive ledger's redemptions, voids, transfers and opening balances. */
export function redeem(books: Books, caller: Caller, ask: AskOf<'RedeemCredits'>): Ruling {
  const owner = books.venues[ask.venueId];
  if (owner === undefined || !actsFor(caller, owner)) return { refused: 'venue_not_found' };
  const found = whoIs(books, ask.member);
  if ('refused' in found) return found;
  const carded = hadCard(books, found.member);
  if (caller.role === 'partner' && carded && !found.shown) return { refused: 'card_required' };
  const no = halted(books, { member: found.member, venue: ask.venueId });
  if (no) return { refused: no };
  if (ask.occurredAt !== undefined) {
    const time_ms = Date.parse(ask.occurredAt);
    if (time_ms > caller.now_ms + 120_000) return { refused: 'occurred_in_future' };
    const oldest = daysBefore(caller.today, books.rules!.redemptionBackdatingDays);
    if (dayInLondon(time_ms) < oldest) return { refused: 'too_long_ago' };
  }
  const given_ms = ask.occurredAt === undefined ? caller.now_ms : Date.parse(ask.occurredAt);
  const price = priceOf(books, ask, Math.min(given_ms, caller.now_ms), found.member);
  if ('refused' in price) return price;
  const from = `wallet:${found.member}`;
  if (freeIn(books, from) < price.amount) return { refused: 'insufficient_credits' };
  const to = `till:${ask.venueId}`;
  const credits = String(price.amount / 100);
  const moved = move(books, caller, 'redemption', { from, to, credits, organisation: owner });
  if (price.use) books.uses.push(price.use);
  moved.use = price.use;
  return { events: 1 };
}

export function voidKey(books: Books, caller: Caller, { voids }: AskOf<'VoidKey'>): Ruling {
  if (voids in books.voided) return { standing: books.voided[voids]! };
  const request = books.requests[voids];
  if (request && request.role !== caller.role) return { refused: 'key_not_redemption' };
  const held = Object.values(books.holds).find(({ at }) => at === request?.first);
  if (held !== undefined) {
    if (held.ended === 'hold_captured') return { refused: 'hold_captured' };
    if (held.ended !== undefined) return { standing: held.at };
    held.ended = 'hold_cancelled';
    forget(held.use);
    return { events: 1 };
  }
  if (request !== undefined) {
    const made = books.transactions.find(({ at }) => at === request.first);
    if (made?.kind !== 'redemption') return { refused: 'key_not_redemption' };
    if (made.left === 0) return { standing: made.at };
    return giveBack(books, caller, made, made.left);
  }
  books.voided[voids] = books.events;
  return { events: 1 };
}

export function bringForward(books: Books, caller: Caller, ask: AskOf<'BringForward'>): Ruling {
  const accounts = ask.entries.map(({ account }) => byNow(books, account));
  if (!accounts.every((one) => accountExists(books, one))) return { refused: 'account_not_found' };
  for (const account of accounts) {
    const [kind, holder = ''] = account.split(':') as [string, string?];
    if (books.standings[holder]?.standing === 'closed') return { refused: 'venue_closed' };
    if (account in books.goesTo) {
      return { refused: kind === 'wallet' ? 'member_closed' : 'organisation_closed' };
    }
  }
  if (!accounts.every((one) => /^(wallet|pot|till):/.test(one))) {
    return { refused: 'account_closed_to' };
  }
  ask.entries.forEach(({ credits }, index) => {
    const account = accounts[index]!;
    move(books, caller, 'other', { from: 'programme', to: account, credits }, index);
  });
  return { events: ask.entries.length };
}

const WAYS: Record<string, string> = {
  'wallet wallet': 'gift thanks bequest',
  'wallet pot': 'donation trip bequest',
  'pot wallet': 'thanks trip gift',
  'allocation pot': 'thanks trip donation',
};

export function transfer(books: Books, caller: Caller, ask: AskOf<'TransferCredits'>): Ruling {
  const faults: string[] = [];
  const entries = ask.entries.map(({ from, to, credits }) => {
    return { from: byNow(books, from), to: byNow(books, to), credits };
  });
  entries.forEach(({ from, to }, index) => {
    const fault = faultOf(books, caller, from, to, ask.reason);
    if (fault) faults.push(`#/entries/${index}/${fault}`);
  });
  if (faults.length === 1) return { refused: faults[0]!.split(' ')[1] as RefusalCode, faults };
  if (faults.length > 1) return { refused: 'entries_refused', faults };
  const asksNobody = entries.every(({ from }) => !from.startsWith('wallet'));
  if (!asksNobody && ask.agreed === undefined) return { refused: 'agreement_missing' };
  const trial = structuredClone(books);
  entries.forEach(({ from, to, credits }, index) => {
    if (freeIn(trial, from) >= cents(credits)) {
      move(trial, caller, 'transfer', { from, to, credits });
    } else {
      faults.push(`#/entries/${index}/credits insufficient_credits`);
    }
  });
  if (faults.length > 0) return { refused: 'insufficient_credits', faults };
  entries.forEach(({ from, to, credits }, index) => {
    const side = [from, to].find((account) => /^(pot|allocation):/.test(account));
    const organisation = caller.organisation ?? side?.split(':')[1];
    move(books, caller, 'transfer', { from, to, credits, organisation }, index);
  });
  return { events: ask.entries.length };
}

function faultOf(books: Books, caller: Caller, from: string, to: string, reason: string) {
  const [kind, holder = ''] = from.split(':') as [string, string?];
  const [other, receiver = ''] = to.split(':') as [string, string?];
  const sees =
    kind === 'wallet'
      ? accountExists(books, from) && knows(caller, books.members[holder]!.groups)
      : actsFor(caller, holder);
  if (!accountExists(books, from) || !sees) return 'from account_not_found';
  const foreign = /^(pot|allocation)$/.test(other) && !actsFor(caller, receiver);
  if (!accountExists(books, to) || foreign) return 'to account_not_found';
  const no = /^(wallet|pot|allocation):/.test(from)
    ? halted(books, kind === 'wallet' ? { member: holder } : { organisation: holder })
    : undefined;
  if (no) return `from ${no}`;
  if (to in books.goesTo) return `to ${other === 'wallet' ? 'member' : 'organisation'}_closed`;
  if (other === 'wallet' && receiver === caller.member) return 'to own_wallet';
  const { first = '', last = '9999' } = books.funds[holder]?.[from.split(':')[2]!] ?? {};
  const open = first <= caller.today && caller.today <= last;
  if (kind === 'allocation' && !open) return 'from no_fund_for_day';
  const way = (WAYS[`${kind} ${other}`] ?? '').split(' ').includes(reason);
  const crossed = kind === 'allocation' && holder !== receiver;
  return !way || crossed || from === to ? 'to transfer_not_allowed' : undefined;
}

/** The account that a name stands for since members were merged. */
function byNow(books: Books, account: string): string {
  const [kind, holder = ''] = account.split(':') as [string, string?];
  return kind === 'wallet' ? `wallet:${nameNow(books, holder)}` : account;
}

export function accountExists(books: Books, account: string): boolean {
  const [kind, holder = '', fund = ''] = account.split(':') as [string, string?, string?];
  if (kind === 'wallet') return holder in books.members;
  if (kind === 'till') return holder in books.venues;
  if (kind === 'pot') return holder in books.organisations;
  if (kind === 'allocation') return books.funds[holder]?.[fund] !== undefined;
  if (kind === 'clearing') return holder in books.networks;
  return kind === 'programme' || kind === 'lapsed';
}
