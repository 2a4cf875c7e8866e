import type { EventOf, Recorded } from '../schemas/events/index.ts';
import type { OrganisationRole } from '../schemas/events/organisation.ts';
import type {
  AccessId,
  CardId,
  MemberId,
  OfferId,
  OrganisationId,
  VenueId,
} from '../schemas/ids.ts';
import type { Role } from '../schemas/roles.ts';
import type { Day } from '../schemas/time.ts';

/** `since` is the revision a thing began at: the order of every list, and its cursor. */
export type OrganisationItem = {
  readonly since: number;
  readonly organisationId: OrganisationId;
  readonly name: string;
  readonly roles: readonly OrganisationRole[];
};
export type VenueItem = {
  readonly since: number;
  readonly venueId: VenueId;
  readonly organisationId: OrganisationId;
  readonly name: string;
  readonly openAmounts?: true | undefined;
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
  cardId?: CardId | undefined;
};
export type AccessItem = {
  readonly since: number;
  readonly accessId: AccessId;
  readonly role: Role;
  readonly organisationId?: OrganisationId | undefined;
  readonly memberId?: MemberId | undefined;
  readonly label: string;
  readonly expiresOn?: Day | undefined;
  revoked: boolean;
};

export type NetworkItem = {
  readonly since: number;
  readonly network: string;
  readonly name?: string | undefined;
  readonly theyOweAtMost: string;
  readonly weOweAtMost: string;
};

/** What is registered, with its words, in the order it was registered. */
export class Directory {
  revision = -1;
  readonly organisations = new Map<OrganisationId, OrganisationItem>();
  readonly venues = new Map<VenueId, VenueItem>();
  readonly offers = new Map<OfferId, OfferItem>();
  readonly members = new Map<MemberId, MemberItem>();
  readonly accesses = new Map<AccessId, AccessItem>();
  readonly networks = new Map<string, NetworkItem>();
  readonly #membersOf = new Map<OrganisationId, MemberItem[]>();
  readonly #all: MemberItem[] = [];

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    const since = revision;
    switch (event.type) {
      case 'OrganisationRegistered':
        this.organisations.set(event.data.organisationId, { since, ...event.data });
        return;
      case 'VenueRegistered':
        this.venues.set(event.data.venueId, { since, ...event.data });
        return;
      case 'OfferPublished':
        this.offers.set(event.data.offerId, { since, terms: event.data, withdrawn: false });
        return;
      case 'OfferWithdrawn':
        this.offers.get(event.data.offerId)!.withdrawn = true;
        return;
      case 'MemberEnrolled':
        return this.#enrolled(since, event);
      case 'MembershipAdded': {
        const member = this.members.get(event.data.memberId)!;
        member.organisationIds.push(event.data.organisationId);
        this.#join(event.data.organisationId, member);
        return;
      }
      case 'CardIssued':
        this.members.get(event.data.memberId)!.cardId = event.data.cardId;
        return;
      case 'CardRevoked':
        delete this.members.get(event.data.memberId)!.cardId;
        return;
      case 'AccessGranted': {
        const { keyHash: _, ...access } = event.data;
        this.accesses.set(access.accessId, { since, ...access, revoked: false });
        return;
      }
      case 'AccessRevoked':
        this.accesses.get(event.data.accessId)!.revoked = true;
        return;
      case 'NetworkRegistered':
        this.networks.set(event.data.network, { since, ...event.data });
        return;
      case 'NetworkLimitsChanged': {
        const { network } = event.data;
        this.networks.set(network, { ...this.networks.get(network)!, ...event.data });
        return;
      }
      default:
        return;
    }
  }

  /** Members in the order they were enrolled; of one organisation, in the order they joined it. */
  membersOf(organisation?: OrganisationId): readonly MemberItem[] {
    return organisation === undefined ? this.#all : (this.#membersOf.get(organisation) ?? []);
  }

  #enrolled(since: number, { data }: EventOf<'MemberEnrolled'>): void {
    const { memberId, organisationId } = data;
    const organisationIds = organisationId === undefined ? [] : [organisationId];
    const member: MemberItem = { since, memberId, organisationIds };
    this.members.set(memberId, member);
    this.#all.push(member);
    if (organisationId !== undefined) this.#join(organisationId, member);
  }

  #join(organisation: OrganisationId, member: MemberItem): void {
    const members = this.#membersOf.get(organisation);
    if (members === undefined) this.#membersOf.set(organisation, [member]);
    else members.push(member);
  }
}
