import type { AddMembership, Bearer, EnrolMember } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import type { CardId, Digest, MemberId } from '../../schemas/ids.ts';
import type { ReinstateMember, SuspendMember } from '../../schemas/lifecycle.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import {
  accept,
  actsFor,
  idFrom,
  reject,
  type Caller,
  type Context,
  type Verdict,
} from './context.ts';
import { survivorOf } from './rest.ts';
import { cannotTurn, type Standing } from './standing.ts';
import type { Ledger, Member } from './state.ts';

export function enrolMember({ state, caller, command }: Context, ask: EnrolMember): Verdict {
  const organisationId = ask.organisationId ?? caller.organisation;
  if (organisationId !== undefined) {
    const organisation = state.organisations.get(organisationId);
    if (organisation === undefined || !actsFor(caller, organisationId)) {
      return reject('organisation_not_found', { id: organisationId });
    }
    if (organisation.standing === 'closed') return reject('organisation_closed');
  }
  return accept({
    type: 'MemberEnrolled',
    data: { memberId: idFrom('mem', command.id), organisationId },
    organisation: organisationId,
  });
}

/**
 * Membership opens the wallet to a group's coordinators. So a group that asks for itself is shown
 * the card, or asks for somebody new who belongs nowhere; otherwise a coordinator of a group that
 * the member belongs to takes her into the other one.
 */
export function addMembership({ state, caller }: Context, ask: AddMembership): Verdict {
  const organisationId = ask.organisationId ?? caller.organisation;
  const found = namedBy(state, ask.member);
  const hers = 'member' in found && belongsToCaller(caller, found.member);
  if (
    organisationId === undefined ||
    state.organisations.get(organisationId) === undefined ||
    !(hers || actsFor(caller, organisationId))
  ) {
    return reject('organisation_not_found', { id: organisationId ?? 'without an id' });
  }
  // Whose another card is, or that there is such a card, is nothing that a group learns.
  if (!standsFor(state, ask.member, ask.memberId)) return missing(ask.member);
  if ('refusal' in found) return found;
  const { organisations } = found.member;
  if (organisations.includes(organisationId)) return reject('already_member');
  const elsewhere = organisations.length > 0 && found.cardId === undefined;
  if (!hers && (elsewhere || cardMissing(state, found))) return reject('card_required');
  if (found.member.standing === 'closed') return reject('member_closed');
  if (state.organisations.get(organisationId)?.standing === 'closed') {
    return reject('organisation_closed');
  }
  return accept({
    type: 'MembershipAdded',
    data: { memberId: found.memberId, organisationId },
    organisation: caller.organisation ?? organisationId,
  });
}

export type FoundBearer =
  | { readonly memberId: MemberId; readonly member: Member; readonly cardId?: CardId }
  | { readonly refusal: Refusal };

/** Who a member id or a card stands for; one who was closed can do no more. */
export function findBearer(state: Ledger, bearer: Bearer): FoundBearer {
  const found = namedBy(state, bearer);
  return 'member' in found && found.member.standing === 'closed' ? reject('member_closed') : found;
}

/** Whether an id or a card, though it be revoked, stands for a member: for a given one, if any. */
export function standsFor(state: Ledger, bearer: Bearer, of?: MemberId): boolean {
  const named = 'memberId' in bearer ? bearer.memberId : holderOfCard(state, bearer.cardHmac);
  if (named === undefined || state.member.get(named) === undefined) return false;
  return of === undefined || survivorOf(state, named) === survivorOf(state, of);
}

function holderOfCard(state: Ledger, hmac: Digest): MemberId | undefined {
  const cardId = state.cardByHmac.get(hmac);
  return cardId && state.cards.get(cardId)?.member;
}

function missing(bearer: Bearer): { readonly refusal: Refusal } {
  if ('cardHmac' in bearer) return reject('card_unknown');
  return reject('member_not_found', { id: bearer.memberId });
}

/** Who a member id or a card stands for, whatever has become of them. */
export function namedBy(state: Ledger, bearer: Bearer): FoundBearer {
  if ('memberId' in bearer) {
    const named = state.member.get(bearer.memberId);
    if (named === undefined) return missing(bearer);
    if (named.mergedInto === undefined) return { memberId: bearer.memberId, member: named };
    const memberId = survivorOf(state, named.mergedInto);
    return { memberId, member: state.member.get(memberId)! };
  }
  const cardId = state.cardByHmac.get(bearer.cardHmac);
  const card = cardId && state.cards.get(cardId);
  if (!cardId || !card) return missing(bearer);
  if (card.revoked) return reject('card_revoked');
  const memberId = survivorOf(state, card.member);
  return { memberId, member: state.member.get(memberId)!, cardId };
}

export type FoundMember = { readonly memberId: MemberId; readonly member: Member };

/** The member that an id stands for, if it is one whom the caller may see and move. */
export function memberOf(
  { state, caller }: Context,
  id: MemberId,
): FoundMember | { readonly refusal: Refusal } {
  const found = namedBy(state, { memberId: id });
  if ('refusal' in found || belongsToCaller(caller, found.member)) return found;
  return reject('member_not_found', { id });
}

/**
 * Whether the caller may end a wallet: the organisation that enrolled the member may, and an admin.
 * One that joined later could otherwise take the wallet to itself.
 */
export function mayEnd({ state, caller }: Context, { memberId }: FoundMember): boolean {
  return actsFor(caller, state.pasts.get(memberId)?.enrolledBy);
}

/** Whether a till must be shown a card: once a member has had one, the id alone is too little. */
export function cardMissing(state: Ledger, found: FoundMember & { cardId?: CardId }): boolean {
  return found.cardId === undefined && state.pasts.get(found.memberId)?.carded === true;
}

/** Suspends a member's wallet, or lets it be debited again. */
export function turnMember(context: Context, ask: SuspendMember | ReinstateMember): Verdict {
  const found = memberOf(context, ask.memberId);
  if ('refusal' in found) return found;
  const suspends = ask.type === 'SuspendMember';
  const no = cannotTurn(found.member, suspends ? 'suspended' : 'open', 'member_closed');
  if (no !== undefined) return no;
  const type = suspends ? 'MemberSuspended' : 'MemberReinstated';
  const { organisation } = context.caller;
  return accept({ type, data: { memberId: found.memberId }, organisation });
}

/** Reading and moving what a member has takes membership of the caller's organisation. */
export function belongsToCaller(caller: Caller, member: Member): boolean {
  return actsFor(caller, undefined) || member.organisations.some((id) => actsFor(caller, id));
}

export function memberEnrolled(state: Ledger, { data }: EventOf<'MemberEnrolled'>): void {
  const { memberId, organisationId } = data;
  const organisations = organisationId === undefined ? [] : [organisationId];
  state.member.set(memberId, { number: state.members, organisations });
  if (organisationId !== undefined) state.pasts.set(memberId, { enrolledBy: organisationId });
  state.members += 1;
}

export function membershipAdded(state: Ledger, { data }: EventOf<'MembershipAdded'>): void {
  const member = state.member.get(data.memberId)!;
  const organisations = [...member.organisations, data.organisationId];
  state.member.set(data.memberId, { ...member, organisations });
}

export function memberStands(state: Ledger, id: MemberId, standing: Standing | undefined): void {
  state.member.set(id, { ...state.member.get(id)!, standing });
}
