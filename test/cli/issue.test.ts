import { join } from 'node:path';
import t, { type Test } from 'tap';
import { minutesOfHours } from '../../src/cli/attendance.ts';
import { ADMIN_KEY, TODAY } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';
import { CommandLine, coordinatorOf } from './support.ts';

/** Writes a list into a folder of its own and names it. */
function listFile(t: Test, text: string, name = 'tuesday.csv'): string {
  return join(t.testdir({ [name]: text }), name);
}

const SESSION = ['--activity', 'garden', '--on', TODAY] as const;

t.test('hours are whole minutes or they are a fault', async (t) => {
  const whole = { '1.5': 90, '0.1': 6, '1:30': 90, '0:05': 5, '2': 120, '0.05': 3, '10.25': 615 };
  for (const [hours, minutes] of Object.entries(whole)) {
    t.equal(minutesOfHours(hours), minutes, `${hours} are ${minutes} minutes`);
  }
  for (const hours of ['0.33', '1.999', '1:60', '1,5', '-1', '1e1', 'one', '1:5', '.5']) {
    t.type(minutesOfHours(hours), 'string', `${hours} is refused`);
  }
});

t.test('given an attendance list as a spreadsheet writes it', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const [one, two, three] = [await world.enrol(), await world.enrol(), await world.enrol()];
  const file = listFile(
    t,
    `\ufeffName,Member,Hours\r\n"Ann, the ""gardener""",${one},1:30\n` +
      `Bea,${two},1.5\r\n\r\n,,\rCat,${three},\n`,
  );

  await t.test('when it is previewed', async (t) => {
    const before = (await world.admin.get<{ revision: number }>('/v1/ledger')).body.revision;
    const { status, output } = await cli.run('issue', '--file', file, ...SESSION, '--preview');
    t.equal(status, 0, 'then it succeeds');
    t.match(output, /2 +Ann, the "gardener" +mem_\w+ +90 +1 +30 +1/, 'and shows name and credits');
    t.match(output, /6 +Cat +mem_\w+ +absent/, 'and who was absent');
    t.match(output, /control total: 3 lines, 2 present, 1 absent, 180 minutes, 2 credits/);
    const after = (await world.admin.get<{ revision: number }>('/v1/ledger')).body.revision;
    t.equal(after, before, 'and nothing is written');
  });

  await t.test('when it is issued', async (t) => {
    const { status, body } = await cli.json('issue', '--file', file, ...SESSION);
    t.equal(status, 0, 'then it succeeds');
    t.match(body, {
      replayed: false,
      preview: false,
      fund: FUND,
      controlTotal: { lines: 3, present: 2, absent: 1, minutes: 180, credits: '2' },
      entries: [
        { line: 2, name: 'Ann, the "gardener"', memberId: one, minutes: 90, carriedMinutes: 30 },
        { line: 3, name: 'Bea', memberId: two, credits: '1' },
      ],
    });
    const request = JSON.parse(cli.sent.at(-1)!.body) as { sheet: object };
    t.match(request.sheet, { reference: 'tuesday', sha256: /^[0-9a-f]{64}$/ }, 'with its sheet');
  });

  await t.test('when the same command is run again', async (t) => {
    const { status, output } = await cli.run('issue', '--file', file, ...SESSION);
    t.equal(status, 0, 'then it succeeds');
    t.match(output, /was issued before, as iss_/, 'and says that it was issued before');
    const wallet = await world.admin.get(`/v1/accounts/wallet:${one}`);
    t.match(wallet.body, { balance: '1' }, 'and nobody has credits twice');
  });

  await t.test('when it is run again with other words', async (t) => {
    const { status, progress } = await cli.run(
      ...['issue', '--file', file, ...SESSION, '--fund', 'another-fund'],
    );
    t.equal(status, 1, 'then it is refused');
    t.match(
      progress,
      /issued before for the same group.* What differs now: fund\./,
      'and says why',
    );
  });

  t.notOk(
    cli.sent.some(({ body }) => /Ann|Bea|Cat/.test(body)),
    'no name is ever sent',
  );
});

t.test('given a list with faults that can be seen here', async (t) => {
  const cli = await coordinatorOf(await smallWorld());
  const file = listFile(
    t,
    'member,minutes,hours,give,again\n' +
      'mem_nobody,60,,,\n' +
      '"mem_0123456789abcdef",60,1,,\n' +
      'mem_0123456789abcdef,,0.33,,\n' +
      'mem_0123456789abcdef,sixty,,,\n' +
      'mem_0123456789abcdef,60,,home,\n' +
      'mem_0123456789abcdef,60,,,perhaps\n',
  );
  const { status, progress } = await cli.run('issue', '--file', file, ...SESSION);
  t.equal(status, 1, 'it is refused');
  for (const line of [2, 3, 4, 5, 6, 7]) {
    t.match(progress, new RegExp(`line ${line}: `), `and line ${line} is named`);
  }
  t.same(cli.sent, [], 'and nothing is sent');
});

t.test('given a list with faults that only the service can see', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const member = await world.enrol();
  const stranger = 'mem_0123456789abcdef';
  const file = listFile(t, `member,minutes\n\n${member},60\n${stranger},60\n\n"${member}",30\n`);
  const { status, body } = await cli.json('issue', '--file', file, ...SESSION);
  t.equal(status, 1, 'it is refused');
  t.match(body, {
    error: {
      code: 'entries_refused',
      detail: '2 lines cannot be recorded. Nothing was issued.',
      errors: [
        { line: 4, code: 'member_not_found' },
        { line: 6, code: 'member_twice', detail: /at line 3\. Put all minutes on one line/ },
      ],
    },
    controlTotal: { lines: 3, present: 3, absent: 0, credits: '0' },
  });
  const wallet = await world.admin.get(`/v1/accounts/wallet:${member}`);
  t.match(wallet.body, { balance: '0' }, 'and nothing is issued');
});

t.test('given a list of more than a thousand lines', async (t) => {
  const cli = await coordinatorOf(await smallWorld());
  const lines = Array.from({ length: 1001 }, () => 'mem_0123456789abcdef,60');
  const file = listFile(t, ['member,minutes', ...lines].join('\n'));
  const { status, progress } = await cli.run('issue', '--file', file, ...SESSION);
  t.equal(status, 1, 'it is refused');
  t.match(progress, /has 1001 lines and one list takes at most 1000\. Split it/, 'clearly');
});

t.test('given files that are no attendance lists', async (t) => {
  const cli = await coordinatorOf(await smallWorld());
  const issued = (text: string) => cli.run('issue', '--file', listFile(t, text), ...SESSION);
  t.match((await issued('')).progress, /is empty/, 'an empty one is told');
  t.match((await issued('member,minutes\n')).progress, /no line below its headings/);
  t.match((await issued('name,minutes\nAnn,60\n')).progress, /no heading says member/);
  t.match((await issued('member,minuts\n')).progress, /heading "minuts" is not known/);
  t.match((await issued('member,minutes\n"a,60\n')).progress, /line 2: a quote/);
  t.match((await issued('member,minutes\na,60,7\n')).progress, /line 2: has 3 cells/);
  t.match((await issued('member;minutes\na;60\n')).progress, /semicolons stand between the cells/);
  t.match(
    (await issued('PK\u0003\u0004\0\0')).progress,
    /is not plain text; save it in the spread/,
  );
  const missing = await cli.run('issue', '--file', 'nowhere.csv', ...SESSION);
  t.match(missing, { status: 1, progress: 'There is no file or folder nowhere.csv.\n' });
});

t.test('given a list that replaces an earlier one', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const member = await world.enrol();
  const wrong = listFile(t, `member,hours,again\n${member},3,yes\n`);
  const { body } = await cli.json<{ entries: { transactionId: string }[] }>(
    ...['issue', '--file', wrong, ...SESSION],
  );
  const right = join(t.testdir({ 'right.csv': `member,hours\n${member},2\n` }), 'right.csv');
  const { transactionId } = body.entries[0]!;
  const corrected = await cli.run(
    ...['issue', '--file', right, ...SESSION, '--corrects', transactionId, '--fund', FUND],
  );
  const back = `${transactionId} +${member} +180 minutes and 3 credits taken back`;
  t.match(corrected, { status: 0, output: /corrected: 1 transaction\n/ }, 'it says so');
  t.match(corrected.output, new RegExp(back), 'and what was taken back from whom');
  const wallet = await world.admin.get(`/v1/accounts/wallet:${member}`);
  t.match(wallet.body, { balance: '2' }, 'and the wallet is as if the first had never been');
});

t.test('an admin says which earn group a list is for', async (t) => {
  const world = await smallWorld();
  const member = await world.enrol();
  const cli = new CommandLine(world.app, ADMIN_KEY);
  const file = listFile(t, `member,minutes,give\n${member},60,pot\n`);
  const without = await cli.run('issue', '--file', file, ...SESSION);
  t.match(without, { status: 2, progress: /say which earn group with --organisation/ });
  const named = await cli.run(
    'issue',
    '--file',
    file,
    ...SESSION,
    '--organisation',
    world.group.id,
  );
  t.match(named, { status: 0, output: /Issued 1 credit as/ }, 'and then it is issued');
});
