import { CARD_BYTES, cardPrinted, makeCard } from '../../../schemas/cards.ts';
import { cardCreated, cardParams, cardRevokedAnswer } from '../../../schemas/http/card.ts';
import { emptySchema } from '../../../schemas/http/common.ts';
import { memberParams } from '../../../schemas/http/member.ts';
import { eventOf, type Routes } from '../route.ts';

const TAG = 'Members and cards';

export function cardRoutes(routes: Routes): void {
  routes.write({
    url: '/v1/members/:id/cards',
    tag: TAG,
    summary: "Issue a member's card; its number is shown once",
    command: 'IssueCard',
    params: memberParams,
    body: emptySchema,
    answer: cardCreated,
    prepare: ({ params }) => {
      const card = makeCard(routes.services.random(CARD_BYTES));
      return {
        ask: { type: 'IssueCard', memberId: params.id, hmac: routes.services.cardHmac(card) },
        answer: ({ outcome, first, revision }) => {
          const event = eventOf(first, 'CardIssued');
          const { cardId, memberId } = event.data;
          const shownOnce = outcome === 'accepted' ? { card: cardPrinted(card) } : {};
          return { cardId, memberId, ...shownOnce, revision };
        },
      };
    },
  });

  routes.write({
    url: '/v1/cards/:id/revocation',
    tag: TAG,
    summary: 'Revoke a card that was lost or is no longer wanted',
    command: 'RevokeCard',
    params: cardParams,
    body: emptySchema,
    answer: cardRevokedAnswer,
    prepare: ({ params }) => ({
      ask: { type: 'RevokeCard', cardId: params.id },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'CardRevoked');
        return { ...event.data, revision };
      },
    }),
  });
}
