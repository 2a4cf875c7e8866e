import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { Client, testClock, TODAY } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

/* A month of a venue or an earn group, as it stood when it ended and stands for ever. */

type Line = Readonly<Record<string, unknown>> & { readonly number: number };
type Statement = {
  readonly number: number;
  readonly accounts: readonly object[];
  readonly totals: readonly object[];
  readonly lines: readonly Line[];
};
type Made = { readonly transactionId: string };
const CSV = { accept: 'text/csv' };

t.test('a month of a venue', async (t) => {
  const { admin, enrol, partner, clock } = await smallWorld();
  const memberId = await enrol(600);
  const { till, venue: venueId } = partner;
  const url = `/v1/venues/${venueId}/statements/2026-06`;
  const words = { reference: '-till-1/0001', terminal: 'desk', party: { adults: 2, under16s: 1 } };
  const sale = { venueId, memberId, credits: '2', ...words };
  const sold = await till.post<Made>('/v1/redemptions', sale);
  const { transactionId } = sold.body;
  clock.forward(DAY_MS);
  await admin.post('/v1/settlements', { venueId, to: TODAY });
  const refund = { reason: 'goodwill', credits: '0.5' };
  await till.post(`/v1/transactions/${transactionId}/reversals`, refund);
  const early = await till.get<Problem>(url);
  isProblem(t, early, { status: 404, code: 'period_not_ended' }, 'is not there while it lasts');

  clock.now_ms = Date.parse('2026-07-01T10:00:00Z');
  await till.post('/v1/redemptions', { venueId, memberId, credits: '1' });
  const { status, body } = await till.get<Statement>(url);
  t.equal(status, 200, 'is there when it has ended');
  const account = `till:${venueId}`;
  t.match(body, { holder: venueId, period: '2026-06', from: '2026-06-01', to: '2026-06-30' });
  t.match(body, { network: 'medway', number: 1, revision: Number });
  t.same(body.accounts, [{ account, opening: '0', closing: '-0.5' }], 'says what was there');
  const totals = [
    { account, kind: 'redemption', entries: 1, credits: '2' },
    { account, kind: 'refund', entries: 1, credits: '-0.5' },
    { account, kind: 'settlement', entries: 1, credits: '-2' },
  ];
  t.same(body.totals, totals, 'says what each kind came to');
  const lines = [
    { number: 1, kind: 'redemption', account, credits: '2', balance: '2', ...words, transactionId },
    { number: 2, kind: 'settlement', account, credits: '-2', balance: '0' },
    { number: 3, kind: 'refund', credits: '-0.5', balance: '-0.5', reverses: transactionId },
  ];
  t.match(body.lines, lines, 'and every entry');
  t.equal(body.lines.length, 3, 'and none of another month');

  const next = `/v1/venues/${venueId}/statements/2026-07`;
  clock.now_ms = Date.parse('2026-08-01T10:00:00Z');
  const july = await till.get<Statement>(next);
  t.match(july.body.accounts, [{ opening: '-0.5', closing: '0.5' }], 'is gone on from');
  t.equal(july.body.number, 2, 'with the next number');
  t.same((await admin.get<Statement>(url)).body, body, 'and stays as it was');

  const csv = await till.get<string>(url, CSV);
  t.match(csv.headers['content-type'], 'text/csv');
  const rows = csv.body.trimEnd().split('\n');
  const head = 'number,revision,transactionId,recordedAt,occurredOn,kind,account,credits,balance';
  t.equal(rows[0], `${head},reference,terminal,adults,under16s,reverses`, 'comes as CSV, too');
  const closing = `,,,,2026-06-30,closing balance,${account},,-0.5,,,,,`;
  t.same([rows.length, rows.at(-1)], [6, closing], 'with both balances');
  t.match(rows[2], /,2,2,'-till-1\/0001,desk,2,1,$/, 'in which formulas are escaped');
  t.match(rows[3], /,settlement,till:ven_\w+,-2,0,,,,,$/, 'and negative amounts are numbers');
});

t.test('a month of another network', async (t) => {
  const { admin, enrol, partner, clock } = await smallWorld();
  const memberId = await enrol(120);
  const limits = { theyOweAtMost: '20', weOweAtMost: '20' };
  await admin.post('/v1/networks', { network: 'cardiff', ...limits });
  const visit = { occurredOn: TODAY, credits: '1' };
  const visits = [
    { direction: 'here', venueId: partner.venue, ...visit, reference: 'theirs-1' },
    { direction: 'away', memberId, ...visit, credits: '2', reference: 'theirs-2' },
  ];
  t.equal((await admin.post('/v1/visits', { network: 'cardiff', visits })).status, 201);
  clock.now_ms = Date.parse('2026-07-01T10:00:00Z');
  const url = '/v1/networks/cardiff/statements/2026-06';
  const { body } = await admin.get<Statement>(url);
  const account = 'clearing:cardiff';
  t.same(body.accounts, [{ account, opening: '0', closing: '1' }], 'says what is owed');
  const lines = [
    { kind: 'visit', credits: '-1', balance: '-1', reference: 'theirs-1' },
    { kind: 'visit', credits: '2', balance: '1', reference: 'theirs-2' },
  ];
  t.match(body.lines, lines, 'by the references of the other side');
  const unknown = await admin.get<Problem>('/v1/networks/leeds/statements/2026-06');
  isProblem(t, unknown, { status: 404, code: 'network_not_found' }, 'of which nobody has heard');
});

t.test('a month of an earn group', async (t) => {
  const { admin, enrol, group, clock } = await smallWorld();
  const { coordinator, id } = group;
  const memberId = await enrol(120);
  const shared = { entries: [{ from: `allocation:${id}:${FUND}`, to: `pot:${id}`, credits: '3' }] };
  await coordinator.post('/v1/transfers', { ...shared, reason: 'trip' });
  const list = { organisationId: id, occurredOn: TODAY, activity: 'potting' };
  const entries = [{ memberId, minutes: 60 }];
  const issued = await coordinator.post<{ entries: [Made] }>('/v1/issues', { ...list, entries });
  const { transactionId } = issued.body.entries[0];
  await coordinator.post(`/v1/transactions/${transactionId}/reversals`, { reason: 'mistake' });
  await admin.post('/v1/allocations/returns', { organisationId: id, fund: FUND, credits: '7' });
  clock.now_ms = Date.parse('2026-07-01T10:00:00Z');
  const later = { organisationId: id, fund: 'another', credits: '5' };
  await admin.post('/v1/allocations', later);
  const url = `/v1/organisations/${id}/statements/2026-06`;
  const { body } = await coordinator.get<Statement>(url);
  const [pot, allocation] = [`pot:${id}`, `allocation:${id}:${FUND}`];
  const accounts = [
    { account: pot, opening: '0', closing: '3' },
    { account: allocation, opening: '0', closing: '988' },
  ];
  t.same(body.accounts, accounts, 'covers its pot and the allocations that it had');
  const kinds = body.lines.map(({ kind, account, credits }) => [kind, account, credits]);
  const expected = [
    ['allocation', allocation, '1000'],
    ['issue', allocation, '-2'],
    ['transfer', allocation, '-3'],
    ['transfer', pot, '3'],
    ['issue', allocation, '-1'],
    ['correction', allocation, '1'],
    ['return', allocation, '-7'],
  ];
  t.same(kinds, expected, 'line by line, what goes out before what comes in');
  const numbers = body.lines.map(({ number }) => number);
  t.same(numbers, [1, 2, 3, 4, 5, 6, 7], 'which are numbered');
});

t.test('who reads a statement', async (t) => {
  const { admin, group, partner, clock, app } = await smallWorld();
  clock.now_ms = Date.parse('2026-07-02T10:00:00Z');
  const key = await admin.post<{ key: string }>('/v1/access', { role: 'auditor', label: 'a' });
  const auditor = new Client(app, key.body.key);
  const venue = `/v1/venues/${partner.venue}/statements/2026-06`;
  const organisation = `/v1/organisations/${group.id}/statements/2026-06`;
  const status = async (client: Client, url: string) => (await client.get(url)).status;
  t.equal(await status(partner.till, venue), 200, "a venue's own partner");
  t.equal(await status(group.coordinator, organisation), 200, "a group's own coordinator");
  for (const url of [venue, organisation]) {
    t.equal(await status(admin, url), 200, 'the lead partner');
    t.equal(await status(auditor, url), 200, 'the auditor');
  }
  t.equal(await status(partner.till, organisation), 404, 'nobody else');
  const own = await partner.till.get<Problem>(`/v1/organisations/${partner.id}/statements/2026-06`);
  isProblem(t, own, { status: 422, code: 'not_an_earn_group' }, 'and partners by venue');
});

t.test('a month that has no statement', async (t) => {
  const { admin, partner, clock } = await smallWorld();
  clock.now_ms = Date.parse('2026-08-15T10:00:00Z');
  const { venueId } = (
    await partner.till.post<{ venueId: string }>('/v1/venues', {
      organisationId: partner.id,
      name: 'Annexe',
    })
  ).body;
  clock.now_ms = Date.parse('2026-09-15T10:00:00Z');
  const read = (period: string, venue = venueId) =>
    admin.get<Problem & Statement>(`/v1/venues/${venue}/statements/${period}`);
  const before = await read('2026-07');
  isProblem(t, before, { status: 404, code: 'period_before_ledger' }, 'is one before the venue');
  t.match(before.body.detail, /2026-08/, 'which is told the first');
  t.match(await read('2026-08'), { status: 200, body: { number: 1, lines: [] } });
  t.match(await read('2026-08', partner.venue), { body: { number: 3 } }, 'by its own number');
  for (const period of ['2026-09', '2026-10', '9999-12']) {
    isProblem(t, await read(period), { status: 404, code: 'period_not_ended' }, `or ${period}`);
  }
  const none = await read('0000-01');
  isProblem(t, none, { status: 404, code: 'period_before_ledger' }, 'or before all time');
  for (const period of ['2026-13', '2026', '2026-8', '2026-08-01', 'june']) {
    const pointers = ['#/period'];
    const expected = { status: 400, code: 'invalid_request', pointers } as const;
    isProblem(t, await read(period), expected, `or ${period}`);
  }
});

/** Ends of months in London: the last instant, and the first of the next month, in UTC. */
const ENDS = [
  ['2026-03', '2026-03-31T22:59:59.999Z', '2026-03-31T23:00:00.000Z'],
  ['2026-10', '2026-10-31T23:59:59.999Z', '2026-11-01T00:00:00.000Z'],
  ['2026-12', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
  ['2028-02', '2028-02-29T23:59:59.999Z', '2028-03-01T00:00:00.000Z'],
] as const;

t.test('the end of a month is that of the network', async (t) => {
  for (const [period, last, next] of ENDS) {
    const clock = testClock();
    clock.now_ms = Date.parse(last) - DAY_MS;
    const { admin, enrol, partner } = await smallWorld({ clock });
    const memberId = await enrol();
    const opening = { entries: [{ account: `wallet:${memberId}`, credits: '10' }] };
    await admin.post('/v1/opening-balances', opening);
    const url = `/v1/venues/${partner.venue}/statements/${period}`;
    const sell = (reference: string, occurredAt?: string) =>
      partner.till.post('/v1/redemptions', {
        ...{ venueId: partner.venue, memberId, credits: '1', reference, occurredAt },
      });
    clock.now_ms = Date.parse(last);
    await sell('last');
    t.equal((await admin.get(url)).status, 404, `${period} lasts to its last instant`);
    clock.now_ms = Date.parse(next);
    t.equal((await admin.get(url)).status, 404, 'and a moment longer, for what is on its way');
    await sell('late', last);
    const { body } = await admin.get<Statement>(url);
    const references = body.lines.map(({ reference }) => reference);
    t.same(references, ['last'], 'until something is recorded after it, which is not on it');
  }
});

t.test('a month after which nothing happens', async (t) => {
  const { admin, partner, clock } = await smallWorld();
  const url = `/v1/venues/${partner.venue}/statements/2026-06`;
  const end_ms = Date.parse('2026-06-30T23:00:00Z');
  clock.now_ms = end_ms + 9_999;
  t.equal((await admin.get(url)).status, 404, 'is waited for, should an append be on its way');
  clock.now_ms = end_ms + 10_000;
  t.equal((await admin.get(url)).status, 200, 'for some seconds');
});
