import type { Recorded } from '../../../schemas/events/index.ts';
import { accessParams } from '../../../schemas/http/access.ts';
import { emptySchema } from '../../../schemas/http/common.ts';
import {
  accessChanged,
  accessRenamedAnswer,
  labelBody,
  memberChanged,
  memberClosedAnswer,
  memberClosureBody,
  memberMergeBody,
  membersMergedAnswer,
  organisationChanged,
  organisationClosedAnswer,
  organisationClosureBody,
  organisationRenamedAnswer,
  renameBody,
  venueChanged,
  venueRenamedAnswer,
} from '../../../schemas/http/lifecycle.ts';
import { memberParams } from '../../../schemas/http/member.ts';
import { organisationParams } from '../../../schemas/http/organisation.ts';
import { venueParams } from '../../../schemas/http/venue.ts';
import { accountOf } from '../../../schemas/ids.ts';
import { eventOf, transactionOf, type Done, type Routes } from '../route.ts';

const MEMBERS = 'Members and cards';

/** What becomes of members, venues, organisations and accesses once they are registered. */
export function lifecycleRoutes(routes: Routes): void {
  memberStanding(routes);
  memberEndings(routes);
  venueLifecycle(routes);
  organisationStanding(routes);
  organisationClosure(routes);
  accessLifecycle(routes);
}

/** What an event moved, if it moved anything. */
function movedBy(recorded: Recorded) {
  const { credits } = recorded.event.data as { credits?: string };
  if (credits === undefined) return { credits: '0' };
  return { credits, transactionId: transactionOf(recorded) };
}

function memberStanding(routes: Routes): void {
  routes.write({
    url: '/v1/members/:id/suspension',
    tag: MEMBERS,
    summary: 'Suspend a wallet: nothing is taken from it; what is given to it goes on',
    command: 'SuspendMember',
    params: memberParams,
    body: emptySchema,
    answer: memberChanged,
    prepare: ({ params: { id } }) => ({
      ask: { type: 'SuspendMember', memberId: id },
      answer: ({ first, revision }) => {
        const { memberId } = eventOf(first, 'MemberSuspended').data;
        return { memberId, state: 'suspended' as const, revision };
      },
    }),
  });

  routes.write({
    url: '/v1/members/:id/reinstatement',
    tag: MEMBERS,
    summary: 'Let a suspended wallet be used again',
    command: 'ReinstateMember',
    params: memberParams,
    body: emptySchema,
    answer: memberChanged,
    prepare: ({ params: { id } }) => ({
      ask: { type: 'ReinstateMember', memberId: id },
      answer: ({ first, revision }) => {
        const { memberId } = eventOf(first, 'MemberReinstated').data;
        return { memberId, state: 'open' as const, revision };
      },
    }),
  });
}

function memberEndings(routes: Routes): void {
  routes.write({
    url: '/v1/members/:id/closure',
    tag: MEMBERS,
    summary: 'Close a wallet for good; what is left, and what comes later, goes to restTo',
    command: 'CloseMember',
    params: memberParams,
    body: memberClosureBody,
    answer: memberClosedAnswer,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'CloseMember', memberId: id, ...body },
      answer: ({ recorded, revision }) => {
        const last = recorded.at(-1)!;
        const { memberId, restTo } = eventOf(last, 'MemberClosed').data;
        const holdIds = recorded.flatMap(({ event }) =>
          event.type === 'HoldCancelled' ? [event.data.holdId] : [],
        );
        return { memberId, state: 'closed' as const, restTo, ...movedBy(last), holdIds, revision };
      },
    }),
  });

  routes.write({
    url: '/v1/members/:id/merge',
    tag: MEMBERS,
    summary: 'Merge a member into another: the same person, whose ids and cards both stand',
    command: 'MergeMembers',
    params: memberParams,
    body: memberMergeBody,
    answer: membersMergedAnswer,
    prepare: ({ params: { id }, body: { into } }) => ({
      ask: { type: 'MergeMembers', from: id, into },
      answer: ({ first, revision, balance }) => {
        const { from, into: memberId } = eventOf(first, 'MembersMerged').data;
        const wallet = balance(accountOf.wallet(memberId));
        return { memberId, from, ...movedBy(first), balance: wallet, revision };
      },
    }),
  });
}

function venueLifecycle(routes: Routes): void {
  const tag = 'Venues';
  const turns = [
    ['suspension', 'SuspendVenue', 'suspended', 'Suspend a venue: refunds go on'],
    ['reinstatement', 'ReinstateVenue', 'open', 'Let a suspended venue take redemptions again'],
    ['closure', 'CloseVenue', 'closed', 'Close a venue for good; refunds stay possible'],
  ] as const;
  for (const [path, command, state, summary] of turns) {
    routes.write({
      url: `/v1/venues/:id/${path}`,
      tag,
      summary,
      command,
      params: venueParams,
      body: emptySchema,
      answer: venueChanged,
      prepare: ({ params: { id } }) => ({
        ask: { type: command, venueId: id },
        answer: ({ revision }) => ({ venueId: id, state, revision }),
      }),
    });
  }

  routes.write({
    url: '/v1/venues/:id/name',
    tag,
    summary: 'Give a venue another name',
    command: 'RenameVenue',
    params: venueParams,
    body: renameBody,
    answer: venueRenamedAnswer,
    prepare: ({ params: { id }, body: { name } }) => ({
      ask: { type: 'RenameVenue', venueId: id, name },
      answer: ({ first, revision }) => ({ ...eventOf(first, 'VenueRenamed').data, revision }),
    }),
  });
}

function organisationStanding(routes: Routes): void {
  const tag = 'Organisations';
  const turns = [
    ['suspension', 'SuspendOrganisation', 'suspended', 'Suspend an organisation and its venues'],
    ['reinstatement', 'ReinstateOrganisation', 'open', 'Let a suspended organisation go on'],
  ] as const;
  for (const [path, command, state, summary] of turns) {
    routes.write({
      url: `/v1/organisations/:id/${path}`,
      tag,
      summary,
      command,
      params: organisationParams,
      body: emptySchema,
      answer: organisationChanged,
      prepare: ({ params: { id } }) => ({
        ask: { type: command, organisationId: id },
        answer: ({ revision }) => ({ organisationId: id, state, revision }),
      }),
    });
  }

  routes.write({
    url: '/v1/organisations/:id/name',
    tag,
    summary: 'Give an organisation another name',
    command: 'RenameOrganisation',
    params: organisationParams,
    body: renameBody,
    answer: organisationRenamedAnswer,
    prepare: ({ params: { id }, body: { name } }) => ({
      ask: { type: 'RenameOrganisation', organisationId: id, name },
      answer: ({ first, revision }) => {
        return { ...eventOf(first, 'OrganisationRenamed').data, revision };
      },
    }),
  });
}

function organisationClosure(routes: Routes): void {
  routes.write({
    url: '/v1/organisations/:id/closure',
    tag: 'Organisations',
    summary: 'Close an organisation for good, with its allocations, pot, venues and accesses',
    command: 'CloseOrganisation',
    params: organisationParams,
    body: organisationClosureBody,
    answer: organisationClosedAnswer,
    prepare: ({ params: { id }, body }) => ({
      ask: { type: 'CloseOrganisation', organisationId: id, ...body },
      answer: organisationEnded,
    }),
  });
}

function organisationEnded({ recorded, revision }: Done) {
  const last = recorded.at(-1)!;
  const { organisationId, potTo } = eventOf(last, 'OrganisationClosed').data;
  const events = recorded.map(({ event }) => event);
  return {
    organisationId,
    state: 'closed' as const,
    potTo,
    ...movedBy(last),
    returned: events.flatMap((event) => {
      if (event.type !== 'AllocationReturned') return [];
      return [{ account: event.data.debit, credits: event.data.credits }];
    }),
    venueIds: events.flatMap((one) => (one.type === 'VenueClosed' ? [one.data.venueId] : [])),
    accessIds: events.flatMap((one) => (one.type === 'AccessRevoked' ? [one.data.accessId] : [])),
    revision,
  };
}

function accessLifecycle(routes: Routes): void {
  const tag = 'Access';
  const turns = [
    ['suspension', 'SuspendAccess', 'suspended', 'Suspend an access at once'],
    ['reinstatement', 'ReinstateAccess', 'open', 'Let a suspended access work again'],
  ] as const;
  for (const [path, command, state, summary] of turns) {
    routes.write({
      url: `/v1/access/:id/${path}`,
      tag,
      summary,
      command,
      params: accessParams,
      body: emptySchema,
      answer: accessChanged,
      prepare: ({ params: { id } }) => ({
        ask: { type: command, accessId: id },
        answer: ({ revision }) => ({ accessId: id, state, revision }),
      }),
    });
  }

  routes.write({
    url: '/v1/access/:id/name',
    tag,
    summary: 'Give an access another label',
    command: 'RenameAccess',
    params: accessParams,
    body: labelBody,
    answer: accessRenamedAnswer,
    prepare: ({ params: { id }, body: { label } }) => ({
      ask: { type: 'RenameAccess', accessId: id, label },
      answer: ({ first, revision }) => ({ ...eventOf(first, 'AccessRenamed').data, revision }),
    }),
  });
}
