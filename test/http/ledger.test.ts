import t from 'tap';
import { FORMAT } from '../../schemas/events/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { olderJournal } from '../support/older.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Rules = { readonly rules: Readonly<Record<string, unknown>>; readonly revision: number };
t.test('/v1/ledger', async (t) => {
  const { admin, enrol, partner } = await smallWorld();
  const memberId = await enrol(120);
  await partner.till.post('/v1/redemptions', { venueId: partner.venue, memberId, credits: '1' });
  const { body } = await partner.till.get('/v1/ledger');
  const { revision } = (await admin.get<{ revision: number }>('/v1/me')).body;
  const expected = { network: 'medway', revision, accounts: 4, transactions: 3 };
  t.same(body, { ...expected, sumOfBalances: '0' }, 'sums to zero, for anyone with a key');
});

t.test('/v1/rules', async (t) => {
  const { admin } = await smallWorld();
  const before = (await admin.get<Rules>('/v1/rules')).body;
  t.match(
    before,
    { network: 'medway', timeZone: 'Europe/London', format: FORMAT },
    'are read as facts',
  );
  const change = { creditStep: '0.5', memberDayMinutes: 600 };
  const changed = await admin.post<Rules>('/v1/rules', change, 'change');
  t.equal(changed.status, 200, 'can be changed');
  t.same(changed.body.rules, { ...before.rules, ...change }, 'one by one; the others stay');
  t.match((await admin.get<Rules>('/v1/rules')).body, changed.body, 'from now on');
  const same = await admin.post<Problem>('/v1/rules', change);
  isProblem(t, same, { status: 409, code: 'rules_unchanged' }, 'and not into what they are');
  await admin.post('/v1/rules', { creditStep: '1' });
  const replay = await admin.post<Rules>('/v1/rules', change, 'change');
  t.same(replay.body, changed.body, 'and a replay answers what was answered then');
});

t.test('/v1/format', async (t) => {
  const { admin } = await smallWorld({ journal: await olderJournal(1) });
  await admin.post('/v1/rules', { creditStep: '0.5' }, 'rules');
  const rules = await admin.post<Rules>('/v1/rules', { creditStep: '0.25' }, 'change');
  const raised = await admin.post('/v1/format', { format: 2 }, 'raise');
  t.match(raised, { status: 200, body: { network: 'medway', format: 2 } }, 'raises the format');
  t.match((await admin.get('/v1/rules')).body, { format: 2 }, 'from now on');
  await admin.post('/v1/rules', { creditStep: '1' });
  const again = await admin.post('/v1/format', { format: 2 }, 'raise');
  t.same(again.body, raised.body, 'sent again is answered as before, whatever the rules are now');
  const replay = await admin.post<Rules>('/v1/rules', { creditStep: '0.25' }, 'change');
  t.same(replay.body, rules.body, 'nor does an older answer of the rules change with it');
});

t.test('health', async (t) => {
  const journal = memoryJournal();
  const { app, admin, clock } = await smallWorld({ journal });
  const ready = async () => {
    const { statusCode, body } = await app.inject({ url: '/readyz' });
    return [statusCode, JSON.parse(body) as unknown];
  };
  t.same(await ready(), [200, { ok: true }], 'is well at first');
  journal.faults.push({ kind: 'unavailable' });
  const refused = await admin.post<Problem>('/v1/members', {});
  isProblem(t, refused, { status: 503, code: 'not_writing' }, 'a write that fails says so');
  t.equal(refused.headers['retry-after'], '1', 'and when to try again');
  t.match(
    await ready(),
    [503, { ok: false, why: /a test asked for it/ }],
    'and the next knows why',
  );
  const live = await app.inject({ url: '/livez' });
  t.equal(live.statusCode, 200, 'while the process lives');
  t.equal((await admin.get('/v1/members')).status, 200, 'and answers what is read');
  t.equal((await admin.post('/v1/members', {})).status, 201, 'until a write succeeds');
  t.same(await ready(), [200, { ok: true }], 'and all is well');
  clock.forward(-60_000);
  const behind = { ok: false, why: /clock is 60 s behind/ };
  t.match(await ready(), [503, behind], 'a clock that fell behind is not');
});

t.test('opening balances', async (t) => {
  const { admin, enrol, group } = await smallWorld();
  const memberId = await enrol();
  const entries = [
    { account: `wallet:${memberId}`, credits: '3.5' },
    { account: `pot:${group.id}`, credits: '10' },
  ];
  const made = await admin.post('/v1/opening-balances', { entries });
  const lines = entries.map((entry) => ({ ...entry, balance: entry.credits }));
  t.match(made, { status: 201, body: { entries: lines } }, 'are brought forward');
  const programme = await admin.get('/v1/accounts/programme');
  t.match(programme.body, { balance: '-1013.5' }, 'from the programme');
  const till = { entries: [{ account: 'programme', credits: '1' }] };
  const refused = await admin.post<Problem>('/v1/opening-balances', till);
  isProblem(t, refused, { status: 422, code: 'account_closed_to' }, 'and not into it');
});
