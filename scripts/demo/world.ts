import type { Hundredths } from '../../schemas/amounts.ts';
import {
  accountOf,
  type CardId,
  type MemberId,
  type OfferId,
  type OrganisationId,
  type VenueId,
} from '../../schemas/ids.ts';
import { Client } from './client.ts';
import type { GroupPlan, NetworkPlan, PartnerPlan } from './network.ts';

export type Member = {
  readonly name: string;
  readonly memberId: MemberId;
  /** Every third member has a card, and a till must see it. */
  card: { cardId: CardId; card: string } | undefined;
  /** What the service last said of the wallet. */
  balance: Hundredths;
  /** What of it is booked, or stands on a sheet that is not typed in yet. */
  booked: Hundredths;
  /** Whether this member ever goes out. */
  readonly goesOut: boolean;
};
export type Group = {
  readonly plan: GroupPlan;
  readonly index: number;
  readonly organisationId: OrganisationId;
  readonly coordinator: Client;
  readonly members: Member[];
  /** What the fund of the year has left here, as far as the player counted. */
  left: Hundredths;
  /** What it issued, less what it took back. */
  issued: Hundredths;
  pot: Hundredths;
  lastSale: Sale | undefined;
};
export type Venue = {
  readonly name: string;
  readonly venueId: VenueId;
  /** Who records what it takes: its own till, or the lead partner. */
  readonly till: Client;
  readonly onPaper: boolean;
  readonly offer: Offer | undefined;
};
export type Offer = { readonly offerId: OfferId; readonly adult: number; readonly under16: number };
export type Sale = {
  readonly transactionId: string;
  readonly venue: Venue;
  readonly member: Member;
  readonly amount: Hundredths;
  readonly month: string;
};
export type World = {
  readonly url: string;
  readonly admin: Client;
  readonly groups: readonly Group[];
  /** Those that are open. */
  readonly venues: Venue[];
  readonly organisations: readonly { readonly organisationId: string; readonly name: string }[];
  readonly everyVenue: readonly Venue[];
};

export const OTHER_NETWORK = 'cardigan-bay';
const OWED_AT_MOST = '500';
/** Sheets of a venue without a computer are typed in once a week. */
const PAPER_DAYS = 9;
const POUNDS_PER_CREDIT = ['3.2', '0', '1.75'];

/** Registers groups, partners and their venues, as a lead partner would before the first week. */
export async function register(url: string, adminKey: string, plan: NetworkPlan): Promise<World> {
  const admin = new Client(url, adminKey);
  await admin.post('/v1/rules', { redemptionBackdatingDays: PAPER_DAYS });
  const limits = { theyOweAtMost: OWED_AT_MOST, weOweAtMost: OWED_AT_MOST };
  const other = { network: OTHER_NETWORK, name: 'Cardigan Bay Time Credits (made up)' };
  await admin.post('/v1/networks', { ...other, ...limits });
  const groups: Group[] = [];
  const venues: Venue[] = [];
  for (const [index, group] of plan.groups.entries()) {
    groups.push(await registerGroup(url, admin, group, index));
  }
  const partners = [];
  for (const partner of plan.partners) {
    const organisationId = await organisation(admin, partner.name, 'spend');
    partners.push({ organisationId, name: partner.name });
    venues.push(...(await registerVenues(url, admin, partner, organisationId)));
  }
  for (const [index, { venueId }] of venues.entries()) {
    const poundsPerCredit = POUNDS_PER_CREDIT[index % POUNDS_PER_CREDIT.length];
    if (poundsPerCredit === '0') continue;
    await admin.post(`/v1/venues/${venueId}/reimbursement`, { poundsPerCredit });
  }
  const organisations = [
    ...groups.map(({ organisationId, plan: { name } }) => ({ organisationId, name })),
    ...partners,
  ];
  return { url, admin, groups, venues, organisations, everyVenue: [...venues] };
}

async function registerGroup(
  url: string,
  admin: Client,
  plan: GroupPlan,
  index: number,
): Promise<Group> {
  const organisationId = await organisation(admin, plan.name, 'earn');
  const coordinator = await clientFor(url, admin, 'coordinator', organisationId, plan.slug);
  const started = { members: [], left: 0, issued: 0, pot: 0, lastSale: undefined };
  return { plan, index, organisationId, coordinator, ...started };
}

async function registerVenues(
  url: string,
  admin: Client,
  plan: PartnerPlan,
  organisationId: OrganisationId,
): Promise<Venue[]> {
  const { onPaper, slug } = plan;
  const till = onPaper ? admin : await clientFor(url, admin, 'partner', organisationId, slug);
  const venues: Venue[] = [];
  for (const [index, name] of plan.venues.entries()) {
    const open = index > 0 ? { openAmounts: true } : {};
    const venue = { organisationId, name, ...open };
    const { venueId } = await admin.post<{ venueId: VenueId }>('/v1/venues', venue);
    const offer = plan.venues.length > 1 ? await publish(till, venueId, name) : undefined;
    venues.push({ name, venueId, till, onPaper, offer });
  }
  return venues;
}

async function publish(till: Client, venueId: VenueId, name: string): Promise<Offer> {
  const { offerId } = await till.post<{ offerId: OfferId }>('/v1/offers', {
    venueId,
    title: `An hour at ${name}`,
    restrictions: 'Not on the days of galas; under-16s come with an adult.',
    adultCredits: '1',
    under16Credits: '1',
    largestParty: 4,
    times: [
      { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '07:00', to: '22:00' },
    ],
    caps: { memberDay: 1, memberMonth: 2 },
  });
  return { offerId, adult: 100, under16: 100 };
}

async function organisation(
  admin: Client,
  name: string,
  does: 'earn' | 'spend',
): Promise<OrganisationId> {
  const body = { name, roles: [does] };
  return (await admin.post<{ organisationId: OrganisationId }>('/v1/organisations', body))
    .organisationId;
}

async function clientFor(
  url: string,
  admin: Client,
  role: string,
  organisationId: OrganisationId,
  label: string,
): Promise<Client> {
  const { key } = await admin.post<{ key: string }>('/v1/access', { role, organisationId, label });
  return new Client(url, key);
}

/** Enrols somebody with a group; every third gets a card. */
export async function enrol(
  { coordinator, members }: Group,
  name: string,
  goesOut: boolean,
  hasCard: boolean,
): Promise<Member> {
  const { memberId } = await coordinator.post<{ memberId: MemberId }>('/v1/members', {});
  const card = hasCard ? await newCard(coordinator, memberId) : undefined;
  const member = { name, memberId, card, balance: 0, booked: 0, goesOut };
  members.push(member);
  return member;
}

/** A card as a coordinator hands it over: its number is shown once. */
export function newCard(
  coordinator: Client,
  memberId: MemberId,
): Promise<{ cardId: CardId; card: string }> {
  return coordinator.post(`/v1/members/${memberId}/cards`, {});
}

export function walletOf({ memberId }: Member): string {
  return accountOf.wallet(memberId);
}

/** How a till or a list names a member. */
export function named({ memberId, card }: Member): { memberId: MemberId } | { card: string } {
  return card === undefined ? { memberId } : { card: card.card };
}

/** What a member could spend now. */
export function free({ balance, booked }: Member): Hundredths {
  return balance - booked;
}
