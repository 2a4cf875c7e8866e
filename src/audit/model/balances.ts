import { credits } from '../../../schemas/amounts.ts';
import type { EventType, StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, type Account } from '../../../schemas/ids.ts';
import { sidesOf } from './books.ts';
import { breach, unless, type Breach, type Invariant } from './invariant.ts';

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
  MemberReopened: ['wallet wallet', 'pot wallet', 'lapsed wallet'],
  MembersSeparated: ['wallet wallet'],
  OrganisationReopened: ['pot pot', 'wallet pot', 'lapsed pot'],
};

/** Every movement is whole and goes where its event says. */
export function movements(): Invariant {
  return {
    name: 'movements',
    says: 'every movement names both sides, and they are what its event is about',
    take({ event, debited, credited }) {
      const { credits: amount } = sidesOf(event);
      if (debited === undefined && credited === undefined && amount === undefined) return undefined;
      if (debited === undefined || credited === undefined || amount === undefined) {
        return breach('debit, credit and credits', 'not all three');
      }
      const ways = WAYS[event.type];
      const way = `${debited.kind} ${credited.kind}`;
      if (ways !== undefined && !ways.includes(way)) {
        return breach(`credits that go ${ways.join(' or ').replaceAll(' ', ' to ')}`, way);
      }
      if (debited === credited) return breach('two accounts', `${debited.account} on both sides`);
      return ofIssue(event);
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

/** Double entry. */
export function zeroSum(): Invariant {
  let before = 0;
  return {
    name: 'zero-sum',
    says: 'the sum of all balances is zero after every event',
    take({ books: { sum } }) {
      if (sum === before) return undefined;
      before = sum;
      return unless('0', credits(sum), 'a sum of all balances of ');
    },
  };
}

const GUARDED = ['allocation', 'wallet', 'pot', 'till'];

/** Nobody spends what they have not got. */
export function guarded(): Invariant {
  const settled = new Set<Account>();
  return {
    name: 'guarded-accounts',
    says: 'no allocation, wallet or pot is ever below zero, and no till that was never settled',
    take({ event, debited }) {
      if (event.type === 'TillSettled') settled.add(`till:${event.data.venueId}`);
      if (debited === undefined || debited.balance >= 0) return undefined;
      const { account, kind, balance } = debited;
      if (!GUARDED.includes(kind) || settled.has(account)) return undefined;
      return breach(`${account} at zero or above`, credits(balance));
    },
  };
}
