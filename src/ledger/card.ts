import type { IssueCard, RevokeCard } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accept, idFrom, reject, type Context, type Verdict } from './context.ts';
import { belongsToCaller } from './member.ts';
import type { Ledger } from './state.ts';

/** One live card for each member: the old one is revoked before a new one is issued. */
export function issueCard({ state, caller, command }: Context, ask: IssueCard): Verdict {
  const member = state.member.get(ask.memberId);
  if (member === undefined || !belongsToCaller(caller, member)) {
    return reject('member_not_found', { id: ask.memberId });
  }
  if (member.card !== undefined) return reject('member_has_card', { id: member.card });
  if (state.cardByHmac.get(ask.hmac) !== undefined) return reject('card_drawn_before');
  const cardId = idFrom('crd', command.id);
  return accept({
    type: 'CardIssued',
    data: { cardId, memberId: ask.memberId, hmac: ask.hmac },
    organisation: caller.organisation,
  });
}

export function revokeCard({ state, caller }: Context, { cardId }: RevokeCard): Verdict {
  const card = state.cards.get(cardId);
  const member = card && state.member.get(card.member);
  if (!card || !member || !belongsToCaller(caller, member))
    return reject('card_not_found', { id: cardId });
  if (card.revoked) return reject('card_already_revoked');
  return accept({
    type: 'CardRevoked',
    data: { cardId, memberId: card.member },
    organisation: caller.organisation,
  });
}

export function cardIssued(state: Ledger, { data }: EventOf<'CardIssued'>): void {
  state.cards.set(data.cardId, { member: data.memberId, revoked: false });
  state.cardByHmac.set(data.hmac, data.cardId);
  state.member.set(data.memberId, { ...state.member.get(data.memberId)!, card: data.cardId });
}

export function cardRevoked(state: Ledger, { data }: EventOf<'CardRevoked'>): void {
  state.cards.set(data.cardId, { member: data.memberId, revoked: true });
  const { number, organisations } = state.member.get(data.memberId)!;
  state.member.set(data.memberId, { number, organisations });
}
