import type { EventOf, EventType, Recorded } from '../schemas/events/index.ts';
import type { Predecessor } from '../schemas/events/ledger.ts';
import type {
  AccessId,
  CardId,
  MemberId,
  OfferId,
  OrganisationId,
  VenueId,
} from '../schemas/ids.ts';
import type {
  AccessItem,
  MemberItem,
  NetworkItem,
  OfferItem,
  OrganisationItem,
  State,
  VenueItem,
} from './items.ts';

export type * from './items.ts';

const OPEN = 'open';

/** The state that something is in after an event of each kind. */
const STATES: { readonly [T in EventType]?: { readonly state: State } } = {
  MemberSuspended: { state: 'suspended' },
  MemberReinstated: { state: OPEN },
  MemberClosed: { state: 'closed' },
  MemberReopened: { state: OPEN },
  VenueSuspended: { state: 'suspended' },
  VenueReinstated: { state: OPEN },
  VenueClosed: { state: 'closed' },
  OrganisationSuspended: { state: 'suspended' },
  OrganisationReinstated: { state: OPEN },
  OrganisationClosed: { state: 'closed' },
  OrganisationReopened: { state: OPEN },
  AccessSuspended: { state: 'suspended' },
  AccessReinstated: { state: OPEN },
};

/** What is registered, with its words, in the order it was registered. */
export class Directory {
  revision = -1;
  /** The last checkpoint of the ledger that this one comes after. */
  predecessor: Predecessor | undefined;
  readonly organisations = new Map<OrganisationId, OrganisationItem>();
  readonly venues = new Map<VenueId, VenueItem>();
  readonly offers = new Map<OfferId, OfferItem>();
  readonly members = new Map<MemberId, MemberItem>();
  readonly accesses = new Map<AccessId, AccessItem>();
  readonly networks = new Map<string, NetworkItem>();
  #membersOf = new Map<OrganisationId, MemberItem[]>();
  #all: MemberItem[] = [];

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    const since = revision;
    switch (event.type) {
      case 'LedgerOpened':
        this.predecessor = event.data.predecessor;
        return;
      case 'OrganisationRegistered':
        this.organisations.set(event.data.organisationId, { since, ...event.data, state: OPEN });
        return;
      case 'VenueRegistered':
        this.venues.set(event.data.venueId, { since, ...event.data, state: OPEN });
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
        return this.#join(event.data.organisationId, member);
      }
      case 'CardIssued':
        this.members.get(event.data.memberId)!.cardId = event.data.cardId;
        return;
      case 'CardRevoked': {
        const member = this.members.get(event.data.memberId)!;
        const keeps = (id: CardId) => id !== event.data.cardId;
        if (member.cardsBefore) member.cardsBefore = member.cardsBefore.filter(keeps);
        return keepCards(member, keeps);
      }
      case 'AccessGranted': {
        const { keyHash: _, ...access } = event.data;
        this.accesses.set(access.accessId, { since, ...access, revoked: false, state: OPEN });
        return;
      }
      case 'AccessRevoked':
        Object.assign(this.accesses.get(event.data.accessId)!, { revoked: true, state: 'closed' });
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
        return this.#changed(event);
    }
  }

  /** Members in the order they were enrolled; of one organisation, in the order they joined it. */
  membersOf(organisation?: OrganisationId): readonly MemberItem[] {
    return organisation === undefined ? this.#all : (this.#membersOf.get(organisation) ?? []);
  }

  /** The member that an id stands for: whoever it was merged into, in the end. */
  member(id: MemberId): MemberItem | undefined {
    let member = this.members.get(id);
    while (member?.mergedInto !== undefined) member = this.members.get(member.mergedInto);
    return member;
  }

  /** Of the members of an organisation the revisions they began at, since each item is one. */
  saved() {
    const { revision, predecessor, organisations, venues, offers, members } = this;
    const { accesses, networks } = this;
    const membersOf = new Map(
      [...this.#membersOf].map(([id, items]) => [id, items.map(({ since }) => since)]),
    );
    const registered = { organisations, venues, offers, members, accesses, networks };
    return { revision, predecessor, registered, membersOf };
  }

  static restored(saved: ReturnType<Directory['saved']>): Directory {
    const { revision, predecessor, registered, membersOf } = saved;
    const directory = Object.assign(new Directory(), { revision, predecessor, ...registered });
    directory.#all = [...registered.members.values()];
    const began = new Map(directory.#all.map((item) => [item.since, item]));
    const itemsOf = (all: readonly number[]) => all.map((since) => began.get(since)!);
    directory.#membersOf = new Map([...membersOf].map(([id, all]) => [id, itemsOf(all)]));
    return directory;
  }

  /** What happens to something that is registered already, and the name it has by now. */
  #changed(event: Recorded['event']): void {
    const state = STATES[event.type];
    switch (event.type) {
      case 'MemberSuspended':
      case 'MemberReinstated':
      case 'MemberReopened':
      case 'MemberClosed': {
        const member = this.members.get(event.data.memberId)!;
        if (event.type === 'MemberClosed') {
          member.restTo = event.data.restTo;
          member.cardsBefore = cardsOf(member);
          keepCards(member, () => false);
        }
        if (event.type === 'MemberReopened') {
          giveCards(member, member.cardsBefore ?? []);
          delete member.restTo;
          delete member.cardsBefore;
        }
        return void Object.assign(member, state);
      }
      case 'MembersMerged':
        return this.#merged(event);
      case 'MembersSeparated':
        return this.#separated(event);
      case 'VenueSuspended':
      case 'VenueReinstated':
      case 'VenueClosed':
      case 'VenueRenamed': {
        const { venueId: id, ...name } = event.data;
        return void Object.assign(this.venues.get(id)!, name, state);
      }
      case 'OrganisationSuspended':
      case 'OrganisationReinstated':
      case 'OrganisationRenamed': {
        const { organisationId: id, ...name } = event.data;
        return void Object.assign(this.organisations.get(id)!, name, state);
      }
      case 'OrganisationClosed': {
        const { organisationId: id, potTo } = event.data;
        return void Object.assign(this.organisations.get(id)!, state, potTo && { potTo });
      }
      case 'OrganisationReopened': {
        const organisation = this.organisations.get(event.data.organisationId)!;
        delete organisation.potTo;
        return void Object.assign(organisation, state);
      }
      case 'AccessSuspended':
      case 'AccessReinstated':
      case 'AccessRenamed': {
        const { accessId: id, ...label } = event.data;
        return void Object.assign(this.accesses.get(id)!, label, state);
      }
      default:
        return;
    }
  }

  /** The groups and cards of the merged member are the survivor's from here on. */
  #merged({ data }: EventOf<'MembersMerged'>): void {
    const [from, into] = [this.members.get(data.from)!, this.members.get(data.into)!];
    const brought = from.organisationIds.filter((id) => !into.organisationIds.includes(id));
    for (const id of brought) this.#join(id, into);
    const cards = cardsOf(from);
    giveCards(into, [...cardsOf(into), ...cards]);
    if (from.state === 'suspended') into.state = from.state;
    keepCards(from, () => false);
    Object.assign(from, { state: 'merged', mergedInto: data.into, joining: { brought, cards } });
  }

  /** The groups and cards of the merged member are its own again, but for cards since revoked. */
  #separated({ data }: EventOf<'MembersSeparated'>): void {
    const [from, into] = [this.members.get(data.from)!, this.members.get(data.into)!];
    const { brought, cards } = from.joining!;
    for (const id of brought) {
      into.organisationIds.splice(into.organisationIds.indexOf(id), 1);
      const members = this.#membersOf.get(id)!;
      members.splice(members.indexOf(into), 1);
    }
    giveCards(
      from,
      cardsOf(into).filter((id) => cards.includes(id)),
    );
    keepCards(into, (id) => !cards.includes(id));
    delete from.mergedInto;
    delete from.joining;
    from.state = into.state;
  }

  #enrolled(since: number, { data }: EventOf<'MemberEnrolled'>): void {
    const { memberId, organisationId } = data;
    const enrolledBy = organisationId && { enrolledBy: organisationId };
    const member: MemberItem = { since, memberId, organisationIds: [], ...enrolledBy, state: OPEN };
    this.members.set(memberId, member);
    this.#all.push(member);
    if (organisationId !== undefined) this.#join(organisationId, member);
  }

  #join(organisation: OrganisationId, member: MemberItem): void {
    member.organisationIds.push(organisation);
    const members = this.#membersOf.get(organisation);
    if (members === undefined) this.#membersOf.set(organisation, [member]);
    else members.push(member);
  }
}

function cardsOf({ cardId, otherCardIds = [] }: MemberItem): CardId[] {
  return cardId === undefined ? otherCardIds : [cardId, ...otherCardIds];
}

/** Keeps some of a member's cards; where the live one is gone, the next takes its place. */
function keepCards(member: MemberItem, keeps: (id: CardId) => boolean): void {
  giveCards(member, cardsOf(member).filter(keeps));
}

function giveCards(member: MemberItem, [cardId, ...others]: readonly CardId[]): void {
  delete member.cardId;
  delete member.otherCardIds;
  if (cardId !== undefined) member.cardId = cardId;
  if (others.length > 0) member.otherCardIds = others;
}
