import {
  credits,
  creditsAloud,
  hundredths,
  LARGEST,
  type Hundredths,
} from '../../schemas/amounts.ts';
import {
  accountOf,
  holderOf,
  kindOf,
  PROGRAMME,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import type { Movement } from './account.ts';
import type { Ledger, Rest } from './state.ts';

const LAPSED: Account = 'lapsed';

/** Who a member's id stands for by now: whoever it was merged into, in the end. */
export function survivorOf(state: Ledger, id: MemberId): MemberId {
  let survivor = id;
  for (;;) {
    const next = state.member.get(survivor)?.mergedInto;
    if (next === undefined) return survivor;
    survivor = next;
  }
}

/** Every id that stands for one member, the surviving one first. */
export function idsOf(state: Ledger, id: MemberId): readonly MemberId[] {
  const member = state.member.get(id);
  if (member?.mergedInto !== undefined) return idsOf(state, member.mergedInto);
  return member?.merged === undefined ? [id] : [id, ...member.merged];
}

/**
 * The numbers under which a member's days are counted. What was counted before a merge stays where
 * it was, so that a reversal gives it back there, and a limit looks at all of them together.
 */
export function numbersOf(state: Ledger, id: MemberId): readonly number[] {
  return idsOf(state, id).map((one) => state.member.get(one)!.number);
}

/** All that is in an account, also what is held: what ends takes its holds with it. */
export function balanceOf(state: Ledger, account: Account): Hundredths {
  return state.balances.get(account) ?? 0;
}

/** The movement of all that is in an account; none where nothing is. */
export function movedRest(state: Ledger, debit: Account, credit: Account): Movement {
  const left = balanceOf(state, debit);
  return left > 0 ? movedFrom(debit, credit, left) : {};
}

export function movedFrom(debit: Account, credit: Account, amount: Hundredths): Required<Movement> {
  return { credit, credits: credits(amount), debit };
}

/** What an ending moved, so that it can be undone. */
export function restOf({ credit, credits }: Movement): { readonly rest?: Rest } {
  if (credit === undefined || credits === undefined) return {};
  return { rest: { moved: hundredths(credits), to: credit } };
}

/** Why all that is in an account cannot be moved on: no movement carries so much. */
export function restTooLarge(state: Ledger, account: Account): Refusal | undefined {
  const left = balanceOf(state, account);
  if (left <= LARGEST) return undefined;
  return refuse('rest_too_large', { account, credits: creditsAloud(left) });
}

/** The account that an account's name stands for by now: a merged wallet is the survivor's. */
export function accountNow(state: Ledger, account: Account): Account {
  if (kindOf(account) !== 'wallet') return account;
  return accountOf.wallet(survivorOf(state, holderOf(account) as MemberId));
}

/**
 * Where credits end up that would go to an account. What comes to a closed wallet or pot goes on to
 * where its rest went, and to a closed group's allocation back to the programme. It always ends,
 * for the place of a rest is open when it is named.
 */
export function endOf(state: Ledger, account: Account): Account {
  let end = accountNow(state, account);
  for (;;) {
    const next = onwardFrom(state, end);
    if (next === undefined) return end;
    end = accountNow(state, next);
  }
}

function onwardFrom(state: Ledger, account: Account): Account | undefined {
  switch (kindOf(account)) {
    case 'wallet':
      return state.member.get(holderOf(account) as MemberId)?.restTo;
    case 'pot': {
      const organisation = state.organisations.get(holderOf(account) as OrganisationId);
      return organisation?.standing === 'closed' ? (organisation.potTo ?? LAPSED) : undefined;
    }
    case 'allocation': {
      const organisation = state.organisations.get(holderOf(account) as OrganisationId);
      return organisation?.standing === 'closed' ? PROGRAMME : undefined;
    }
    default:
      return undefined;
  }
}
