import type { AccessId, Account, MemberId, OrganisationId, VenueId } from './ids.ts';
import type { EventOf } from './events/index.ts';
import { ADMIN, type Role } from './roles.ts';

type Of<T extends string, F> = { readonly type: T } & Readonly<F>;
type Agreed = EventOf<'MemberClosed'>['data']['agreed'];

export type SuspendMember = Of<'SuspendMember', { memberId: MemberId }>;
export type ReinstateMember = Of<'ReinstateMember', { memberId: MemberId }>;
/** `restTo`: a pot, another member's wallet, or `lapsed`. */
export type CloseMember = Of<
  'CloseMember',
  { memberId: MemberId; restTo: Account; agreed?: Agreed }
>;
export type MergeMembers = Of<'MergeMembers', { from: MemberId; into: MemberId }>;

/** What an ending moved comes back, or as much of it as `credits` says. */
type Undoing = {
  credits?: string | undefined;
  reason: EventOf<'MemberReopened'>['data']['reason'];
};
export type ReopenMember = Of<'ReopenMember', { memberId: MemberId } & Undoing>;
/** `from`: the one who was merged. */
export type SeparateMembers = Of<'SeparateMembers', { from: MemberId } & Undoing>;

export type SuspendVenue = Of<'SuspendVenue', { venueId: VenueId }>;
export type ReinstateVenue = Of<'ReinstateVenue', { venueId: VenueId }>;
export type RenameVenue = Of<'RenameVenue', { venueId: VenueId; name: string }>;
export type CloseVenue = Of<'CloseVenue', { venueId: VenueId }>;

type OneOrganisation = { organisationId: OrganisationId };
export type SuspendOrganisation = Of<'SuspendOrganisation', OneOrganisation>;
export type ReinstateOrganisation = Of<'ReinstateOrganisation', OneOrganisation>;
export type RenameOrganisation = Of<'RenameOrganisation', OneOrganisation & { name: string }>;
/** `potTo`: another organisation's pot, a member's wallet, or `lapsed`. */
export type CloseOrganisation = Of<
  'CloseOrganisation',
  OneOrganisation & { potTo?: Account | undefined }
>;

export type ReopenOrganisation = Of<'ReopenOrganisation', OneOrganisation & Undoing>;

export type SuspendAccess = Of<'SuspendAccess', { accessId: AccessId }>;
export type ReinstateAccess = Of<'ReinstateAccess', { accessId: AccessId }>;
export type RenameAccess = Of<'RenameAccess', { accessId: AccessId; label: string }>;

/** What can be asked of what is registered: to rest, to go on, to be renamed, to end or reopen. */
export type LifecycleAsk =
  | SuspendMember
  | ReinstateMember
  | CloseMember
  | MergeMembers
  | ReopenMember
  | SeparateMembers
  | SuspendVenue
  | ReinstateVenue
  | RenameVenue
  | CloseVenue
  | SuspendOrganisation
  | ReinstateOrganisation
  | RenameOrganisation
  | CloseOrganisation
  | ReopenOrganisation
  | SuspendAccess
  | ReinstateAccess
  | RenameAccess;

/** Coordinators for the members of their own group; everything else is the lead partner's. */
export const LIFECYCLE_ROLES: { readonly [T in LifecycleAsk['type']]: readonly Role[] } = {
  SuspendMember: [ADMIN, 'coordinator'],
  ReinstateMember: [ADMIN, 'coordinator'],
  CloseMember: [ADMIN, 'coordinator'],
  MergeMembers: [ADMIN, 'coordinator'],
  ReopenMember: [ADMIN],
  SeparateMembers: [ADMIN],
  SuspendVenue: [ADMIN],
  ReinstateVenue: [ADMIN],
  RenameVenue: [ADMIN],
  CloseVenue: [ADMIN],
  SuspendOrganisation: [ADMIN],
  ReinstateOrganisation: [ADMIN],
  RenameOrganisation: [ADMIN],
  CloseOrganisation: [ADMIN],
  ReopenOrganisation: [ADMIN],
  SuspendAccess: [ADMIN],
  ReinstateAccess: [ADMIN],
  RenameAccess: [ADMIN],
};
