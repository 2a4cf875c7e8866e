import type { Hundredths } from '../../schemas/amounts.ts';
import {
  accountOf,
  type CardId,
  type MemberId,
  type OrganisationId,
  type VenueId,
} from '../../schemas/ids.ts';
import { addDays, type Day } from '../../schemas/time.ts';
import { Client, forEach } from './client.ts';
import type { GroupPlan, NetworkPlan, PartnerPlan } from './network.ts';

export type Member = {
  readonly name: string;
  readonly memberId: MemberId;
  /** Every third member has a card, and a till must see it. */
  card: { cardId: CardId; card: string } | undefined;
  /** What the service last said of the wallet. */
  balance: Hundredths;
};
export type Group = {
  readonly plan: GroupPlan;
  readonly organisationId: OrganisationId;
  readonly coordinator: Client;
  readonly members: readonly Member[];
};
export type Partner = {
  readonly plan: PartnerPlan;
  readonly till: Client;
  readonly venues: readonly VenueId[];
};
export type World = {
  readonly admin: Client;
  readonly groups: readonly Group[];
  readonly partners: readonly Partner[];
};

const CREDITS_FOR_A_MEMBER = 200;
/** The fund that ends halfway is used first, wherever both cover a day. */
const FIRST_FUND = 'public-health';
const SECOND_FUND = 'community-fund';
const CARD_EVERY = 3;

/** Registers everybody, as a lead partner would before the first session. */
export async function register(url: string, adminKey: string, plan: NetworkPlan): Promise<World> {
  const admin = new Client(url, adminKey);
  const groups: Group[] = [];
  const partners: Partner[] = [];
  for (const group of plan.groups)
    groups.push(await registerGroup(url, admin, group, plan.mondays));
  for (const partner of plan.partners) partners.push(await registerPartner(url, admin, partner));
  return { admin, groups, partners };
}

async function registerGroup(
  url: string,
  admin: Client,
  plan: GroupPlan,
  mondays: readonly Day[],
): Promise<Group> {
  const { organisationId, client } = await organisation(url, admin, plan, 'earn', 'coordinator');
  const firstDay = mondays[0]!;
  const halfway = addDays(mondays[Math.floor(mondays.length / 2)]!, -1);
  const lastDay = addDays(mondays.at(-1)!, 6);
  const credits = String(CREDITS_FOR_A_MEMBER * plan.members.length);
  const allocation = { organisationId, credits, firstDay };
  await admin.post('/v1/allocations', { ...allocation, fund: FIRST_FUND, lastDay: halfway });
  await admin.post('/v1/allocations', { ...allocation, fund: SECOND_FUND, lastDay });
  const members: Member[] = [];
  await forEach(plan.members, async (name, index) => {
    const { memberId } = await client.post<{ memberId: MemberId }>('/v1/members', {});
    const card = index % CARD_EVERY === 0 ? await newCard(client, memberId) : undefined;
    members[index] = { name, memberId, card, balance: 0 };
  });
  return { plan, organisationId, coordinator: client, members };
}

async function registerPartner(url: string, admin: Client, plan: PartnerPlan): Promise<Partner> {
  const { organisationId, client } = await organisation(url, admin, plan, 'spend', 'partner');
  const venues: VenueId[] = [];
  for (const name of plan.venues) {
    const venue = { organisationId, name };
    venues.push((await admin.post<{ venueId: VenueId }>('/v1/venues', venue)).venueId);
  }
  return { plan, till: client, venues };
}

async function organisation(
  url: string,
  admin: Client,
  { name, slug }: { name: string; slug: string },
  does: 'earn' | 'spend',
  role: 'coordinator' | 'partner',
) {
  const { organisationId } = await admin.post<{ organisationId: OrganisationId }>(
    '/v1/organisations',
    { name, roles: [does] },
  );
  const access = { role, organisationId, label: slug };
  const { key } = await admin.post<{ key: string }>('/v1/access', access);
  return { organisationId, client: new Client(url, key) };
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
