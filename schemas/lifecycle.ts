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

export type SuspendAccess = Of<'SuspendAccess', { accessId: AccessId }>;
export type ReinstateAccess = Of<'ReinstateAccess', { accessId: AccessId }>;
export type RenameAccess = Of<'RenameAccess', { accessId: AccessId; label: string }>;

/** What can be asked of what is registered: to rest, to go on, to be called otherwise, to end. */
export type LifecycleAsk =
  | SuspendMember
  | ReinstateMember
  | CloseMember
  | MergeMembers
  | SuspendVenue
  | ReinstateVenue
  | RenameVenue
  | CloseVenue
  | SuspendOrganisation
  | ReinstateOrganisation
  | RenameOrganisation
  | CloseOrganisation
  | SuspendAccess
  | ReinstateAccess
  | RenameAccess;

/** Coordinators for the members of their own group; everything else is the lead partner's. */
export const LIFECYCLE_ROLES: { readonly [T in LifecycleAsk['type']]: readonly Role[] } = {
  SuspendMember: [ADMIN, 'coordinator'],
  ReinstateMember: [ADMIN, 'coordinator'],
  CloseMember: [ADMIN, 'coordinator'],
  MergeMembers: [ADMIN, 'coordinator'],
  SuspendVenue: [ADMIN],
  ReinstateVenue: [ADMIN],
  RenameVenue: [ADMIN],
  CloseVenue: [ADMIN],
  SuspendOrganisation: [ADMIN],
  ReinstateOrganisation: [ADMIN],
  RenameOrganisation: [ADMIN],
  CloseOrganisation: [ADMIN],
  SuspendAccess: [ADMIN],
  ReinstateAccess: [ADMIN],
  RenameAccess: [ADMIN],
};
