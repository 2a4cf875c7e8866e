import t, { type Test } from 'tap';
import { ADMIN_KEY, Client, testApp, testClock, TODAY } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';
import { watchedJournal } from './instance.ts';

/**
 * Two instances that write one ledger. Whatever the second writes, the first learns of only when
 * its own next append finds the stream further on than it expected.
 */
async function twoInstances(t: Test) {
  const lines: string[] = [];
  const clock = testClock();
  const journal = watchedJournal(lines);
  const first = await smallWorld({ journal, clock });
  const memberId = await first.enrol(120);
  const partner = await first.admin.post<{ accessId: string; key: string }>('/v1/access', {
    role: 'partner',
    organisationId: first.partner.id,
    label: 'second-till',
  });
  const second = await testApp({ journal: watchedJournal(lines), clock, seed: 2 });
  t.teardown(() => Promise.all([first.app.close(), second.app.close()]));
  journal.forget();
  const { accessId, key } = partner.body;
  const sale = { venueId: first.partner.venue, memberId, credits: '1' };
  return {
    first,
    second,
    journal,
    lines,
    clock,
    memberId,
    accessId,
    sale,
    here: new Client(first.app, key),
    there: new Client(second.app, key),
    adminThere: new Client(second.app, ADMIN_KEY),
  };
}

t.test('two instances that write in turn', async (t) => {
  const { here, there, sale, lines } = await twoInstances(t);
  const before = lines.length;
  t.match(await there.post('/v1/redemptions', sale), { status: 201, body: { balance: '1' } });
  const answer = await here.post('/v1/redemptions', sale);
  t.match(answer, { status: 201, body: { balance: '0' } }, 'count on from one another');
  t.equal(lines.length, before + 2, 'and each sale is in the stream once');
});

t.test('credits that were spent at another instance', async (t) => {
  const { here, there, sale, lines } = await twoInstances(t);
  await there.post('/v1/redemptions', { ...sale, credits: '2' });
  const end = lines.length;
  t.match(
    await here.post('/v1/redemptions', sale),
    { status: 422, body: { code: 'insufficient_credits', facts: { available: '0' } } },
    'are not spent again here',
  );
  t.equal(lines.length, end, 'and nothing is written');
});

t.test('a refusal on what is out of date', async (t) => {
  const { first, here, adminThere, sale, memberId, journal } = await twoInstances(t);
  await adminThere.post('/v1/issues', {
    organisationId: first.group.id,
    fund: FUND,
    occurredOn: TODAY,
    activity: 'elsewhere',
    entries: [{ memberId, minutes: 180 }],
  });
  const answer = await here.post('/v1/redemptions', { ...sale, credits: '5' });
  t.match(answer, { status: 201, body: { balance: '0' } }, 'is decided again, and is none');
  t.equal(journal.asked[0]?.lines.length, 0, 'because the journal was asked before it was given');
});

t.test('an access that was revoked at another instance', async (t) => {
  const { here, adminThere, accessId, sale, lines } = await twoInstances(t);
  await adminThere.post(`/v1/access/${accessId}/revocation`, {});
  const end = lines.length;
  t.match(
    await here.post('/v1/redemptions', sale),
    { status: 401, body: { code: 'unauthenticated' } },
    'is authorised again here, and writes nothing more',
  );
  t.equal(lines.length, end);
});

t.test('a key that was used at another instance', async (t) => {
  const { here, there, sale, lines } = await twoInstances(t);
  const there1 = await there.post('/v1/redemptions', sale, 'sale-1');
  const end = lines.length;
  const again = await here.post('/v1/redemptions', sale, 'sale-1');
  t.same(again.body, there1.body, 'is answered here as it was there');
  t.equal(again.headers['idempotent-replayed'], 'true', 'as a replay');
  t.equal(lines.length, end, 'and nothing is written');
  const clash = await here.post('/v1/redemptions', { ...sale, credits: '2' }, 'sale-1');
  t.match(clash, { status: 422, body: { code: 'key_reused' } }, 'and is no other sale here');
});

t.test('a key that was voided at another instance', async (t) => {
  const { here, there, sale } = await twoInstances(t);
  await there.post('/v1/voids', { key: 'sale-1' });
  const late = await here.post('/v1/redemptions', sale, 'sale-1');
  t.match(late, { status: 409, body: { code: 'voided' } }, 'refuses a late arrival here');
});

t.test('a whole batch that was overtaken', async (t) => {
  const { here, there, sale, memberId, lines, first } = await twoInstances(t);
  await there.post('/v1/redemptions', sale);
  const half = { ...sale, credits: '0.5' };
  const answers = await Promise.all([1, 2, 3].map(() => here.post('/v1/redemptions', half)));
  const balances = answers.map(({ status, body }) => (status === 201 ? body.balance : status));
  t.same(balances, ['0.5', '0', 422], 'is decided again in its order, on what is left');
  const wallet = await first.admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '0', revision: lines.length - 1 });
});

t.test('an append whose answer was lost and that another overtook', async (t) => {
  const { here, there, sale, journal, lines } = await twoInstances(t);
  const before = lines.length;
  journal.answer = async () => {
    journal.answer = undefined;
    await there.post('/v1/redemptions', sale, 'theirs');
    return { outcome: 'unknown', why: 'a test asked for it' };
  };
  const answer = await here.post('/v1/redemptions', sale, 'ours');
  t.match(answer, { status: 201, body: { balance: '0' } }, 'is decided again after it');
  t.equal(lines.length, before + 2, 'and both are in the stream once');
});

t.test('a refusal on what is out of date, whose confirmation was lost', async (t) => {
  const { first, here, adminThere, sale, memberId, journal } = await twoInstances(t);
  await adminThere.post('/v1/issues', {
    organisationId: first.group.id,
    fund: FUND,
    occurredOn: TODAY,
    activity: 'elsewhere',
    entries: [{ memberId, minutes: 180 }],
  });
  journal.faults.push({ kind: 'unknown_not_written' });
  const answer = await here.post('/v1/redemptions', { ...sale, credits: '5' });
  t.match(answer, { status: 201, body: { balance: '0' } }, 'is decided again, and is none');
});

t.test('an instance that is overtaken every time', async (t) => {
  const { here, sale, journal, lines } = await twoInstances(t);
  const before = lines.length;
  journal.answer = async () => ({ outcome: 'conflict' });
  t.match(
    await here.post('/v1/redemptions', sale),
    { status: 503, body: { code: 'busy', retryable: true } },
    'gives up at last',
  );
  t.equal(lines.length, before, 'with nothing written');
});

t.test('an instance whose clock is behind the last event', async (t) => {
  const { here, sale, lines, clock, first } = await twoInstances(t);
  const { recordedAt: last } = JSON.parse(lines.at(-1)!) as { recordedAt: string };
  const end = lines.length;
  clock.now_ms = Date.parse(last) - 5001;
  t.match(
    await here.post('/v1/redemptions', sale),
    { status: 503, body: { code: 'not_writing', detail: /clock is 5 s behind the last event/ } },
    'by more than five seconds takes no writes, and says so',
  );
  t.match(first.service.sequencer.trouble, /clock/, 'is not ready');
  t.equal(lines.length, end, 'and writes nothing');

  clock.now_ms = Date.parse(last) - 5000;
  t.equal((await here.post('/v1/redemptions', sale)).status, 201, 'by five seconds takes them');
  const { recordedAt } = JSON.parse(lines.at(-1)!) as { recordedAt: string };
  t.equal(recordedAt, last, 'at the time of the event before, which never falls');
});
