import type { EventOf } from '../../schemas/events/index.ts';
import { accountOf, type MemberId } from '../../schemas/ids.ts';
import type { MergeMembers } from '../../schemas/lifecycle.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { move } from './account.ts';
import { accept, reject, type Context, type Verdict } from './context.ts';
import { cardsOf } from './card.ts';
import { moveHolds } from './hold.ts';
import { mayEnd, memberOf, type FoundMember } from './member.ts';
import { movedRest, restOf, restTooLarge } from './rest.ts';
import type { Ledger, Member } from './state.ts';

/** Makes one member of two who are the same person; `into` is the one that goes on. */
export function mergeMembers(context: Context, ask: MergeMembers): Verdict {
  const { state, caller } = context;
  const from = memberOf(context, ask.from);
  if ('refusal' in from) return from;
  const into = memberOf(context, ask.into);
  if ('refusal' in into) return into;
  if (![from, into].every((one) => mayEnd(context, one))) {
    return reject('enrolled_elsewhere');
  }
  const refused = refusalOf(state, from, into, ask);
  if (refused !== undefined) return { refusal: refused };
  const credit = accountOf.wallet(ask.into);
  // Either way round it would make another's credits the caller's own.
  if (caller.member !== undefined && [ask.from, ask.into].includes(caller.member)) {
    return reject('rest_not_allowed', { to: credit, why: 'that is your own wallet' });
  }
  const debit = accountOf.wallet(ask.from);
  const tooLarge = restTooLarge(state, debit);
  if (tooLarge !== undefined) return { refusal: tooLarge };
  return accept({
    type: 'MembersMerged',
    data: {
      ...movedRest(state, debit, credit),
      from: ask.from,
      into: ask.into,
    },
    organisation: caller.organisation,
  });
}

function refusalOf(
  state: Ledger,
  from: FoundMember,
  into: FoundMember,
  ask: MergeMembers,
): Refusal | undefined {
  if ([from, into].some(({ member }) => member.standing === 'closed')) {
    return refuse('member_closed');
  }
  for (const id of [ask.from, ask.into]) {
    const survivor = state.member.get(id)?.mergedInto;
    if (survivor !== undefined) return refuse('member_merged', { id, into: survivor });
  }
  return ask.from === ask.into ? refuse('merge_into_itself') : undefined;
}

/**
 * Nothing is moved but the balance and open bookings: days, hours given and cards of the merged
 * member are found through its id, which the survivor keeps. A suspension of either carries over.
 */
export function membersMerged(state: Ledger, { data }: EventOf<'MembersMerged'>): void {
  move(state, data);
  moveHolds(state, accountOf.wallet(data.from), accountOf.wallet(data.into));
  const [from, into] = [state.member.get(data.from)!, state.member.get(data.into)!];
  state.member.set(data.from, {
    number: from.number,
    organisations: [],
    standing: 'merged',
    mergedInto: data.into,
    joining: {
      member: from,
      brought: from.organisations.filter((id) => !into.organisations.includes(id)),
      ...restOf(data),
    },
  });
  state.member.set(data.into, { ...into, ...united(data.from, from, into) });
  if (state.pasts.get(data.from)?.carded) {
    state.pasts.set(data.into, { ...state.pasts.get(data.into), carded: true });
  }
}

function united(id: MemberId, from: Member, into: Member): Partial<Member> {
  const [card, ...otherCards] = [...cardsOf(into), ...cardsOf(from)];
  return {
    organisations: [...new Set([...into.organisations, ...from.organisations])],
    card,
    otherCards: otherCards.length === 0 ? undefined : otherCards,
    merged: [...(into.merged ?? []), id, ...(from.merged ?? [])],
    standing: into.standing ?? from.standing,
  };
}
