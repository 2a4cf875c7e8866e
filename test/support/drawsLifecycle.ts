import type { AccessId, Account, MemberId, OrganisationId, VenueId } from '../../schemas/ids.ts';
import type { LifecycleAsk } from '../../schemas/lifecycle.ts';
import type { Books } from './modelBooks.ts';

/** What the numbers of a draw choose among. */
export type Picks = {
  number(below: number): number;
  pick<T>(list: readonly T[]): T;
  member(): MemberId;
  organisation(): OrganisationId;
  venue(): VenueId;
  access(): AccessId;
  by(role: string): AccessId;
  /** Mostly one of a table that is suspended, if any is. */
  suspended(
    table: Record<string, { standing?: string | undefined; suspended?: boolean }>,
    otherwise: string,
  ): string;
  books: Books;
};

/** Kinds of draws about what is registered already, with their weights. */
export const LIFECYCLE_KINDS = {
  ...{ suspendMember: 2, reinstateMember: 2, closeMember: 2, merge: 5 },
  ...{ suspendVenue: 1, reinstateVenue: 2, closeVenue: 1 },
  ...{ suspendOrganisation: 1, reinstateOrganisation: 2, closeOrganisation: 1 },
  ...{ suspendAccess: 1, reinstateAccess: 2, rename: 1 },
};
export type LifecycleKind = keyof typeof LIFECYCLE_KINDS;

export function isLifecycle(kind: string): kind is LifecycleKind {
  return kind in LIFECYCLE_KINDS;
}

/** What is asked, and mostly by somebody who may. */
export function lifecycleAsk(
  kind: LifecycleKind,
  picks: Picks,
): { ask: LifecycleAsk; by: AccessId } {
  const ask = asked(kind, picks);
  const ofMember = ['suspendMember', 'reinstateMember', 'closeMember', 'merge'].includes(kind);
  return { ask, by: picks.by(ofMember && picks.number(2) === 0 ? 'coordinator' : 'admin') };
}

function asked(kind: LifecycleKind, picks: Picks): LifecycleAsk {
  const suspended: Picks['suspended'] = (table, otherwise) => picks.suspended(table, otherwise);
  switch (kind) {
    case 'suspendMember':
      return { type: 'SuspendMember', memberId: picks.member() };
    case 'reinstateMember':
      return {
        type: 'ReinstateMember',
        memberId: suspended(picks.books.members, picks.member()) as MemberId,
      };
    case 'closeMember':
      return { type: 'CloseMember', memberId: picks.member(), restTo: rest(picks) };
    case 'merge':
      return { type: 'MergeMembers', from: picks.member(), into: picks.member() };
    case 'suspendVenue':
      return { type: 'SuspendVenue', venueId: picks.venue() };
    case 'reinstateVenue':
      return {
        type: 'ReinstateVenue',
        venueId: suspended(picks.books.standings, picks.venue()) as VenueId,
      };
    case 'closeVenue':
      return { type: 'CloseVenue', venueId: picks.venue() };
    case 'suspendOrganisation':
      return { type: 'SuspendOrganisation', organisationId: picks.organisation() };
    case 'reinstateOrganisation':
      return {
        type: 'ReinstateOrganisation',
        organisationId: suspended(
          picks.books.organisations,
          picks.organisation(),
        ) as OrganisationId,
      };
    case 'closeOrganisation': {
      const potTo = picks.number(4) === 0 ? undefined : rest(picks);
      return { type: 'CloseOrganisation', organisationId: picks.organisation(), potTo };
    }
    case 'suspendAccess':
      return { type: 'SuspendAccess', accessId: picks.access() };
    case 'reinstateAccess':
      return {
        type: 'ReinstateAccess',
        accessId: suspended(picks.books.accesses, picks.access()) as AccessId,
      };
    case 'rename':
      return picks.pick<LifecycleAsk>([
        { type: 'RenameVenue', venueId: picks.venue(), name: 'Baths' },
        { type: 'RenameOrganisation', organisationId: picks.organisation(), name: 'Barn' },
        { type: 'RenameAccess', accessId: picks.access(), label: 'till-2' },
      ]);
  }
}

function rest(picks: Picks): Account {
  return picks.pick<Account>([
    `wallet:${picks.member()}`,
    `wallet:${picks.member()}`,
    `pot:${picks.organisation()}`,
    `pot:${picks.organisation()}`,
    'lapsed',
    `till:${picks.venue()}`,
  ]);
}
