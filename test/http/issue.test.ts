import t from 'tap';
import { addDays, DAY_MS } from '../../schemas/time.ts';
import { ADMIN_KEY, TODAY } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Issued = {
  readonly issueId?: string;
  readonly entries: readonly { readonly transactionId: string; readonly balance: string }[];
};

t.test('a preview of a list', async (t) => {
  const { enrol, group, service } = await smallWorld();
  const [ann, ben] = [await enrol(), await enrol()];
  const list = {
    organisationId: group.id,
    occurredOn: TODAY,
    activity: 'planting',
    entries: [
      { memberId: ann, minutes: 150 },
      { memberId: ben, minutes: 0 },
    ],
  };
  const before = service.sequencer.ledger.revision;
  const preview = await group.coordinator.post('/v1/issues?preview=true', list, null);
  const lines = [{ memberId: ann, minutes: 150, credits: '2', carriedMinutes: 30, balance: '2' }];
  const expected = { preview: true, fund: FUND, minutes: 150, credits: '2', absences: 1 };
  t.same(preview.body, { ...expected, reversed: [], entries: lines }, 'shows what it would make');
  t.equal(service.sequencer.ledger.revision, before, 'writes nothing');
  const issued = await group.coordinator.post<Issued>('/v1/issues', list);
  t.match(
    issued.body,
    { ...expected, preview: undefined, entries: lines },
    'and then it makes that',
  );
  const again = await group.coordinator.post<Problem>('/v1/issues?preview=true', list, null);
  isProblem(t, again, { status: 422, code: 'entries_refused' }, 'and shows what is wrong');
  t.match(again.body.errors, [{ pointer: '#/entries/0', code: 'duplicate_entry' }], 'line by line');
});

t.test('a list with faults', async (t) => {
  const { enrol, group, service } = await smallWorld();
  const ann = await enrol();
  const nobody = 'mem_0000000000000000';
  const entries = [
    { memberId: ann, minutes: 60 },
    { memberId: nobody, minutes: 60 },
    { memberId: ann, minutes: 30 },
    { memberId: await enrol(), minutes: 1441 },
  ];
  const list = { organisationId: group.id, occurredOn: TODAY, activity: 'a', entries };
  const before = service.sequencer.ledger.revision;
  const answer = await group.coordinator.post<Problem>('/v1/issues', list);
  isProblem(t, answer, { status: 422, code: 'entries_refused' }, 'is refused as a whole');
  const expected = [
    { pointer: '#/entries/1/memberId', code: 'member_not_found' },
    { pointer: '#/entries/2/memberId', code: 'member_twice' },
    { pointer: '#/entries/3/minutes', code: 'too_many_minutes' },
  ];
  t.match(answer.body.errors, expected, 'and every fault is named');
  t.equal(answer.body.errors?.length, 3, 'and no other line');
  t.equal(service.sequencer.ledger.revision, before, 'and nothing is issued');
});

t.test('issuing by fund and day', async (t) => {
  const { app, admin, enrol, group, clock } = await smallWorld();
  const { coordinator } = group;
  const memberId = await enrol();
  const lottery = { organisationId: group.id, fund: 'lottery', credits: '20' };
  await admin.post('/v1/allocations', lottery);
  const list = (activity: string, minutes: number, more = {}) =>
    coordinator.post<Issued>('/v1/issues', {
      organisationId: group.id,
      occurredOn: TODAY,
      activity,
      entries: [{ memberId, minutes, ...more }],
    });
  const first = await list('planting', 120);
  await list('watering', 90, { give: 'pot' });
  await list('talking', 45, { give: 'none' });
  clock.forward(DAY_MS);
  const [line] = first.body.entries;
  const reversal = { minutes: 60, reason: 'mistake' };
  await coordinator.post(`/v1/transactions/${line!.transactionId}/reversals`, reversal);

  const url = (from: string, to: string) =>
    `/v1/organisations/${group.id}/issuing?from=${from}&to=${to}`;
  const tomorrow = addDays(TODAY, 1);
  const today = (await coordinator.get<{ funds: object[] }>(url(TODAY, TODAY))).body.funds;
  const nothing = { minutesWithdrawn: 0, creditsTakenBack: '0', creditsWrittenOff: '0' };
  const none = { fund: '', entries: 1, minutes: 45, credits: '0', absences: 0, ...nothing };
  t.match(today[0], none, 'shows hours without credits apart');
  t.match(today[1], { entries: 2, minutes: 210, credits: '3', ...nothing }, 'what was issued');
  const late = (await coordinator.get<{ funds: object[] }>(url(tomorrow, tomorrow))).body.funds;
  const taken = { entries: 0, minutes: 0, minutesWithdrawn: 60, creditsTakenBack: '1' };
  t.match(late, [taken], 'and what was taken back, on the day that was recorded');
  const both = (await admin.get<{ funds: object[] }>(url(TODAY, tomorrow))).body.funds;
  t.match(both[1], { minutes: 210, minutesWithdrawn: 60, credits: '3', creditsTakenBack: '1' });

  const csv = await app.inject({
    url: url(TODAY, TODAY),
    headers: { authorization: `Bearer ${ADMIN_KEY}`, accept: 'text/csv' },
  });
  t.match(csv.headers['content-type'], /^text\/csv/, 'also as CSV');
  const rows = csv.body.trimEnd().split('\n');
  const columns = Object.keys(today[1]!);
  t.same(rows[0]?.split(','), columns, 'with a head line');
  t.same(rows[2]?.split(','), Object.values(today[1]!).map(String), 'and the same figures');
  const accept = { accept: 'text/csv' };
  const empty = await coordinator.get(url('2026-01-01', '2026-01-01'), accept);
  t.equal(empty.body, `${columns.join(',')}\n`, 'and a head line alone where nothing was issued');
});
