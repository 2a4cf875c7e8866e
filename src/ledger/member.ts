import type { AddMembership, Bearer, EnrolMember } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import type { CardId, MemberId } from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import {
  accept,
  actsFor,
  idFrom,
  reject,
  type Caller,
  type Context,
  type Verdict,
} from './context.ts';
import type { Ledger, Member } from './state.ts';

export function enrolMember({ state, caller, command }: Context, ask: EnrolMember): Verdict {
  const organisationId = ask.organisationId ?? caller.organisation;
  if (organisationId !== undefined) {
    if (state.organisations.get(organisationId) === undefined || !actsFor(caller, organisationId)) {
      return reject('organisation_not_found', { id: organisationId });
    }
  }
  return accept({
    type: 'MemberEnrolled',
    data: { memberId: idFrom('mem', command.id), organisationId },
    organisation: organisationId,
  });
}

/**
 * Membership opens the wallet to a group's coordinators, so a member who has a card shows it; of
 * one without a card the id is enough.
 */
export function addMembership({ state, caller }: Context, ask: AddMembership): Verdict {
  const organisationId = ask.organisationId ?? caller.organisation;
  if (
    organisationId === undefined ||
    state.organisations.get(organisationId) === undefined ||
    !actsFor(caller, organisationId)
  ) {
    return reject('organisation_not_found', { id: organisationId ?? 'without an id' });
  }
  const found = findBearer(state, ask.member);
  if ('refusal' in found) return found;
  if (found.member.organisations.includes(organisationId)) return reject('already_member');
  if (!actsFor(caller, undefined) && found.member.card !== undefined && !found.cardId) {
    return reject('card_required');
  }
  return accept({
    type: 'MembershipAdded',
    data: { memberId: found.memberId, organisationId },
    organisation: organisationId,
  });
}

export type FoundBearer =
  | { readonly memberId: MemberId; readonly member: Member; readonly cardId?: CardId }
  | { readonly refusal: Refusal };

/** Who a member id or a card stands for. */
export function findBearer(state: Ledger, bearer: Bearer): FoundBearer {
  if ('memberId' in bearer) {
    const member = state.member.get(bearer.memberId);
    if (member === undefined) return reject('member_not_found', { id: bearer.memberId });
    return { memberId: bearer.memberId, member };
  }
  const cardId = state.cardByHmac.get(bearer.cardHmac);
  const card = cardId && state.cards.get(cardId);
  if (!cardId || !card) return { refusal: refuse('card_unknown') };
  if (card.revoked) return { refusal: refuse('card_revoked') };
  return { memberId: card.member, member: state.member.get(card.member)!, cardId };
}

/** Reading and moving what a member has takes membership of the caller's organisation. */
export function belongsToCaller(caller: Caller, member: Member): boolean {
  return actsFor(caller, undefined) || member.organisations.some((id) => actsFor(caller, id));
}

export function memberEnrolled(state: Ledger, { data }: EventOf<'MemberEnrolled'>): void {
  const organisations = data.organisationId === undefined ? [] : [data.organisationId];
  state.member.set(data.memberId, { number: state.members, organisations });
  state.members += 1;
}

export function membershipAdded(state: Ledger, { data }: EventOf<'MembershipAdded'>): void {
  const member = state.member.get(data.memberId)!;
  const organisations = [...member.organisations, data.organisationId];
  state.member.set(data.memberId, { ...member, organisations });
}
