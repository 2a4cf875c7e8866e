import t from 'tap';
import { smallWorld } from '../support/world.ts';
import { testClock } from '../support/service.ts';

/* How a partner finds its sales again: by venue, day of recording and reference. */

type Item = Readonly<Record<string, unknown>> & { readonly transactionId: string };
type Page = { readonly items: readonly Item[]; readonly next?: number };

t.test('the transactions of a venue', async (t) => {
  const { enrol, partner, admin } = await smallWorld();
  const memberId = await enrol(600);
  const { till, venue } = partner;
  const redeem = async (reference: string, credits = '1') => {
    const sale = { venueId: venue, memberId, credits, reference, terminal: 'desk-1' };
    const { body } = await till.post<{ transactionId: string }>('/v1/redemptions', sale);
    return body.transactionId;
  };
  const ids = [];
  for (const reference of ['r/1', 'r/2', 'r/2', 'r/3']) ids.push(await redeem(reference));
  const other = await till.post<{ venueId: string }>('/v1/venues', {
    organisationId: partner.id,
    name: 'Annexe',
  });
  const reversal = { credits: '0.5', reason: 'not_provided' };
  await till.post(`/v1/transactions/${ids[0]}/reversals`, reversal);
  const list = async (query: string) =>
    (await till.get<Page>(`/v1/transactions?venueId=${venue}${query}`)).body;

  const all = await list('');
  const types = ['TransactionReversed', ...ids.map(() => 'CreditsRedeemed')];
  t.same(
    all.items.map(({ type }) => type),
    types,
    'come newest first, with what was given back',
  );
  const found = await list('&reference=r/2');
  const expected = [ids[2], ids[1]];
  t.same(
    found.items.map(({ transactionId }) => transactionId),
    expected,
    'by reference',
  );
  const first = await list('&limit=2');
  const rest = await list(`&limit=3&after=${first.next}`);
  t.same([...first.items, ...rest.items], all.items, 'pages joined are the whole');
  const refunded = all.items.at(-1)!;
  t.match(refunded, {
    credits: '1',
    reference: 'r/1',
    terminal: 'desk-1',
    debit: `wallet:${memberId}`,
    credit: `till:${venue}`,
    reversals: [{ credits: '0.5', reason: 'not_provided' }],
  });
  const one = await till.get<Item>(`/v1/transactions/${ids[0]}`);
  t.same(one.body, refunded, 'and one alone reads as in the list, with its reversals');
  const seen = await admin.get<Page>(`/v1/transactions?venueId=${venue}`);
  t.same(seen.body, all, 'and the lead partner sees the same');
  const empty = await till.get<Page>(`/v1/transactions?venueId=${other.body.venueId}`);
  t.same(empty.body.items, [], 'and another venue has its own');
});

t.test('the days of a venue’s transactions', async (t) => {
  const clock = testClock();
  // In the night to the 25th clocks in London go back, so that this day has 25 hours.
  clock.now_ms = Date.parse('2026-10-24T12:00:00Z');
  const { admin, enrol, partner } = await smallWorld({ clock });
  const memberId = await enrol();
  const opening = { entries: [{ account: `wallet:${memberId}`, credits: '10' }] };
  await admin.post('/v1/opening-balances', opening);
  const { till, venue } = partner;
  const times = ['24T22:59:59.999Z', '24T23:00:00.000Z', '25T23:59:59.999Z', '26T00:00:00.000Z'];
  for (const [index, time] of times.entries()) {
    clock.now_ms = Date.parse(`2026-10-${time}`);
    const sale = { venueId: venue, memberId, credits: '1', reference: `sale-${index}` };
    await till.post('/v1/redemptions', sale);
  }
  const sales = async (from?: string, to?: string) => {
    const days = `${from ? `&from=${from}` : ''}${to ? `&to=${to}` : ''}`;
    const { body } = await till.get<Page>(`/v1/transactions?venueId=${venue}${days}`);
    return body.items.map(({ reference }) => reference).toReversed();
  };
  const [day24, day25, day26] = ['2026-10-24', '2026-10-25', '2026-10-26'];
  t.same(await sales(day24, day24), ['sale-0'], 'end at midnight of summer time');
  t.same(await sales(day25, day25), ['sale-1', 'sale-2'], 'last 25 hours when clocks go back');
  t.same(await sales(day26, day26), ['sale-3'], 'and begin at midnight of winter time');
  t.same(await sales(day25), ['sale-1', 'sale-2', 'sale-3'], 'go on to the end without a last');
  t.same(await sales(undefined, day25), ['sale-0', 'sale-1', 'sale-2'], 'or from the beginning');
  t.same(await sales(day24, '9999-12-31'), await sales(day24), 'up to the last day there is');
  t.same(await sales('0001-01-01', day24), ['sale-0'], 'and from the first');
});

/** Days in London, with their first and last instant in UTC. */
const DAYS = [
  ['as clocks go forward', '2026-03-29', '2026-03-29T00:00:00.000Z', '2026-03-29T22:59:59.999Z'],
  ['as clocks go back', '2026-10-25', '2026-10-24T23:00:00.000Z', '2026-10-25T23:59:59.999Z'],
  ['as the year ends', '2026-12-31', '2026-12-31T00:00:00.000Z', '2026-12-31T23:59:59.999Z'],
] as const;

t.test('a till reconciles its day by reference', async (t) => {
  for (const [when, day, first, last] of DAYS) {
    const clock = testClock();
    clock.now_ms = Date.parse(first) - 3_600_000;
    const { admin, enrol, partner } = await smallWorld({ clock });
    const memberId = await enrol();
    const opening = { entries: [{ account: `wallet:${memberId}`, credits: '10' }] };
    await admin.post('/v1/opening-balances', opening);
    for (const at of [Date.parse(first) - 1, first, last, Date.parse(last) + 1]) {
      clock.now_ms = new Date(at).getTime();
      const sale = { venueId: partner.venue, memberId, credits: '1', reference: `${day}/a` };
      await partner.till.post('/v1/redemptions', sale);
    }
    const url = `/v1/transactions?venueId=${partner.venue}&from=${day}&to=${day}`;
    const { body } = await partner.till.get<Page>(`${url}&reference=${day}/a`);
    const times = body.items.map(({ recordedAt }) => recordedAt);
    t.same(times, [last, first], `${when}: from its first instant to its last`);
    const page = await partner.till.get<Page>(`${url}&reference=${day}/a&limit=1`);
    const rest = await partner.till.get<Page>(`${url}&limit=1&after=${page.body.next}`);
    t.same([...page.body.items, ...rest.body.items], body.items, `${when}: in pages, too`);
  }
});

t.test('a sale that was recorded for yesterday', async (t) => {
  const { enrol, partner, clock } = await smallWorld();
  const memberId = await enrol(120);
  clock.forward(24 * 60 * 60_000);
  const occurredAt = '2026-06-10T17:30:00+01:00';
  const sale = { venueId: partner.venue, memberId, credits: '1', occurredAt };
  await partner.till.post('/v1/redemptions', sale);
  const on = async (day: string) => {
    const url = `/v1/transactions?venueId=${partner.venue}&from=${day}&to=${day}`;
    return (await partner.till.get<Page>(url)).body.items;
  };
  t.same(await on('2026-06-10'), [], 'is not put into a day that was closed');
  const [found] = await on('2026-06-11');
  const times = { occurredOn: '2026-06-10', occurredAt, recordedAt: '2026-06-11T09:00:00.000Z' };
  t.match(found, times, 'but into the day of recording, and says when it was');
});
