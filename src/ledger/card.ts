import type { IssueCard, RevokeCard } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import type { CardId } from '../../schemas/ids.ts';
import { accept, idFrom, reject, type Context, type Verdict } from './context.ts';
import { belongsToCaller, memberOf } from './member.ts';
import { survivorOf } from './rest.ts';
import type { Ledger, Member } from './state.ts';

/** One live card for each member: the old one is revoked before a new one is issued. */
export function issueCard(context: Context, ask: IssueCard): Verdict {
  const { state, caller, command } = context;
  const found = memberOf(context, ask.memberId);
  if ('refusal' in found) return found;
  const { memberId, member } = found;
  if (member.card !== undefined) return reject('member_has_card', { id: member.card });
  if (state.cardByHmac.get(ask.hmac) !== undefined) return reject('card_drawn_before');
  if (member.standing === 'closed') return reject('member_closed');
  const cardId = idFrom('crd', command.id);
  return accept({
    type: 'CardIssued',
    data: { cardId, memberId, hmac: ask.hmac },
    organisation: caller.organisation,
  });
}

export function revokeCard({ state, caller }: Context, { cardId }: RevokeCard): Verdict {
  const card = state.cards.get(cardId);
  const memberId = card && survivorOf(state, card.member);
  const member = memberId && state.member.get(memberId);
  if (!member || !belongsToCaller(caller, member)) {
    return reject('card_not_found', { id: cardId });
  }
  if (card.revoked) return reject('card_already_revoked');
  return accept({
    type: 'CardRevoked',
    data: { cardId, memberId },
    organisation: caller.organisation,
  });
}

export function cardIssued(state: Ledger, { data }: EventOf<'CardIssued'>): void {
  state.cards.set(data.cardId, { member: data.memberId, revoked: false });
  state.cardByHmac.set(data.hmac, data.cardId);
  state.member.set(data.memberId, { ...state.member.get(data.memberId)!, card: data.cardId });
  state.pasts.set(data.memberId, { ...state.pasts.get(data.memberId), carded: true });
}

/** Where the live card is revoked, a card of a merged member takes its place. */
export function cardRevoked(state: Ledger, { data }: EventOf<'CardRevoked'>): void {
  state.cards.set(data.cardId, { member: data.memberId, revoked: true });
  const member = state.member.get(data.memberId)!;
  const kept = cardsOf(member).filter((id) => id !== data.cardId);
  state.member.set(data.memberId, withCards(member, kept));
}

/** The cards that answer for a member, the live one first. */
export function cardsOf({ card, otherCards = [] }: Member): readonly CardId[] {
  return card === undefined ? otherCards : [card, ...otherCards];
}

/** A member with these cards and no others, of which the first is the live one. */
export function withCards(
  { card: _, otherCards: _others, ...member }: Member,
  [card, ...others]: readonly CardId[],
): Member {
  return {
    ...member,
    ...(card !== undefined && { card }),
    ...(others.length > 0 && { otherCards: others }),
  };
}
