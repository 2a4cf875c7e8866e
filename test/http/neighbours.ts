import type {
  CardId,
  HoldId,
  MemberId,
  OfferId,
  OrganisationId,
  TransactionId,
  VenueId,
} from '../../schemas/ids.ts';
import type { Role } from '../../schemas/roles.ts';
import { Client, TODAY } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';

/** Everything of one earn group and one spend partner that others might name. */
export type Belongings = {
  readonly group: OrganisationId;
  readonly fund: string;
  readonly partner: OrganisationId;
  readonly venue: VenueId;
  readonly member: MemberId;
  readonly card: CardId;
  readonly cardNumber: string;
  readonly issue: TransactionId;
  readonly redemption: TransactionId;
  readonly offer: OfferId;
  readonly hold: HoldId;
  readonly network: string;
  readonly keyOfIssue: string;
  readonly keyOfRedemption: string;
};

/** A small world beside which another group and another partner work, whose things are theirs. */
export type Neighbours = World & {
  readonly clients: Readonly<Record<Role, Client>>;
  readonly own: MemberId;
  readonly theirs: Belongings;
};

type Made = { organisationId: OrganisationId; key: string; venueId: VenueId; memberId: MemberId };

/** Registers the other two, has them work a little, and gives out a key of every role. */
export async function neighbours(): Promise<Neighbours> {
  const world = await smallWorld();
  const { admin, app } = world;
  const key = async (role: Role, organisationId?: OrganisationId) => {
    const { body } = await admin.post<Made>('/v1/access', { role, organisationId, label: role });
    return new Client(app, body.key);
  };
  const clients = {
    admin,
    coordinator: world.group.coordinator,
    partner: world.partner.till,
    auditor: await key('auditor'),
    commissioner: await key('commissioner'),
    network: await key('network'),
  };
  const theirs = await otherOrganisations(admin, key);
  return { ...world, clients, theirs, own: await world.enrol(120) };
}

async function otherOrganisations(
  admin: Client,
  key: (role: Role, organisationId: OrganisationId) => Promise<Client>,
): Promise<Belongings> {
  const register = async (name: string, role: string) => {
    const { body } = await admin.post<Made>('/v1/organisations', { name, roles: [role] });
    return body.organisationId;
  };
  const group = await register('Chatham Visitors', 'earn');
  const partner = await register('Rochester Pictures', 'spend');
  const fund = 'lottery';
  await admin.post('/v1/allocations', { organisationId: group, fund, credits: '50' });
  const network = 'swale';
  const limits = { theyOweAtMost: '9', weOweAtMost: '9' };
  await admin.post('/v1/networks', { network, name: 'Swale', ...limits });
  const coordinator = await key('coordinator', group);
  const till = await key('partner', partner);
  const opened = { organisationId: partner, name: 'The Picture House' };
  const { venueId } = (await till.post<Made>('/v1/venues', opened)).body;
  const { memberId } = (await coordinator.post<Made>('/v1/members', {})).body;
  const list = {
    organisationId: group,
    occurredOn: TODAY,
    activity: 'visiting',
    entries: [{ memberId, minutes: 180 }],
  };
  const issued = await coordinator.post<{ entries: [{ transactionId: TransactionId }] }>(
    '/v1/issues',
    list,
    'their-issue',
  );
  const redeemed = await till.post<{ transactionId: TransactionId }>(
    '/v1/redemptions',
    { venueId, memberId, credits: '1' },
    'their-sale',
  );
  const { offerId } = (
    await till.post<{ offerId: OfferId }>('/v1/offers', {
      ...{ venueId, title: 'Matinee', restrictions: 'Before six.', largestParty: 2 },
      ...{ adultCredits: '0.5', under16Credits: '0.5' },
    })
  ).body;
  const booking = { venueId, memberId, offerId };
  const { holdId } = (await till.post<{ holdId: HoldId }>('/v1/holds', booking)).body;
  const card = await coordinator.post<{ cardId: CardId; card: string }>(
    `/v1/members/${memberId}/cards`,
    {},
  );
  return {
    group,
    fund,
    partner,
    venue: venueId,
    member: memberId,
    card: card.body.cardId,
    cardNumber: card.body.card,
    issue: issued.body.entries[0].transactionId,
    redemption: redeemed.body.transactionId,
    offer: offerId,
    hold: holdId,
    network,
    keyOfIssue: 'their-issue',
    keyOfRedemption: 'their-sale',
  };
}

/** Ids of the same kinds that nobody was ever given. */
export const NOBODYS: Belongings = {
  group: 'org_0000000000000000',
  fund: 'no-such-fund',
  partner: 'org_0000000000000001',
  venue: 'ven_0000000000000000',
  member: 'mem_0000000000000000',
  card: 'crd_0000000000000000',
  cardNumber: '00000-00000',
  issue: 'txn_999_0000000000000000',
  redemption: 'txn_998_0000000000000000',
  offer: 'off_0000000000000000',
  hold: 'hld_997_0000000000000000',
  network: 'no-such-network',
  keyOfIssue: 'never-used-1',
  keyOfRedemption: 'never-used-2',
};
