import { pageQuerySchema } from '../../../schemas/http/common.ts';
import {
  memberAnswer,
  memberBody,
  memberCreated,
  memberPage,
  memberParams,
  membershipBody,
  membershipCreated,
} from '../../../schemas/http/member.ts';
import { accountOf } from '../../../schemas/ids.ts';
import type { MemberItem } from '../../../projections/directory.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import { eventOf, type Routes } from '../route.ts';
import { restShown, seesMember } from '../visibility.ts';

const TAG = 'Members and cards';

export function memberRoutes(routes: Routes): void {
  memberWrites(routes);
  memberReads(routes);
}

function memberWrites(routes: Routes): void {
  routes.write({
    url: '/v1/members',
    tag: TAG,
    summary: 'Enrol a member: an id and a wallet, and nothing about the person',
    command: 'EnrolMember',
    body: memberBody,
    answer: memberCreated,
    prepare: ({ body }) => ({
      ask: { type: 'EnrolMember', ...body },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'MemberEnrolled');
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
    prepare: ({ params: { id }, body: { card, organisationId } }) => ({
      ask: {
        type: 'AddMembership',
        organisationId,
        ...(card === undefined
          ? { member: { memberId: id } }
          : { member: routes.bearer({ card }), memberId: id }),
      },
      answer: ({ first, revision }) => {
        const event = eventOf(first, 'MembershipAdded');
        return { ...event.data, revision };
      },
    }),
  });
}

function memberReads(routes: Routes): void {
  const { directory } = routes.services.projections;
  const shown =
    (caller: Caller) =>
    ({ since: _, restTo, joining: _joining, cardsBefore: _cards, ...member }: MemberItem) => ({
      ...member,
      account: accountOf.wallet(member.memberId),
      restTo: restShown(directory, caller, restTo),
    });

  routes.read({
    url: '/v1/members',
    tag: TAG,
    summary: 'List members: of your organisation, or all of them',
    policy: ['admin', 'auditor', 'coordinator'],
    query: pageQuerySchema,
    answer: memberPage,
    handle: ({ query, request, reply }) => {
      const caller = callerIn(request);
      const members = directory.membersOf(caller.organisation);
      return pageOf(request, reply, members, query, shown(caller));
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
      const caller = callerIn(request);
      const found = directory.member(id);
      if (found === undefined || !seesMember(caller, found)) {
        return stop('member_not_found', { id });
      }
      return shown(caller)(found);
    },
  });
}
