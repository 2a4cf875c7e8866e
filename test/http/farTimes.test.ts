import t, { type Test } from 'tap';
import { FUND, smallWorld, type World } from '../support/world.ts';

/* Years, days and times at the ends of what can be written, wherever a request takes one. */

const YEARS = ['0000', '0001', '1969', '1970', '2149', '9998', '9999', '10000', '99999', '-001'];
const DAYS = [
  ...YEARS.flatMap((year) => [`${year}-01-01`, `${year}-12-31`]),
  ...['2026-02-29', '2024-02-29', '2026-00-10', '2026-13-01', '2026-06-31', '+010000-01-01', ''],
];
const TIMES = [
  ...DAYS.flatMap((day) => [`${day}T00:00:00Z`, `${day}T23:59:59.999Z`]),
  ...DAYS.flatMap((day) => [`${day}T00:00:00+23:59`, `${day}T23:59:59-23:59`]),
  ...['2016-12-31T23:59:60Z', '2026-06-10T24:00:00Z', '2026-06-10T09:00:00.1234Z'],
];
const MONTHS = DAYS.map((day) => day.slice(0, -3));

async function answersAll(t: Test, asked: Promise<readonly [string, number]>[]) {
  const answers = await Promise.all(asked);
  t.ok(answers.filter(([, status]) => status < 300).length > 5, 'some of them are taken');
  const failed = answers.filter(([, status]) => status >= 500);
  t.same(failed, [], `all ${asked.length} are answered, and none by a fault`);
}

async function read({ admin }: World, path: string) {
  return [path, (await admin.get(path)).status] as const;
}

async function write({ admin }: World, path: string, body: object) {
  return [JSON.stringify(body), (await admin.post(path, body)).status] as const;
}

t.test('reads', async (t) => {
  const world = await smallWorld();
  const { venue } = world.partner;
  const group = world.group.id;
  const account = `till:${venue}`;
  const at = encodeURIComponent;
  await answersAll(
    t,
    [
      ...YEARS.flatMap((year) => [`/v1/funds?year=${year}`, `/v1/funds/${FUND}?year=${year}`]),
      ...MONTHS.flatMap((month) => [
        `/v1/venues/${venue}/statements/${month}`,
        `/v1/organisations/${group}/statements/${month}`,
      ]),
      ...DAYS.flatMap((day) => [
        `/v1/accounts/${account}?occurredBy=${at(day)}`,
        `/v1/transactions?venueId=${venue}&from=${at(day)}`,
        `/v1/transactions?venueId=${venue}&to=${at(day)}`,
        `/v1/organisations/${group}/issuing?from=${at(day)}&to=9999-12-31`,
        `/v1/organisations/${group}/issuing?from=0000-01-01&to=${at(day)}`,
      ]),
      ...TIMES.map((time) => `/v1/accounts/${account}?recordedBy=${at(time)}`),
    ].map((path) => read(world, path)),
  );
});

t.test('writes', async (t) => {
  const world = await smallWorld();
  const { admin } = world;
  const { venue: venueId } = world.partner;
  const organisationId = world.group.id;
  const memberId = await world.enrol(120);
  const entries = [{ memberId, minutes: 60 }];
  const sale = { venueId, memberId, credits: '0.01' };
  const offer = {
    ...{ venueId, title: 'Swim', restrictions: 'None.', largestParty: 4 },
    ...{ adultCredits: '1', under16Credits: '1' },
  };
  await answersAll(t, [
    ...DAYS.flatMap((day) => [
      write(world, '/v1/issues', { organisationId, occurredOn: day, activity: 'a', entries }),
      write(world, '/v1/access', { role: 'auditor', label: 'a', expiresOn: day }),
      write(world, '/v1/settlements', { venueId, to: day }),
      write(world, '/v1/allocations', {
        ...{ organisationId, credits: '1' },
        ...{ fund: `f${day.replaceAll('+', '')}`, firstDay: '0000-01-01', lastDay: day },
      }),
      write(world, '/v1/offers', { ...offer, validFrom: day }),
      write(world, '/v1/offers', { ...offer, validTo: day, exceptDates: [day] }),
    ]),
    ...TIMES.flatMap((time) => [
      write(world, '/v1/redemptions', { ...sale, occurredAt: time }),
      write(world, '/v1/holds', { ...sale, visitAt: time }),
      write(world, '/v1/holds', { ...sale, expiresAt: time }),
      write(world, '/v1/holds', { ...sale, visitAt: time, expiresAt: time }),
    ]),
  ]);
  const { body } = await admin.get<{ sumOfBalances: string }>('/v1/ledger');
  t.equal(body.sumOfBalances, '0', 'and the books are whole');
  t.equal((await admin.get(`/v1/funds/${FUND}?year=9999`)).status, 200);
});

t.test('the last year that can be written', async (t) => {
  const { admin } = await smallWorld();
  const { body } = await admin.get(`/v1/funds/${FUND}?year=9999`);
  t.match(body, { year: 9999, from: '9999-04-01', to: '9999-12-31' }, 'ends with its last day');
});
