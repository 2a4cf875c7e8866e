import { DAY_MS } from '../../schemas/time.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { TODAY, type Client, type TestClock } from '../support/service.ts';
import { FUND, smallWorld, type World } from '../support/world.ts';

type Made = { readonly transactionId: string };

/** A stream in which every kind of event of today's ledger has happened at least once. */
export async function busyWorld(journal: Journal): Promise<void> {
  const world = await smallWorld({ journal });
  const { admin, group, partner, clock, enrol, app } = world;
  const { coordinator, id: organisationId } = group;
  const fund = { organisationId, fund: FUND };
  await admin.post('/v1/rules', { creditStep: '0.5' });
  const limits = { theyOweAtMost: '5', weOweAtMost: '2' };
  await admin.post('/v1/networks', { network: 'cardiff', name: 'Cardiff', ...limits });
  await admin.post('/v1/networks/cardiff/limits', { ...limits, weOweAtMost: '3' });
  await admin.post('/v1/allocations/returns', { ...fund, credits: '10' });
  const [one, two] = [await enrol(100), await enrol(240)];
  await admin.post('/v1/opening-balances', {
    entries: [{ account: `wallet:${one}`, credits: '5' }],
  });
  clock.forward(60_000);
  const till = (memberId: string, credits: string) => ({
    venueId: partner.venue,
    memberId,
    credits,
  });
  const redeemed = await partner.till.post<Made>('/v1/redemptions', till(two, '2.5'));
  const undo = { reason: 'goodwill', credits: '1' };
  await partner.till.post(`/v1/transactions/${redeemed.body.transactionId}/reversals`, undo);
  const card = await coordinator.post<{ cardId: string }>(`/v1/members/${two}/cards`, {});
  await coordinator.post(`/v1/cards/${card.body.cardId}/revocation`, {});
  await partner.till.post('/v1/voids', { key: 'never-used' });
  await coordinator.post('/v1/transfers', {
    entries: [{ from: `wallet:${one}`, to: `wallet:${two}`, credits: '1' }],
    reason: 'gift',
    agreed: 'signed_form',
  });
  const on = { occurredOn: TODAY };
  const here = { direction: 'here', venueId: partner.venue, credits: '4.5', ...on };
  const away = { direction: 'away', memberId: two, credits: '1', ...on };
  const visits = [
    { ...here, reference: 'c-1' },
    { ...away, reference: 'c-2' },
  ];
  const visited = await admin.post<{ visits: readonly Made[] }>('/v1/visits', {
    network: 'cardiff',
    visits,
  });
  const mistake = { reason: 'mistake', credits: '0.5' };
  const [visit] = visited.body.visits;
  await admin.post(`/v1/transactions/${visit!.transactionId}/reversals`, mistake);
  const list = { organisationId, occurredOn: TODAY };
  const pot = { memberId: one, minutes: 95, give: 'pot' };
  const session = [pot, { memberId: two, minutes: 45 }];
  type Issued = { entries: readonly Made[] };
  const issued = await coordinator.post<Issued>('/v1/issues', {
    ...list,
    activity: 'kitchen',
    entries: session,
  });
  const { transactionId } = issued.body.entries[1]!;
  await coordinator.post(`/v1/transactions/${transactionId}/reversals`, {
    reason: 'mistake',
    minutes: 20,
  });
  await coordinator.post('/v1/issues', {
    ...list,
    activity: 'kitchen',
    corrects: [issued.body.entries[0]!.transactionId],
    entries: [{ memberId: one, minutes: 30, give: 'none' }],
  });
  await bookings(partner, one, admin);
  // The booking that is left expires at the beginning of the next batch.
  clock.forward(36 * 3_600_000);
  const loose = await admin.post<{ memberId: string }>('/v1/members', {});
  await coordinator.post(`/v1/members/${loose.body.memberId}/memberships`, {});
  const spare = await admin.post<{ accessId: string }>('/v1/access', {
    role: 'auditor',
    label: 'a',
  });
  await admin.post(`/v1/access/${spare.body.accessId}/revocation`, {});
  await monthEnd(admin, partner.venue, clock);
  await rearrange(world, [one, two], loose.body.memberId);
  await app.close();
}

/** An offer that is used, booked, captured, cancelled and left to expire, and then withdrawn. */
async function bookings(
  { till, venue: venueId }: World['partner'],
  memberId: string,
  admin: Client,
) {
  const { body } = await till.post<{ offerId: string }>('/v1/offers', {
    ...{ venueId, title: 'Off-peak swim', restrictions: 'Before noon.', largestParty: 4 },
    ...{ adultCredits: '0.5', under16Credits: '0.25', caps: { memberDay: 9, slotPlaces: 9 } },
  });
  const { offerId } = body;
  await admin.post('/v1/opening-balances', {
    entries: [{ account: `wallet:${memberId}`, credits: '9' }],
  });
  const sale = { venueId, memberId, offerId };
  const swim = await till.post<Made>('/v1/redemptions', sale);
  const undo = { reason: 'goodwill' };
  await till.post(`/v1/transactions/${swim.body.transactionId}/reversals`, undo);
  const hold = async () => (await till.post<{ holdId: string }>('/v1/holds', sale)).body.holdId;
  const [one, two] = [await hold(), await hold()];
  await hold();
  await till.post(`/v1/holds/${one}/capture`, { credits: '0.25' });
  await till.post(`/v1/holds/${two}/cancellation`, {});
  await till.post(`/v1/offers/${offerId}/withdrawal`, {});
}

/** Settles the till, with a rate, after the day has ended. */
async function monthEnd(admin: Client, venueId: string, clock: TestClock): Promise<void> {
  clock.forward(DAY_MS);
  await admin.post(`/v1/venues/${venueId}/reimbursement`, { poundsPerCredit: '3.25' });
  await admin.post('/v1/settlements', { venueId, to: TODAY });
}

type Registered = { organisationId: string; venueId: string; accessId: string };

/** What becomes of members, venues, organisations and accesses, and a refund after all of it. */
async function rearrange(world: World, [one, two]: [string, string], loose: string): Promise<void> {
  const { admin, group, partner } = world;
  const { coordinator } = group;
  const sale = { venueId: partner.venue, memberId: one, credits: '1' };
  const redeemed = await partner.till.post<Made>('/v1/redemptions', sale);
  const twice = async (url: string) => {
    await admin.post(`${url}/suspension`, {});
    await admin.post(`${url}/reinstatement`, {});
  };
  await twice(`/v1/members/${one}`);
  await admin.post(`/v1/members/${one}/merge`, { into: loose });
  const list = { organisationId: group.id, occurredOn: TODAY, activity: 'kitchen' };
  await coordinator.post('/v1/issues', { ...list, entries: [{ memberId: one, minutes: 50 }] });
  const other = await admin.post<Registered>('/v1/organisations', {
    name: 'Rochester Bakers',
    roles: ['earn', 'spend'],
  });
  const { organisationId } = other.body;
  const gone = `/v1/organisations/${organisationId}`;
  await admin.post(`/v1/members/${loose}/closure`, { restTo: `wallet:${two}` });
  await admin.post(`/v1/members/${two}/closure`, { restTo: `pot:${organisationId}` });
  await admin.post('/v1/allocations', { organisationId, fund: FUND, credits: '5' });
  const venue = await admin.post<Registered>('/v1/venues', { organisationId, name: 'Bakery' });
  const access = { role: 'partner', organisationId, label: 'counter' };
  const { accessId } = (await admin.post<Registered>('/v1/access', access)).body;
  await twice(`/v1/venues/${venue.body.venueId}`);
  await admin.post(`/v1/venues/${venue.body.venueId}/name`, { name: 'The Bakery' });
  await twice(`/v1/access/${accessId}`);
  await admin.post(`/v1/access/${accessId}/name`, { label: 'front' });
  await twice(gone);
  await admin.post(`${gone}/name`, { name: 'Rochester Baking' });
  await admin.post(`${gone}/closure`, { potTo: 'lapsed' });
  const { transactionId } = redeemed.body;
  await partner.till.post(`/v1/transactions/${transactionId}/reversals`, { reason: 'goodwill' });
  await undo(world, [gone, `/v1/members/${two}`]);
}

/** What was closed is opened again, and two who were merged are two again. */
async function undo({ admin, enrol }: World, closed: readonly string[]): Promise<void> {
  for (const url of closed) await admin.post(`${url}/reopening`, { reason: 'unauthorised' });
  const [from, into] = [await enrol(60), await enrol(90)];
  await admin.post(`/v1/members/${from}/merge`, { into });
  await admin.post(`/v1/members/${from}/separation`, { reason: 'mistake' });
}

/** The lines of that stream. */
export async function busyLines(): Promise<readonly string[]> {
  const journal = memoryJournal();
  await busyWorld(journal);
  return journal.lines;
}
