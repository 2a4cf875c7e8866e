import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { ADMIN_KEY, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { CommandLine } from './support.ts';

/* The lead partner closes a month: settles every till, and hands out the statements. */

const JULY_MS = Date.parse('2026-07-01T09:00:00.000Z');

/** A small world with two more venues: one with a reimbursement, and one where nobody came. */
async function monthWorld() {
  const world = await smallWorld();
  const { admin, partner } = world;
  const newVenue = async (name: string) => {
    const venue = { organisationId: partner.id, name };
    return (await admin.post<{ venueId: string }>('/v1/venues', venue)).body.venueId;
  };
  const cinema = await newVenue('Chatham Cinema');
  const quiet = await newVenue('Quiet Museum');
  await admin.post(`/v1/venues/${partner.venue}/reimbursement`, { poundsPerCredit: '3.35' });
  const memberId = await world.enrol(600);
  const sell = async (venueId: string, credits: string, reference: string) => {
    const sale = { venueId, memberId, credits, reference };
    return (await partner.till.post<{ transactionId: string }>('/v1/redemptions', sale)).body;
  };
  const cli = new CommandLine(world.app, ADMIN_KEY);
  return { ...world, cinema, quiet, memberId, sell, cli };
}

t.test('given tills at the end of a day', async (t) => {
  const { admin, cli, clock, partner, cinema, quiet, sell } = await monthWorld();
  const { transactionId } = await sell(partner.venue, '2.5', 'a');
  await sell(cinema, '3', 'b');

  await t.test('when a day that has not ended is settled', async (t) => {
    const { status, progress } = await cli.run('settle', '--to', TODAY);
    t.equal(status, 1, 'then it is refused');
    t.match(progress, /^2026-06-10 has not ended: it is 2026-06-10 here\./, 'with the reason');
    t.same(cli.waits, [], 'at once: a day does not end in a moment');
    const settlements = cli.sent.filter(({ url }) => url === '/v1/settlements');
    t.equal(settlements.length, 1, 'and only the first till is tried');
  });

  clock.forward(DAY_MS);
  const settled = { venueId: partner.venue, credits: '2.5', rate: '3.35', pounds: '8.38' };
  await t.test('when every till is settled', async (t) => {
    const { status, body } = await cli.json('settle', '--to', TODAY);
    t.equal(status, 0);
    t.match(body, {
      ...{ settled: 2, settledBefore: 0, nothing: 1, refused: 0, credits: '5.5', pounds: '8.38' },
      venues: [
        { ...settled, outcome: 'settled', name: 'Strood Leisure Centre', number: 1 },
        { venueId: cinema, outcome: 'settled', credits: '3' },
        { venueId: quiet, outcome: 'nothing' },
      ],
    });
  });

  await t.test('when they are settled again', async (t) => {
    const { status, output } = await cli.run('settle', '--to', TODAY);
    t.equal(status, 0);
    t.match(output, /^Up to the end of 2026-06-10: 0 settled, 2 settled before, 1 with nothing/);
    t.match(output, / settled before +1 +2\.5 +3\.35 +8\.38 +txn_/, 'it shows what was settled');
    t.match(output, /5\.5 credits cleared in all; 8\.38 pounds of reimbursement, as information/);
    const till = await admin.get(`/v1/accounts/till:${partner.venue}`);
    t.match(till.body, { balance: '0' }, 'and nothing is settled twice');
  });

  await t.test('when credits were given back since', async (t) => {
    await partner.till.post(`/v1/transactions/${transactionId}/reversals`, { reason: 'goodwill' });
    clock.forward(DAY_MS);
    const { body } = await cli.json('settle', '--to', '2026-06-11', '--venue', partner.venue);
    const negative = { outcome: 'settled', number: 2, credits: '-2.5', pounds: '-8.38' };
    t.match(body, { credits: '-2.5', venues: [negative] }, 'the next settlement is negative');
  });

  await t.test('when a key that may not is used', async (t) => {
    const access = { role: 'auditor', label: 'audit' };
    const { body } = await admin.post<{ key: string }>('/v1/access', access);
    cli.environment = { TIMECREDITS_KEY: body.key };
    const refused = await cli.run('settle', '--to', TODAY);
    t.match(refused, { status: 1, progress: /takes admin/ }, 'it is refused as a whole');
  });
});

t.test('given a till that is refused', async (t) => {
  const { app, admin, cli, clock, cinema, partner, quiet } = await monthWorld();
  const balances = [cinema, quiet].map((venue) => ({ account: `till:${venue}`, credits: '1' }));
  const most = { account: `till:${partner.venue}`, credits: '1000000' };
  await admin.post('/v1/opening-balances', { entries: [most, ...balances] });
  await admin.post('/v1/opening-balances', { entries: [{ ...most, credits: '1' }] });
  clock.forward(DAY_MS);
  const { status, output } = await cli.run('settle', '--to', TODAY);
  t.equal(status, 1, 'the exit status says so');
  t.match(output, /: 2 settled, 0 settled before, 0 with nothing to settle, 1 refused/);
  t.match(output, /Strood Leisure Centre \(ven_\w+\) was refused: Up to the end of .*1000001/);
  t.match(output, /2 credits cleared in all\n/, 'and the others are settled all the same');

  await t.test('when the service goes away in the middle', async (t) => {
    const again = new CommandLine(app, ADMIN_KEY);
    again.faults.push('none', 'none', 'none', ...Array<'unreachable'>(4).fill('unreachable'));
    const stopped = await again.json('settle', '--to', TODAY);
    t.match(stopped, {
      status: 3,
      body: { error: { code: 'unreachable' }, stoppedAt: quiet, settledBefore: 1, refused: 1 },
    });
  });

  await t.test('when somebody at a terminal says no', async (t) => {
    let asked = '';
    cli.confirm = async (question) => {
      asked = question;
      return false;
    };
    const answer = await cli.run('settle', '--to', TODAY);
    t.match(answer, { status: 1, progress: 'Nothing was settled.\n' });
    t.equal(asked, 'Settle 3 tills up to the end of 2026-06-10?');
  });
});

t.test('the statement of a month', async (t) => {
  const { admin, cli, clock, partner, cinema, quiet, group, memberId, sell } = await monthWorld();
  await sell(cinema, '3', 'b');
  const { transactionId } = await sell(partner.venue, '1', 'a');
  await partner.till.post(`/v1/transactions/${transactionId}/reversals`, { reason: 'mistake' });
  const network = { network: 'cardiff', theyOweAtMost: '20', weOweAtMost: '5' };
  await admin.post('/v1/networks', network);
  const visit = { direction: 'away', memberId, credits: '1', occurredOn: TODAY, reference: 'c-1' };
  await admin.post('/v1/visits', { network: 'cardiff', visits: [visit] });
  const of = (...holder: string[]) => ['statement', ...holder, '--period', '2026-06'] as const;
  const venue = of('--venue', cinema);

  await t.test('when the month has not ended', async (t) => {
    t.match(await cli.run(...venue), { status: 1, progress: /^2026-06 has not ended/ });
    t.same(cli.waits, [], 'is not waited for');
  });

  clock.now_ms = Date.parse('2026-06-30T23:10:00.000Z');
  await sell(cinema, '1', 'late');
  clock.now_ms = JULY_MS;
  await t.test('when it is shown', async (t) => {
    const { status, output } = await cli.run(...venue);
    t.equal(status, 0);
    t.match(output, /^Statement 1 of Chatham Cinema \(ven_\w+\), 2026-06-01 to 2026-06-30, as at/);
    t.match(output, /2026-06-10 10:00 +2026-06-10 +redemption +3 +3 +b +txn_/, 'in local time');
    t.match(output, /closing balance of till:ven_\w+: 3\n\n +what +entries +credits\n/);
    const pot = await cli.run(...of('--organisation', group.id));
    t.match(pot.output, /of Strood Gardeners[^]* issue +allocation:\S+ +-10 +990 /);
    t.match((await cli.run(...of('--network', 'cardiff'))).output, / visit +1 +1 +c-1 /);
    const pool = await cli.run(...of('--venue', partner.venue));
    t.match(pool.output, new RegExp(` refund +-1 +0 +of ${transactionId} `), 'with what is undone');
    const empty = await cli.run(...of('--venue', quiet));
    t.match(empty.output, /nothing was recorded in this month/);
  });

  await t.test('when it is written to a file', async (t) => {
    const file = join(t.testdir(), 'june.csv');
    const first = await cli.run(...venue, '--out', file);
    t.match(first, { status: 0, output: new RegExp(`^The statement of ${cinema} for 2026-06 is`) });
    const text = readFileSync(file, 'utf8');
    const path = `/v1/venues/${cinema}/statements/2026-06`;
    t.equal(text, (await admin.get(path, { accept: 'text/csv' })).body, 'it is what is served');
    t.equal(statSync(file).mode & 0o777, 0o600, 'for its owner alone');
    const again = await cli.run(...venue, '--out', file);
    t.match(again, { status: 0, output: /was already in/ }, 'and is the same when asked again');
    const other = await cli.run(...of('--venue', partner.venue), '--out', file);
    t.match(other, { status: 1, progress: /is there already and is another file/ });
    t.equal(readFileSync(file, 'utf8'), text, 'and no other is written over it');
  });

  await t.test('when there is none', async (t) => {
    const early = await cli.run('statement', '--venue', cinema, '--period', '2026-05');
    t.match(early, { status: 1, progress: /^There is no statement for 2026-05: the first/ });
    const file = join(t.testdir(), 'may.csv');
    await cli.run('statement', '--venue', cinema, '--period', '2026-05', '--out', file);
    t.throws(() => readFileSync(file), { code: 'ENOENT' }, 'no file is written');
  });

  for (const holder of [[], ['--venue', cinema, '--network', 'cardiff']]) {
    const { status, progress } = await cli.run(...of(...holder));
    t.equal(status, 2, `of ${holder.length === 0 ? 'nobody' : 'two at once'} is not asked for`);
    t.match(progress, /^Say whose statement: one of --venue, --organisation and --network\./);
  }
});
