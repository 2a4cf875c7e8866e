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
  books: Books;
};

/** Kinds of draws about what is registered already, with their weights. */
export const LIFECYCLE_KINDS = {
  ...{ suspendMember: 2, closeMember: 2, merge: 6, suspendVenue: 1, closeVenue: 1 },
  ...{ reopenMember: 2, reopenOrganisation: 1 },
  ...{ suspendOrganisation: 1, closeOrganisation: 1, suspendAccess: 1, reinstate: 4, rename: 1 },
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
  return { ask, by: picks.by(ofMember && picks.number(4) === 0 ? 'coordinator' : 'admin') };
}

function asked(kind: LifecycleKind, picks: Picks): LifecycleAsk {
  switch (kind) {
    case 'suspendMember':
      return { type: 'SuspendMember', memberId: picks.member() };
    case 'closeMember':
      return { type: 'CloseMember', ...ended(picks) };
    case 'merge':
      return { type: 'MergeMembers', ...two(picks) };
    case 'reopenMember': {
      const ended = closed(picks.books.members);
      const some = ended.length > 0 && picks.number(6) > 0 ? ended : [picks.member()];
      return { type: 'ReopenMember', memberId: picks.pick(some) as MemberId, ...back(picks) };
    }
    case 'reopenOrganisation': {
      const ended = closed(picks.books.organisations);
      const some = ended.length > 0 && picks.number(6) > 0 ? ended : [picks.organisation()];
      const organisationId = picks.pick(some) as OrganisationId;
      return { type: 'ReopenOrganisation', organisationId, ...back(picks) };
    }
    case 'suspendVenue':
      return { type: 'SuspendVenue', venueId: picks.venue() };
    case 'closeVenue':
      return { type: 'CloseVenue', venueId: picks.venue() };
    case 'suspendOrganisation':
      return { type: 'SuspendOrganisation', organisationId: picks.organisation() };
    case 'closeOrganisation': {
      const potTo = picks.number(3) === 0 ? undefined : rest(picks);
      return { type: 'CloseOrganisation', organisationId: holderOfBookings(picks), potTo };
    }
    case 'suspendAccess':
      return { type: 'SuspendAccess', accessId: picks.access() };
    case 'reinstate':
      return reinstate(picks);
    case 'rename':
      return picks.pick<LifecycleAsk>([
        { type: 'RenameVenue', venueId: picks.venue(), name: 'Baths' },
        { type: 'RenameOrganisation', organisationId: picks.organisation(), name: 'Barn' },
        { type: 'RenameAccess', accessId: picks.access(), label: 'till-2' },
      ]);
  }
}

function closed(table: Record<string, { standing?: string | undefined }>): string[] {
  return Object.entries(table).flatMap(([id, { standing }]) => (standing === 'closed' ? [id] : []));
}

/** Mostly all that an ending has moved, sometimes less, or too much. */
function back(picks: Picks) {
  const credits = picks.pick([undefined, undefined, '0', '0.5', '40']);
  return { reason: 'unauthorised' as const, ...(credits !== undefined && { credits }) };
}

/** Often both sides of a gift, which then can no more be undone. */
function two(picks: Picks): { from: MemberId; into: MemberId } {
  const sides = gifts(picks).filter(([, to]) => to.startsWith('wallet'));
  if (sides.length === 0 || picks.number(3) === 0) {
    return { from: userOfOffers(picks), into: picks.member() };
  }
  const [from, into] = picks.pick(sides).map((wallet) => wallet.slice('wallet:'.length));
  return { from: from as MemberId, into: into as MemberId };
}

/** Often one who gave, with the rest to where the gift went. */
function ended(picks: Picks): { memberId: MemberId; restTo: Account } {
  const sides = gifts(picks);
  if (sides.length === 0 || picks.number(2) === 0) {
    return { memberId: picks.member(), restTo: rest(picks) };
  }
  const [from, restTo] = picks.pick(sides);
  return { memberId: from.slice('wallet:'.length) as MemberId, restTo: restTo };
}

/** Both sides of what was transferred from wallets. */
function gifts({ books }: Picks): [from: string, to: string][] {
  return books.transactions.flatMap(({ kind, from = '', to = '' }) =>
    kind === 'transfer' && from.startsWith('wallet') && from !== to ? [[from, to]] : [],
  );
}

/** Somebody who has used an offer, if anybody has, or anybody. */
function userOfOffers(picks: Picks): MemberId {
  const users = picks.books.uses.flatMap(({ member }) => member ?? []);
  const some = users.length > 0 && picks.number(3) > 0 ? users : [picks.member()];
  return picks.pick(some) as MemberId;
}

/** A group whose pot is held from, if there is one, or any organisation. */
function holderOfBookings(picks: Picks): OrganisationId {
  const holders = Object.values(picks.books.holds).flatMap(({ account, ended }) =>
    account.startsWith('pot:') && ended === undefined ? account.slice('pot:'.length) : [],
  );
  const some = holders.length > 0 && picks.number(3) > 0 ? holders : [picks.organisation()];
  return picks.pick(some) as OrganisationId;
}

/** Mostly something that is suspended, if anything is. */
function reinstate(picks: Picks): LifecycleAsk {
  const { members, standings, organisations, accesses } = picks.books;
  const all = Object.entries({ ...members, ...standings, ...organisations, ...accesses });
  const suspended = all.flatMap(([id, one]) => {
    const is = 'role' in one ? one.suspended : one.standing === 'suspended';
    return is ? [id] : [];
  });
  const some = [picks.member(), picks.venue(), picks.organisation(), picks.access()];
  const id = picks.pick(suspended.length > 0 && picks.number(6) > 0 ? suspended : some);
  if (id.startsWith('mem')) return { type: 'ReinstateMember', memberId: id as MemberId };
  if (id.startsWith('ven')) return { type: 'ReinstateVenue', venueId: id as VenueId };
  if (id.startsWith('acc')) return { type: 'ReinstateAccess', accessId: id as AccessId };
  return { type: 'ReinstateOrganisation', organisationId: id as OrganisationId };
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
