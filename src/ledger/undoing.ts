import { creditsAloud, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accountOf, type Account, type CardId, type MemberId } from '../../schemas/ids.ts';
import type { ReopenMember, ReopenOrganisation, SeparateMembers } from '../../schemas/lifecycle.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { move, type Movement } from './account.ts';
import { cardsOf, withCards } from './card.ts';
import { accept, insufficient, reject, type Context, type Verdict } from './context.ts';
import { carriedBy } from './given.ts';
import { namedBy } from './member.ts';
import { endOf, movedFrom } from './rest.ts';
import { available, type Ledger, type Member, type Rest } from './state.ts';

/**
 * Undoes what was ended: an admin opens a closed wallet or organisation again, and separates two
 * members who were merged. What the ending moved comes back from where it is by now, or as much of
 * it as the admin says; what came to that place later stays there.
 */

/** Opens a closed wallet again, with the cards it had. */
export function reopenMember({ state, caller }: Context, ask: ReopenMember): Verdict {
  const found = namedBy(state, { memberId: ask.memberId });
  if ('refusal' in found) return found;
  const { memberId, member } = found;
  if (member.standing !== 'closed') return reject('not_ended');
  const back = takenBack(state, member.rest, accountOf.wallet(memberId), ask.credits);
  if ('refusal' in back) return back;
  return accept({
    type: 'MemberReopened',
    data: { ...back, memberId, reason: ask.reason },
    organisation: caller.organisation,
  });
}

/** Opens a closed organisation again, without the venues, accesses and allocations it had. */
export function reopenOrganisation({ state }: Context, ask: ReopenOrganisation): Verdict {
  const { organisationId, reason } = ask;
  const organisation = state.organisations.get(organisationId);
  if (organisation === undefined) return reject('organisation_not_found', { id: organisationId });
  if (organisation.standing !== 'closed') return reject('not_ended');
  const back = takenBack(state, organisation.rest, accountOf.pot(organisationId), ask.credits);
  if ('refusal' in back) return back;
  return accept({
    type: 'OrganisationReopened',
    data: { ...back, organisationId, reason },
    organisation: organisationId,
  });
}

/**
 * Makes two of a member again who was merged by mistake. What was recorded since, and bookings
 * that were open at the merge, stay with the one who went on.
 */
export function separateMembers({ state, caller }: Context, ask: SeparateMembers): Verdict {
  const from = state.member.get(ask.from);
  if (from === undefined) return reject('member_not_found', { id: ask.from });
  const { mergedInto, joining } = from;
  if (mergedInto === undefined || joining === undefined) return reject('not_ended');
  const into = state.member.get(mergedInto)!;
  if (into.standing === 'closed') return reject('member_closed');
  if (into.mergedInto !== undefined) {
    return reject('member_merged', { id: mergedInto, into: into.mergedInto });
  }
  if (carriesTogether(state, ask.from, joining.member, mergedInto)) {
    return reject('minutes_joined');
  }
  const back = takenBack(state, joining.rest, accountOf.wallet(ask.from), ask.credits);
  if ('refusal' in back) return back;
  return accept({
    type: 'MembersSeparated',
    data: { ...back, from: ask.from, into: mergedInto, reason: ask.reason },
    organisation: caller.organisation,
  });
}

/** The movement that brings a rest back, or why there is too little to bring. */
function takenBack(
  state: Ledger,
  rest: Rest | undefined,
  credit: Account,
  asked: string | undefined,
): Movement | { readonly refusal: Refusal } {
  const moved = rest?.moved ?? 0;
  const amount: Hundredths = asked === undefined ? moved : hundredths(asked);
  if (amount > moved) return reject('more_than_remains', { remaining: creditsAloud(moved) });
  if (rest === undefined || amount === 0) return {};
  const debit = endOf(state, rest.to);
  const has = available(state, debit);
  const more = ' Say in "credits" how much of it comes back; the rest stays where it is.';
  if (has < amount) return { refusal: insufficient(has, amount, more) };
  return movedFrom(debit, credit, amount);
}

/** Whether minutes of one have completed credits of the other, so that one would carry too few. */
function carriesTogether(
  state: Ledger,
  from: MemberId,
  { merged = [] }: Member,
  into: MemberId,
): boolean {
  const gone = [from, ...merged];
  const left = [into, ...(state.member.get(into)!.merged ?? [])].filter((id) => !gone.includes(id));
  return [gone, left].some((ids) => carriedBy(state, ids).some((minutes) => minutes < 0));
}

/** The cards are the member's again, but for those that were revoked meanwhile. */
export function memberReopened(state: Ledger, { data }: EventOf<'MemberReopened'>): void {
  move(state, data);
  const closed = state.member.get(data.memberId)!;
  const { standing: _, restTo: _to, rest: _rest, cardsBefore = [], ...member } = closed;
  const cards = cardsBefore.filter((id) => !state.cards.get(id)!.revoked);
  state.member.set(data.memberId, withCards(member, cards));
}

export function organisationReopened(
  state: Ledger,
  { data }: EventOf<'OrganisationReopened'>,
): void {
  move(state, data);
  const { roles } = state.organisations.get(data.organisationId)!;
  state.organisations.set(data.organisationId, { roles });
}

/** Groups and cards go back with the member who brought them; a suspension stays with both. */
export function membersSeparated(state: Ledger, { data }: EventOf<'MembersSeparated'>): void {
  move(state, data);
  const { member, brought } = state.member.get(data.from)!.joining!;
  const into = state.member.get(data.into)!;
  const gone = [data.from, ...(member.merged ?? [])];
  const cards = cardsOf(into);
  const own = (id: CardId) => gone.includes(state.cards.get(id)!.member);
  const { standing: _, ...before } = member;
  state.member.set(data.from, {
    ...withCards(before, cards.filter(own)),
    ...(into.standing !== undefined && { standing: into.standing }),
  });
  const others = (into.merged ?? []).filter((id) => !gone.includes(id));
  const left = {
    ...into,
    organisations: into.organisations.filter((id) => !brought.includes(id)),
    merged: others.length === 0 ? undefined : others,
  };
  state.member.set(
    data.into,
    withCards(
      left,
      cards.filter((id) => !own(id)),
    ),
  );
}
