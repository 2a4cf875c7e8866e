import type { EventOf } from '../schemas/events/index.ts';
import type { OrganisationRole } from '../schemas/events/organisation.ts';
import type {
  AccessId,
  Account,
  CardId,
  MemberId,
  OrganisationId,
  VenueId,
} from '../schemas/ids.ts';
import type { Role } from '../schemas/roles.ts';
import type { Day } from '../schemas/time.ts';

/** How something registered stands. */
export type State = 'open' | 'suspended' | 'closed' | 'merged';

/** `since` is the revision a thing began at: the order of every list, and its cursor. */
export type OrganisationItem = {
  readonly since: number;
  readonly organisationId: OrganisationId;
  name: string;
  readonly roles: readonly OrganisationRole[];
  state: State;
  /** Where the pot of a closed one has gone. */
  potTo?: Account | undefined;
};
export type VenueItem = {
  readonly since: number;
  readonly venueId: VenueId;
  readonly organisationId: OrganisationId;
  name: string;
  readonly openAmounts?: true | undefined;
  state: State;
};
export type OfferItem = {
  readonly since: number;
  readonly terms: EventOf<'OfferPublished'>['data'];
  withdrawn: boolean;
};
export type MemberItem = {
  readonly since: number;
  readonly memberId: MemberId;
  readonly organisationIds: OrganisationId[];
  /** The organisation that enrolled the member. */
  readonly enrolledBy?: OrganisationId | undefined;
  cardId?: CardId | undefined;
  /** Cards of merged members, which answer beside the live one. */
  otherCardIds?: CardId[] | undefined;
  state: State;
  /** Where what was left of a closed wallet has gone. */
  restTo?: Account | undefined;
  /** The cards that a closed one had, should it be opened again. */
  cardsBefore?: CardId[] | undefined;
  mergedInto?: MemberId | undefined;
  /** The groups and cards that a merge took along, should it be undone. */
  joining?: { readonly brought: OrganisationId[]; readonly cards: CardId[] } | undefined;
};
export type AccessItem = {
  readonly since: number;
  readonly accessId: AccessId;
  readonly role: Role;
  readonly organisationId?: OrganisationId | undefined;
  readonly memberId?: MemberId | undefined;
  label: string;
  readonly expiresOn?: Day | undefined;
  revoked: boolean;
  state: State;
};

export type NetworkItem = {
  readonly since: number;
  readonly network: string;
  readonly name?: string | undefined;
  readonly theyOweAtMost: string;
  readonly weOweAtMost: string;
};
