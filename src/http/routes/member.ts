import { emptySchema, pageQuerySchema } from '../../../schemas/http/common.ts';
import { cardCreated, cardParams, cardRevokedAnswer } from '../../../schemas/http/card.ts';
import {
  memberAnswer,
  memberBody,
  memberCreated,
  memberPage,
  memberParams,
  membershipBody,
  membershipCreated,
} from '../../../schemas/http/member.ts';
import { CARD_BYTES, cardPrinted, makeCard } from '../../../schemas/cards.ts';
import { accountOf } from '../../../schemas/ids.ts';
import type { MemberItem } from '../../../projections/directory.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { pageOf, sees } from '../lists.ts';
import { stop } from '../problems.ts';
import type { Routes } from '../route.ts';

const TAG = 'Members and cards';

/** Whether a caller sees a member: a coordinator those of its own organisation. */
export function seesMember(caller: Caller, member: MemberItem | undefined): boolean {
  if (sees(caller, undefined)) return true;
  if (caller.role !== 'coordinator') return false;
  return member !== undefined && member.organisationIds.some((id) => sees(caller, id));
}

export function memberRoutes(routes: Routes): void {
  const { directory } = routes.services.projections;
  const shown = ({ memberId, organisationIds, cardId }: MemberItem) => ({
    memberId,
    account: accountOf.wallet(memberId),
    organisationIds,
    cardId,
  });

  routes.write({
    url: '/v1/members',
    tag: TAG,
    summary: 'Enrol a member: an id and a wallet, and nothing about the person',
    command: 'EnrolMember',
    body: memberBody,
    answer: memberCreated,
    prepare: ({ body }) => ({
      ask: { type: 'EnrolMember', ...body },
      answer: ({ first: { event }, revision }) => {
        if (event.type !== 'MemberEnrolled') throw new TypeError(event.type);
        const { memberId } = event.data;
        return { memberId, account: accountOf.wallet(memberId), revision };
      },
    }),
  });

  routes.write({
    url: '/v1/members/:id/memberships',
    tag: TAG,
    summary: 'Take a member into an organisation, whose coordinators then see the wallet',
    command: 'AddMembership',
    params: memberParams,
    body: membershipBody,
    answer: membershipCreated,
    prepare: ({ params, body }) => ({
      ask: { type: 'AddMembership', member: { memberId: params.id }, ...body },
      answer: ({ first: { event }, revision }) => {
        if (event.type !== 'MembershipAdded') throw new TypeError(event.type);
        return { ...event.data, revision };
      },
    }),
  });

  routes.read({
    url: '/v1/members',
    tag: TAG,
    summary: 'List members: of your organisation, or all of them',
    policy: ['admin', 'auditor', 'coordinator'],
    query: pageQuerySchema,
    answer: memberPage,
    handle: ({ query, request, reply }) => {
      const { organisation } = callerIn(request);
      return pageOf(request, reply, directory.membersOf(organisation), query, shown);
    },
  });

  routes.read({
    url: '/v1/members/:id',
    tag: TAG,
    summary: 'Read one member',
    policy: ['admin', 'auditor', 'coordinator'],
    params: memberParams,
    answer: memberAnswer,
    handle: ({ params: { id }, request }) => {
      const found = directory.members.get(id);
      if (found === undefined || !seesMember(callerIn(request), found)) {
        return stop('member_not_found', { id });
      }
      return shown(found);
    },
  });

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
        answer: ({ outcome, first: { event }, revision }) => {
          if (event.type !== 'CardIssued') throw new TypeError(event.type);
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
      answer: ({ first: { event }, revision }) => {
        if (event.type !== 'CardRevoked') throw new TypeError(event.type);
        return { ...event.data, revision };
      },
    }),
  });
}
