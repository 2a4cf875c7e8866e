import t from 'tap';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Held = { readonly holdId: string; readonly revision: number };
type Captured = { readonly transactionId: string };
type Page = { readonly items: readonly Held[] };

const DAY_MS = 24 * 3_600_000;
const idsOf = ({ body }: { body: Page }) => body.items.map(({ holdId }) => holdId);

/** A member with ten credits, a pot with twenty, and a booking of four at the venue. */
async function booking() {
  const world = await smallWorld();
  const { admin, group, partner } = world;
  const memberId = await world.enrol(600);
  const entries = [{ account: `pot:${group.id}`, credits: '20' }];
  await admin.post('/v1/opening-balances', { entries });
  const ask = { venueId: partner.venue, memberId, credits: '4', reference: 'trip-1' };
  const held = await partner.till.post<Held>('/v1/holds', ask, 'hold-1');
  const { holdId } = held.body;
  const account = async (name = `wallet:${memberId}`) =>
    (await admin.get(`/v1/accounts/${name}`)).body;
  return { ...world, ...partner, memberId, ask, held, holdId, account, url: `/v1/holds/${holdId}` };
}

t.test('a booking', async (t) => {
  const { till, ask, held, holdId, memberId, url, account } = await booking();
  const expiresAt = '2026-06-10T23:00:00.000Z';
  const answer = { status: 201, body: { memberId, credits: '4', expiresAt, balance: '10' } };
  t.match(held, answer, 'is answered with what it holds and until when');
  const again = await till.post<Held>('/v1/holds', ask, 'hold-1');
  t.same(again.body, held.body, 'sent again, is answered the same');
  t.match(await account(), { balance: '10', held: '4', available: '6' }, 'and holds once');
  const { revision } = held.body;
  t.same(
    (await till.get(url)).body,
    {
      ...{ holdId, revision, state: 'open', memberId, credits: '4', venueId: ask.venueId },
      ...{ reference: 'trip-1', visitOn: '2026-06-10', expiresAt },
    },
    'can be read',
  );
  const clash = await till.post<Problem>('/v1/holds', { ...ask, credits: '5' }, 'hold-1');
  isProblem(t, clash, { status: 422, code: 'key_reused' }, 'is not another under its key');
  t.match(clash.body.detail, /differs: credits/, 'and the difference is named');
});

t.test('the capture of a booking', async (t) => {
  const { till, url, memberId, account, admin, venue } = await booking();
  const captured = await till.post<Captured>(`${url}/capture`, { credits: '3' }, 'capture-1');
  t.match(
    captured,
    { status: 201, body: { memberId, credits: '3', released: '1', balance: '7' } },
    'of a part is answered with the rest',
  );
  t.match(await account(), { balance: '7', held: '0', available: '7' }, 'which is free again');
  t.match(await account(`till:${venue}`), { balance: '3' }, 'and the venue has its part');
  const { transactionId } = captured.body;
  const state = { state: 'captured', credits: '4', captured: { transactionId, credits: '3' } };
  t.match((await till.get(url)).body, state, 'is shown with the booking');
  const transaction = await admin.get(`/v1/transactions/${transactionId}`);
  t.match(transaction, { status: 200, body: { credits: '3' } }, 'is a transaction of its own');
  const again = await till.post(`${url}/capture`, { credits: '3' }, 'capture-1');
  t.same(again.body, captured.body, 'sent again, is answered the same');
  const twice = await till.post<Problem>(`${url}/capture`, {});
  isProblem(t, twice, { status: 409, code: 'hold_captured' }, 'and happens once');
  await till.post(`/v1/transactions/${transactionId}/reversals`, { reason: 'goodwill' });
  t.match(await account(), { balance: '10', held: '0' }, 'and may be refunded');
});

t.test('a booking that is over', async (t) => {
  const { till, url, account, clock, ask, service } = await booking();
  const cancelled = await till.post(`${url}/cancellation`, {});
  t.match(cancelled, { status: 200, body: { released: '4' } }, 'is cancelled');
  t.match((await till.get(url)).body, { state: 'cancelled' }, 'and shown so');
  t.match(await account(), { held: '0', available: '10' }, 'and holds nothing');
  const late = await till.post<Problem>(`${url}/capture`, {});
  isProblem(t, late, { status: 409, code: 'hold_cancelled' }, 'and is not captured');
  const { body } = await till.post<Held>('/v1/holds', ask);
  clock.forward(DAY_MS);
  const other = await till.post<Problem>(`/v1/holds/${body.holdId}/capture`, {});
  isProblem(t, other, { status: 409, code: 'hold_expired' }, 'or has expired');
  t.match((await till.get(`/v1/holds/${body.holdId}`)).body, { state: 'expired' }, 'and says so');
  t.equal(service.projections.holds.heldOf(`wallet:${ask.memberId}`), 0);
});

t.test('voiding the key of a booking', async (t) => {
  const { till, url, ask, account } = await booking();
  const voided = await till.post('/v1/voids', { key: 'hold-1' });
  t.match(voided, { status: 200, body: { outcome: 'cancelled' } }, 'cancels it');
  t.match(await account(), { held: '0' }, 'and what it held is free');
  const twice = await till.post('/v1/voids', { key: 'hold-1' });
  t.match(twice, { status: 200, body: { outcome: 'cancelled' } }, 'once: repeated, it is inert');
  t.match((await till.get(url)).body, { state: 'cancelled' });
  const second = await till.post<Held>('/v1/holds', ask, 'hold-2');
  await till.post(`/v1/holds/${second.body.holdId}/capture`, {}, 'capture-2');
  const late = await till.post<Problem>('/v1/voids', { key: 'hold-2' });
  isProblem(t, late, { status: 409, code: 'hold_captured' }, 'does not speak of one captured');
  const undone = await till.post('/v1/voids', { key: 'capture-2' });
  t.match(undone, { status: 200, body: { outcome: 'reversed' } }, 'which its own key gives back');
  t.match(await account(), { balance: '10', held: '0', available: '10' });
});

t.test('a trip of several members and a pot', async (t) => {
  const { till, ask, holdId, group, enrol, url, account, admin, venue } = await booking();
  const other = await enrol(300);
  const second = await till.post<Held>('/v1/holds', { ...ask, memberId: other });
  const fromPot = { venueId: venue, potOf: group.id, credits: '12', reference: 'trip-1' };
  const trip = await group.coordinator.post<Held>('/v1/holds', fromPot);
  t.match(trip, { status: 201, body: { potOf: group.id, credits: '12', balance: '20' } });
  await till.post('/v1/holds', { ...ask, reference: 'another' });
  const ids = [holdId, second.body.holdId, trip.body.holdId];
  const listed = await till.get<Page>('/v1/holds?reference=trip-1');
  t.same(idsOf(listed), ids, 'is one list at the venue, by its reference');
  const own = await group.coordinator.get<Page>('/v1/holds');
  t.same(idsOf(own), [trip.body.holdId], 'of which the group sees its pot’s');
  const hidden = await group.coordinator.get<Problem>(url);
  isProblem(t, hidden, { status: 404, code: 'hold_not_found' }, 'and nothing of its members');
  const first = await till.get<Page>('/v1/holds?reference=trip-1&limit=2');
  t.same(idsOf(first), ids.slice(0, 2), 'comes in pages');
  const next = /<(.*)>; rel="next"/.exec(String(first.headers['link']))?.[1] ?? '';
  t.same(idsOf(await till.get<Page>(next)), ids.slice(2), 'that say where the next one is');
  for (const id of ids) await till.post(`/v1/holds/${id}/capture`, {});
  t.match(await account(`till:${venue}`), { balance: '20' }, 'is captured by the venue');
  t.match(await account(`pot:${group.id}`), { balance: '8', held: '0' }, 'also from the pot');
  t.same(idsOf(await admin.get<Page>('/v1/holds?reference=trip-1')), [], 'and then is over');
});

t.test('an account as it was', async (t) => {
  const { admin, memberId, held } = await booking();
  const then = await admin.get(`/v1/accounts/wallet:${memberId}?atRevision=${held.body.revision}`);
  t.same(
    then.body,
    { account: `wallet:${memberId}`, balance: '10', revision: held.body.revision },
    'says nothing of what was held',
  );
});
