import t from 'tap';
import type {
  HoldId,
  MemberId,
  OrganisationId,
  TransactionId,
  VenueId,
} from '../../schemas/ids.ts';
import { Client, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Made = {
  organisationId: OrganisationId;
  venueId: VenueId;
  memberId: MemberId;
  key: string;
  holdId: HoldId;
  transactionId: TransactionId;
  entries: { transactionId: TransactionId }[];
};

/** A hub that both earns and spends, with one key of each role. */
async function hub() {
  const world = await smallWorld();
  const { admin, app, partner } = world;
  const { organisationId } = (
    await admin.post<Made>('/v1/organisations', { name: 'Hub', roles: ['earn', 'spend'] })
  ).body;
  const client = async (role: 'coordinator' | 'partner') => {
    const { body } = await admin.post<Made>('/v1/access', { role, organisationId, label: role });
    return new Client(app, body.key);
  };
  const [coordinator, till] = [await client('coordinator'), await client('partner')];
  await admin.post('/v1/allocations', { organisationId, fund: 'own', credits: '50' });
  const { memberId } = (await coordinator.post<Made>('/v1/members', {})).body;
  const list = {
    ...{ organisationId, occurredOn: TODAY, activity: 'cooking' },
    entries: [{ memberId, minutes: 300 }],
  };
  const issued = await coordinator.post<Made>('/v1/issues', list, 'issue-1');
  const pooled = { from: `wallet:${memberId}`, to: `pot:${organisationId}`, credits: '2' };
  const donation = { entries: [pooled], reason: 'donation', agreed: 'in_person' };
  await coordinator.post('/v1/transfers', donation);
  const { venueId } = (await till.post<Made>('/v1/venues', { organisationId, name: 'Hall' })).body;
  const sale = { venueId, memberId, credits: '1' };
  const sold = await till.post<Made>('/v1/redemptions', sale, 'sale-1');
  const trip = { venueId: partner.venue, potOf: organisationId, credits: '2' };
  const booked = await coordinator.post<Made>('/v1/holds', trip, 'trip-1');
  return {
    ...{ ...world, organisationId, coordinator, till, memberId, venueId, sale, list, trip },
    issue: issued.body.entries[0]!.transactionId,
    redemption: sold.body.transactionId,
    booking: booked.body.holdId,
  };
}

t.test('the till of an organisation that also earns', async (t) => {
  const { till, booking, coordinator, issue, organisationId, list, sale } = await hub();
  for (const key of ['trip-1', 'issue-1', 'not-used-yet']) {
    const asked = await till.get<Problem>(`/v1/idempotency-keys/${key}`);
    isProblem(t, asked, { status: 404, code: 'key_not_found' }, `learns nothing of ${key}`);
    const spent = await till.post('/v1/voids', { key });
    t.match(spent, { status: 200, body: { outcome: 'key_spent' } }, 'and voids a key of its own');
  }
  const open = await coordinator.get(`/v1/holds/${booking}`);
  t.match(open.body, { state: 'open' }, 'so the booking of the pot stands');
  const late = { ...list, activity: 'late' };
  const issued = await coordinator.post('/v1/issues', late, 'not-used-yet');
  t.equal(issued.status, 201, 'and a key of the coordinator serves that was not used yet');
  const sold = await till.post('/v1/redemptions', sale, 'issue-2');
  t.equal(sold.status, 201, 'as does one of the till');
  const cancel = await till.post<Problem>(`/v1/holds/${booking}/cancellation`, {});
  isProblem(t, cancel, { status: 404, code: 'hold_not_found' }, 'cancels no booking of the pot');
  const reversal = { reason: 'mistake' };
  const undone = await till.post<Problem>(`/v1/transactions/${issue}/reversals`, reversal);
  isProblem(t, undone, { status: 404, code: 'transaction_not_found' }, 'takes back no issue');
  for (const url of [
    ...[`/v1/holds/${booking}`, `/v1/transactions/${issue}`],
    ...[`/v1/transactions/${issue}/receipt`, `/v1/accounts/pot:${organisationId}`],
    ...[`/v1/accounts/allocation:${organisationId}:own`, '/v1/idempotency-keys/trip-2'],
  ]) {
    t.equal((await till.get(url)).status, 404, `reads nothing of the coordinator’s: ${url}`);
  }
  t.same((await till.get<{ items: [] }>('/v1/holds')).body.items, [], 'nor lists its bookings');
  const month = await till.get<Problem>(`/v1/organisations/${organisationId}/statements/2026-05`);
  isProblem(t, month, { status: 403, code: 'forbidden' }, 'nor reads its month');
});

t.test('the coordinator of an organisation that also spends', async (t) => {
  const { till, coordinator, redemption, venueId, organisationId, memberId } = await hub();
  const booking = { venueId, memberId, credits: '1' };
  const { holdId } = (await till.post<Made>('/v1/holds', booking)).body;
  const cancel = await coordinator.post<Problem>(`/v1/holds/${holdId}/cancellation`, {});
  isProblem(t, cancel, { status: 404, code: 'hold_not_found' }, 'cancels no booking of the till');
  const refund = { reason: 'goodwill' };
  const url = `/v1/transactions/${redemption}/reversals`;
  const refunded = await coordinator.post<Problem>(url, refund);
  isProblem(t, refunded, { status: 404, code: 'transaction_not_found' }, 'refunds no sale');
  t.equal((await coordinator.get(`/v1/accounts/till:${venueId}`)).status, 404, 'reads no till');
  t.equal((await coordinator.get(`/v1/holds/${holdId}`)).status, 404, 'nor booking there');
  t.equal((await coordinator.get('/v1/idempotency-keys/sale-1')).status, 404, 'nor key');
  const own = await coordinator.get(`/v1/accounts/pot:${organisationId}`);
  t.match(own, { status: 200, body: { balance: '2', held: '2' } }, 'but the own pot');
  const seen = await coordinator.get(`/v1/transactions/${redemption}`);
  t.equal(seen.status, 200, 'and what a member of the own group has spent');
  const key = await till.get('/v1/idempotency-keys/sale-1');
  t.match(key, { status: 200, body: { outcome: 'recorded' } }, 'while the till finds its own keys');
});
