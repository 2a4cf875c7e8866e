import t from 'tap';
import type { Answer, Client } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { neighbours } from './neighbours.ts';

/* What is registered: lists in pages, and single things; your own, or all for the lead partner. */

type Item = Readonly<Record<string, unknown>>;
type Page = {
  readonly items: readonly Item[];
  readonly entries?: readonly Item[];
  readonly events?: readonly Item[];
  readonly next?: number;
};

/** Follows the links of a list to its end. */
async function followed(client: Client, url: string) {
  const items: Item[] = [];
  const sizes: number[] = [];
  let next: string | undefined = url;
  while (next !== undefined) {
    const { body, headers }: Answer<Partial<Page>> = await client.get<Partial<Page>>(next);
    const { items: page = body.entries ?? body.events ?? [] } = body;
    items.push(...page);
    sizes.push(page.length);
    next = /^<([^>]+)>; rel="next"$/.exec(String(headers['link']))?.[1];
  }
  return { items, sizes };
}

t.test('the members of a group', async (t) => {
  const { enrol, group, admin } = await smallWorld();
  const ids = [];
  for (let count = 0; count < 7; count += 1) ids.push(await enrol());
  const { coordinator } = group;

  const whole = await coordinator.get<Page>('/v1/members');
  t.same(
    whole.body.items.map(({ memberId }) => memberId),
    ids,
    'come in the order they were enrolled',
  );
  t.equal(whole.headers['link'], undefined, 'without a link where they fit on one page');
  const paged = await followed(coordinator, '/v1/members?limit=3');
  t.same(paged.items, whole.body.items, 'come in pages as they come at once');
  t.same(paged.sizes, [3, 3, 1], 'of the size that was asked for');
  const exact = await followed(coordinator, '/v1/members?limit=7');
  t.same(exact.sizes, [7], 'and an exact page is not followed by an empty one');

  const first = await coordinator.get<Page>('/v1/members?limit=3');
  const late = await enrol();
  const rest = await coordinator.get<Page>(`/v1/members?after=${first.body.next}`);
  t.equal(rest.body.items.at(-1)?.['memberId'], late, 'and a cursor stays good as the list grows');

  const one = await admin.get<Item>(`/v1/members/${ids[0]}`);
  t.same(one.body, whole.body.items[0], 'and one alone reads as in the list');
});

t.test('every list', async (t) => {
  const { admin, enrol, group, partner } = await smallWorld();
  const { till, venue: venueId } = partner;
  const memberId = await enrol(600);
  const other = { organisationId: partner.id, name: 'Pool' };
  const pool = (await admin.post<{ venueId: string }>('/v1/venues', other)).body.venueId;
  const terms = { title: 'Swim', restrictions: 'None.', largestParty: 9, adultCredits: '1' };
  const offers: string[] = [];
  for (const at of [pool, venueId, pool, venueId]) {
    const offer = { ...terms, venueId: at, under16Credits: '1' };
    offers.push((await till.post<{ offerId: string }>('/v1/offers', offer)).body.offerId);
  }
  for (const reference of ['trip', 'other', 'trip']) {
    const sale = { venueId: pool, memberId, offerId: offers[0], reference };
    await till.post('/v1/holds', sale);
    await till.post('/v1/redemptions', sale);
  }
  for (const network of ['cardiff', 'leeds']) {
    await admin.post('/v1/networks', { network, theyOweAtMost: '5', weOweAtMost: '5' });
  }
  const lottery = { organisationId: group.id, fund: 'lottery', credits: '5' };
  await admin.post('/v1/allocations', lottery);
  const lists: readonly (readonly [string, number])[] = [
    ...([
      ['/v1/organisations?', 2],
      ['/v1/venues?', 2],
      ['/v1/access?', 3],
    ] as const),
    ...([
      ['/v1/members?', 1],
      ['/v1/networks?', 2],
      ['/v1/funds?year=2026', 2],
    ] as const),
    ...([
      ['/v1/offers?', 4],
      [`/v1/offers?venueId=${pool}`, 2],
    ] as const),
    ...([
      ['/v1/holds?', 3],
      ['/v1/holds?reference=trip', 2],
    ] as const),
    [`/v1/transactions?venueId=${pool}`, 3],
    [`/v1/transactions?venueId=${pool}&reference=trip&from=2026-06-10&to=2026-06-10`, 2],
    [`/v1/accounts/wallet:${memberId}/entries?`, 4],
    ['/v1/events?', (await admin.get<{ revision: number }>('/v1/me')).body.revision + 1],
  ];
  for (const [url, count] of lists) {
    const whole = await followed(admin, url);
    t.equal(whole.items.length, count, `${url} is whole`);
    const paged = await followed(admin, `${url}&limit=1`);
    t.same(paged.items, whole.items, 'comes in pages as it comes at once, with what was asked');
  }
});

t.test('each role sees its own', async (t) => {
  const { clients, theirs, own, group, partner } = await neighbours();
  const ids = async (client: Client, url: string, name: string) =>
    (await followed(client, url)).items.map((item) => item[name]);

  t.same(
    await ids(clients.coordinator, '/v1/organisations', 'organisationId'),
    [group.id],
    'a coordinator sees the own organisation',
  );
  t.same(await ids(clients.coordinator, '/v1/members', 'memberId'), [own], 'and its members');
  t.same(await ids(clients.partner, '/v1/venues', 'venueId'), [partner.venue], 'a partner, venues');
  for (const role of ['admin', 'auditor'] as const) {
    const organisations = await ids(clients[role], '/v1/organisations', 'organisationId');
    t.same(organisations, [group.id, partner.id, theirs.group, theirs.partner], `${role}: all`);
    const venues = await ids(clients[role], '/v1/venues', 'venueId');
    t.same(venues, [partner.venue, theirs.venue], `${role}: every venue`);
    t.same(await ids(clients[role], '/v1/members', 'memberId'), [theirs.member, own], 'and member');
  }
});

t.test('a member of two groups', async (t) => {
  const { clients, theirs, group } = await neighbours();
  const url = `/v1/members/${theirs.member}`;
  t.equal((await clients.coordinator.get(url)).status, 404, 'is not seen by the second at first');
  const shown = { card: theirs.cardNumber };
  const joined = await clients.coordinator.post(`${url}/memberships`, shown);
  t.match(joined, { status: 201, body: { memberId: theirs.member, organisationId: group.id } });
  const seen = await clients.coordinator.get(url);
  const organisationIds = [theirs.group, group.id];
  t.match(seen, { status: 200, body: { organisationIds } }, 'and is, once taken in');
  const wallet = await clients.coordinator.get(`/v1/accounts/wallet:${theirs.member}`);
  t.match(wallet, { status: 200, body: { balance: '2' } }, 'with the wallet');
  const again = await clients.coordinator.post(`${url}/memberships`, {});
  t.match(again, { status: 409, body: { code: 'already_member' } }, 'and joins only once');
});

t.test('/v1/me', async (t) => {
  const { clients, group, partner } = await neighbours();
  const coordinator = await clients.coordinator.get<Item>('/v1/me');
  t.match(coordinator.body, {
    network: 'medway',
    role: 'coordinator',
    organisation: { organisationId: group.id, name: 'Strood Gardeners', roles: ['earn'] },
    venues: [],
  });
  const till = await clients.partner.get<Item>('/v1/me');
  const venues = [{ venueId: partner.venue, name: 'Strood Leisure Centre' }];
  t.match(till.body, { role: 'partner', venues }, 'tells a till which venues are its own');
  for (const role of ['admin', 'auditor', 'commissioner', 'network'] as const) {
    const { body } = await clients[role].get<Item>('/v1/me');
    t.same([body['role'], body['organisation'], body['venues']], [role, undefined, []], role);
  }
});

t.test('every answer names its network', async (t) => {
  const { admin, app } = await smallWorld();
  const read = await admin.get('/v1/me');
  t.equal(read.headers['ledger-network'], 'medway', 'a read');
  t.equal(read.headers['ledger-revision'], undefined, 'which names no revision that it wrote');
  const written = await admin.post<{ revision: number }>('/v1/members', {});
  t.equal(
    written.headers['ledger-revision'],
    String(written.body.revision),
    'a write, and its revision',
  );
  const lost = await app.inject({ url: '/nowhere' });
  t.equal(lost.headers['ledger-network'], 'medway', 'and what is not found');
});
