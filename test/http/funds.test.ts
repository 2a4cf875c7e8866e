import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { filled, nameOf, routesOf } from '../support/routes.ts';
import { ADMIN_KEY, Client, TODAY } from '../support/service.ts';
import { FUND, smallWorld, type World } from '../support/world.ts';
import { neighbours } from './neighbours.ts';
import { isProblem, type Problem } from './problem.ts';

/* The commissioner's year: what became of a fund, and that its counts of people tell of nobody. */

type Figures = Readonly<Record<string, unknown>>;
type Report = {
  readonly organisations: readonly Figures[];
  readonly total: Figures;
  readonly years: readonly number[];
} & Figures;
type List = { readonly items: readonly Figures[]; readonly next?: number } & Figures;

const NOTE = /^fewer than 8 people, .*; not shown$/;

async function keyOf({ admin, app }: World, role: string, organisationId?: string) {
  const access = { role, organisationId, label: role };
  return new Client(app, (await admin.post<{ key: string }>('/v1/access', access)).body.key);
}

/** Another earn group with a part of a fund; it can credit so many new members. */
async function groupOf(world: World, name: string, fund: string, more: object = {}) {
  const body = { name, roles: ['earn'] };
  const made = await world.admin.post<{ organisationId: string }>('/v1/organisations', body);
  const { organisationId } = made.body;
  await world.admin.post('/v1/allocations', { organisationId, fund, credits: '100', ...more });
  const coordinator = await keyOf(world, 'coordinator', organisationId);
  const issue = async (people: number, occurredOn = TODAY) => {
    const entries = [];
    for (let count = 0; count < people; count += 1) {
      const { body } = await coordinator.post<{ memberId: string }>('/v1/members', {});
      entries.push({ memberId: body.memberId, minutes: 90 });
    }
    const list = { organisationId, occurredOn, activity: 'visiting', fund, entries };
    type Issued = { entries?: { transactionId: string }[] };
    const { body } = await coordinator.post<Issued>('/v1/issues', list);
    return (body.entries ?? []).map(({ transactionId }) => transactionId);
  };
  return { organisationId, coordinator, issue };
}

t.test('a fund', async (t) => {
  const world = await smallWorld();
  const { admin, clock, app } = world;
  const days = { firstDay: '2026-04-01', lastDay: '2027-03-31' };
  const visits = await groupOf(world, '=Visits', 'health', days);
  await groupOf(world, 'Walkers', 'health');
  const { organisationId } = visits;
  const [first] = await visits.issue(9);
  await admin.post(`/v1/transactions/${first}/reversals`, { reason: 'mistake' });
  const pot = { from: `allocation:${organisationId}:health`, to: `pot:${organisationId}` };
  const transfer = { entries: [{ ...pot, credits: '5' }], reason: 'trip' };
  await visits.coordinator.post('/v1/transfers', transfer);
  const back = { organisationId, fund: 'health', credits: '10' };
  await admin.post('/v1/allocations/returns', back);
  const commissioner = await keyOf(world, 'commissioner');

  const { body } = await commissioner.get<Report>('/v1/funds/health');
  const visited = {
    ...{ opening: '0', allocated: '100', issued: '9', issuedForEarlierYears: '0' },
    ...{ issuedAfterLastDay: '0', corrected: '1', writtenOff: '0', toPot: '5', returned: '10' },
    ...{ left: '77', minutes: 810, minutesWithdrawn: 90, members: 8 },
  };
  const walked = { allocated: '100', issued: '0', left: '100', minutes: 0, members: 0 };
  t.same(
    body.organisations[0],
    { organisationId, name: '=Visits', ...days, ...visited },
    'tells what became of it at each organisation',
  );
  t.match(body.organisations[1], { name: 'Walkers', ...walked }, 'in the order they had it');
  t.same(body.total, { ...visited, allocated: '200', left: '177' }, 'and of all together');
  t.match(body, { fund: 'health', years: [2026] }, 'in which years');
  t.equal(body.year, undefined, 'over its whole life');
  t.equal(body.revision, world.service.sequencer.ledger.revision, 'and as at which revision');
  const account = await admin.get(`/v1/accounts/allocation:${organisationId}:health`);
  t.match(account.body, { balance: '77' }, 'what is left is the balance of the allocation');

  clock.forward(Date.parse('2027-04-05T10:00:00Z') - clock.now_ms);
  await visits.issue(9, '2027-03-31');
  const year = async (of: number) =>
    (await commissioner.get<Report>(`/v1/funds/health?year=${of}`)).body;
  const over = await year(2026);
  t.match(over, { year: 2026, from: '2026-04-01', to: '2027-03-31' }, 'a year has its days');
  t.same(over.organisations, body.organisations, 'and once it is over stays as it was');
  const next = { opening: '77', issued: '9', issuedForEarlierYears: '9', issuedAfterLastDay: '9' };
  const late = (await year(2027)).organisations[0];
  t.match(late, { ...next, allocated: '0', left: '68' }, 'while what comes late is in the next');
  t.match((await year(2025)).organisations, [], 'and there is none before it began');

  const csv = await app.inject({
    url: '/v1/funds/health?year=2026',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, accept: 'text/csv' },
  });
  t.match(csv.headers['content-type'], /^text\/csv/, 'also as CSV');
  const rows = csv.body.trimEnd().split('\n');
  const [visitors] = over.organisations;
  const [head = [], line = []] = rows.map((row) => row.split(','));
  const its = { from: '2026-04-01', to: '2027-03-31' };
  const figures = { fund: 'health', ...its, ...visitors, name: "'=Visits", note: '' };
  t.same(
    Object.fromEntries(head.map((name, index) => [name, line[index]])),
    Object.fromEntries(
      Object.entries(figures).map(([name, value]: [string, unknown]) => [name, String(value)]),
    ),
    'with a head line, the days of the year and the same figures, formulas escaped',
  );
  t.equal(rows.length, 4, 'and the total last');
  t.match(rows[3], /^health,2026-04-01,2027-03-31,,Total,,,0,200,9,/);
  const life = await admin.get('/v1/funds', { accept: 'text/csv' });
  t.match(life.body, /^fund,from,to,[^]*\nhealth,,,2,/, 'or none over its whole life');
});

t.test('the people of a fund', async (t) => {
  const world = await smallWorld();
  const counts = [3, 12, 9];
  const names = ['Few', 'Many', 'Enough'];
  const groups = [];
  for (const [index, name] of names.entries()) {
    const group = await groupOf(world, name, 'lottery');
    await group.issue(counts[index]!);
    groups.push(group);
  }
  const commissioner = await keyOf(world, 'commissioner');
  for (const query of ['', '?year=2026']) {
    const { body } = await commissioner.get<Report>(`/v1/funds/lottery${query}`);
    const members = body.organisations.map((one) => one['members']);
    t.same(members, [null, null, 9], `are hidden where few, and another with them (${query})`);
    const notes = body.organisations.map((one) => NOTE.test(String(one['note'])));
    t.same(notes, [true, true, false], 'with a note that says so, the same at both');
    t.equal(body.total['members'], 24, 'while the total is shown');
    const list = (await commissioner.get<List>(`/v1/funds${query}`)).body;
    t.match(list.items[1], { fund: 'lottery', members: 24 }, 'and is that of the list');
    for (const reader of [world.admin, await keyOf(world, 'auditor')]) {
      const same = (await reader.get<Report>(`/v1/funds/lottery${query}`)).body;
      t.same(same.organisations, body.organisations, 'whoever asks');
    }
    const own = (await groups[1]!.coordinator.get<Report>(`/v1/funds/lottery${query}`)).body;
    t.same(own.organisations, [body.organisations[1]], 'also where a group sees its own part');
  }
  await groupOf(world, 'Alone', 'small').then(({ issue }) => issue(7));
  const small = (await commissioner.get<Report>('/v1/funds/small')).body;
  const hours = { minutes: null, minutesWithdrawn: null, issued: null, corrected: null };
  const rest = { left: null, returned: null };
  const total = { ...hours, ...rest, members: null, note: NOTE };
  t.match(small.total, total, 'a small total is hidden, with what would tell their hours');
  t.match(small.total, { opening: '0', allocated: '100', toPot: '0' }, 'and nothing else');
  const csv = await world.app.inject({
    url: '/v1/funds',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, accept: 'text/csv' },
  });
  const row = csv.body.split('\n').find((line) => line.startsWith('small,'));
  t.match(row, /^small,,,1,0,100,,,,,,0,,,,,,"fewer than 8 people/, 'and its cells are empty');
});

t.test('a coordinator', async (t) => {
  const world = await smallWorld();
  const own = await groupOf(world, 'Own', 'shared');
  await own.issue(8);
  const other = await groupOf(world, 'Other', 'shared');
  await other.issue(20);
  await groupOf(world, 'Third', 'theirs');
  const { body } = await own.coordinator.get<Report>('/v1/funds/shared');
  t.match(body.organisations, [{ name: 'Own', issued: '8', members: 8 }], 'sees the own part');
  t.equal(body.organisations.length, 1, 'and no other');
  t.match(body.total, { issued: '8', left: '92', members: 8 }, 'also in the total');
  const list = (await own.coordinator.get<List>('/v1/funds')).body;
  t.match(list.items, [{ fund: 'shared', organisations: 1, issued: '8' }], 'and in the list');
  t.equal(list.items.length, 1, 'which has no fund of others');
  await world.admin.post('/v1/allocations', {
    ...{ organisationId: own.organisationId, fund: 'new', credits: '1' },
  });
  const first = (await own.coordinator.get<List>('/v1/funds?limit=1')).body;
  await world.admin.post('/v1/allocations', {
    ...{ organisationId: own.organisationId, fund: FUND, credits: '1' },
  });
  const rest = (await own.coordinator.get<List>(`/v1/funds?after=${first.next}`)).body;
  const paged = [...first.items, ...rest.items].map(({ fund }) => fund);
  t.same(paged, ['shared', 'new', FUND], 'which goes on with an older fund that comes to it');
  const foreign = await own.coordinator.get<Problem>('/v1/funds/theirs');
  isProblem(t, foreign, { status: 404, code: 'fund_not_found' }, 'what is not theirs is not there');
  const late = (await own.coordinator.get<Report>('/v1/funds/shared?year=2025')).body;
  t.match(late, { organisations: [], total: { left: '0', members: 0 } }, 'nor was before it began');
});

t.test('the list of funds', async (t) => {
  const world = await smallWorld();
  for (const fund of ['b', 'a', 'lottery/2026']) await groupOf(world, `Of ${fund}`, fund);
  const commissioner = await keyOf(world, 'commissioner');
  const all = (await commissioner.get<List>('/v1/funds?year=2026')).body;
  const names = all.items.map(({ fund }) => fund);
  t.same(names, [FUND, 'b', 'a', 'lottery/2026'], 'is in the order they began');
  t.match(all, { year: 2026, from: '2026-04-01', to: '2027-03-31' }, 'names the days of the year');
  const first = (await commissioner.get<List>('/v1/funds?year=2026&limit=3')).body;
  const rest = await commissioner.get<List>(`/v1/funds?year=2026&after=${first.next}`);
  t.same([...first.items, ...rest.body.items], all.items, 'comes in pages');
  const one = await commissioner.get<Report>('/v1/funds/lottery%2F2026?year=2026');
  const { fund: _, organisations: _one, ...figures } = all.items.at(-1)!;
  t.same(one.body.total, figures, 'and has the totals of each');
});

t.test('the key of a commissioner', async (t) => {
  const world = await neighbours();
  const { commissioner } = world.clients;
  const opened: string[] = [];
  for (const route of await routesOf(world.service)) {
    if (route.policy === 'public') continue;
    const url = filled(route.url, 'x');
    const { status } = await (route.method === 'GET'
      ? commissioner.get(url)
      : commissioner.post(url, {}));
    if (status !== 403) opened.push(nameOf(route));
  }
  const expected = ['GET /v1/funds', 'GET /v1/funds/:fund', 'GET /v1/ledger', 'GET /v1/me'];
  t.same(opened.toSorted(), expected, 'opens the funds, and what every key opens, and no more');
});

t.test('a fund after its last day', async (t) => {
  const world = await smallWorld();
  const last = { lastDay: TODAY };
  const group = await groupOf(world, 'Ended', 'ended', last);
  world.clock.forward(31 * DAY_MS);
  t.equal((await group.issue(1)).length, 1, 'takes hours of that day');
  const { organisationId } = group;
  const more = { organisationId, fund: 'ended', credits: '1' };
  t.equal((await world.admin.post('/v1/allocations', more)).status, 201, 'and credits for them');
  world.clock.forward(DAY_MS);
  t.equal((await group.issue(1)).length, 0, 'until the limit of the rules');
  const refused = await world.admin.post<Problem>('/v1/allocations', more);
  isProblem(t, refused, { status: 422, code: 'fund_ended' }, 'and no more credits then');
  const { body } = await world.admin.get(`/v1/accounts/allocation:${organisationId}:ended`);
  t.match(body, { balance: '0' }, 'for the rest is returned');
});
