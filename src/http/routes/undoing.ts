import {
  memberReopenedAnswer,
  membersSeparatedAnswer,
  organisationReopenedAnswer,
  undoingBody,
} from '../../../schemas/http/lifecycle.ts';
import { memberParams } from '../../../schemas/http/member.ts';
import { organisationParams } from '../../../schemas/http/organisation.ts';
import { accountOf } from '../../../schemas/ids.ts';
import { eventOf, transactionOf, type Done, type Routes } from '../route.ts';

/** What was closed or merged by mistake, or by somebody who should not have. */
export function undoingRoutes(routes: Routes): void {
  const tag = 'Members and cards';
  routes.write({
    url: '/v1/members/:id/reopening',
    tag,
    summary: 'Open a closed wallet again; what its closing moved comes back, or a part of it',
    command: 'ReopenMember',
    params: memberParams,
    body: undoingBody,
    answer: memberReopenedAnswer,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'ReopenMember', memberId: id, ...body },
      answer: (done) => {
        const { memberId } = eventOf(done.first, 'MemberReopened').data;
        const back = cameBack(done, accountOf.wallet(memberId));
        return { memberId, state: 'open' as const, ...back };
      },
    }),
  });

  routes.write({
    url: '/v1/members/:id/separation',
    tag,
    summary: 'Make two again of a member who was merged by mistake, and the one who went on',
    command: 'SeparateMembers',
    params: memberParams,
    body: undoingBody,
    answer: membersSeparatedAnswer,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'SeparateMembers', from: id, ...body },
      answer: (done) => {
        const { from, into } = eventOf(done.first, 'MembersSeparated').data;
        const back = cameBack(done, accountOf.wallet(from));
        return { memberId: from, into, ...back };
      },
    }),
  });

  routes.write({
    url: '/v1/organisations/:id/reopening',
    tag: 'Organisations',
    summary: 'Open a closed organisation again, with its pot, but no venue or access that it had',
    command: 'ReopenOrganisation',
    params: organisationParams,
    body: undoingBody,
    answer: organisationReopenedAnswer,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'ReopenOrganisation', organisationId: id, ...body },
      answer: (done) => {
        const back = cameBack(done, accountOf.pot(id));
        return { organisationId: id, state: 'open' as const, ...back };
      },
    }),
  });
}

function cameBack({ first, revision, balance }: Done, account: Parameters<Done['balance']>[0]) {
  const { credits } = first.event.data as { credits?: string };
  const moved = credits === undefined ? {} : { transactionId: transactionOf(first) };
  return { credits: credits ?? '0', ...moved, balance: balance(account), revision };
}
