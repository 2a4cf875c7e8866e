import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ADMIN_KEY, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { CommandLine } from './support.ts';

const HEADINGS = 'direction,venue,member,credits,occurred,reference';

async function visitWorld() {
  const world = await smallWorld();
  const network = { network: 'cardiff', theyOweAtMost: '20', weOweAtMost: '5' };
  await world.admin.post('/v1/networks', network);
  const memberId = await world.enrol(300);
  const here = (credits: string, reference: string) =>
    `here,${world.partner.venue},,${credits},${TODAY},${reference}`;
  const away = (credits: string, reference: string) =>
    `away,,${memberId},${credits},${TODAY},${reference}`;
  return { ...world, memberId, here, away, cli: new CommandLine(world.app, ADMIN_KEY) };
}

function command(t: Test, ...lines: string[]): string[] {
  const directory = t.testdir({ 'june.csv': lines.join('\r\n') });
  return ['visits', '--file', join(directory, 'june.csv'), '--network', 'cardiff'];
}

t.test('given a sheet of visits', async (t) => {
  const { admin, cli, here, away } = await visitWorld();
  const argv = command(t, `\uFEFF${HEADINGS}`, here('1.50', 'c-1'), away('2', 'c-2'));
  const first = await cli.json(...argv);
  t.match(first, {
    status: 0,
    body: {
      ...{ replayed: false, theyOwe: '0', weOwe: '0.5' },
      visits: [{ credits: '1.5' }, { balance: '3' }],
    },
  });
  const again = await cli.run(...argv);
  t.match(again, { status: 0, output: /^This sheet was recorded before: 2 visits with cardiff/ });
  t.match(again.output, /after it they owe us 0 credits, we owe them 0\.5 credits/);
  const mirror = await admin.get('/v1/accounts/clearing:cardiff');
  t.match(mirror.body, { balance: '0.5' }, 'and nothing is recorded twice');
});

t.test('given a sheet with faults', async (t) => {
  const { cli, here, away } = await visitWorld();
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a formula', [here('=1+1', 'c-1')], /line 2: credits "=1\+1" is a formula/],
    ['more than is agreed', [here('1', 'a'), here('30', 'b')], /line 3: The limit agreed/],
    ['a venue missing', ['here,,,1,2026-06-10,a'], /line 2: must name a venue if it was here/],
    ['a reference twice', [away('1', 'a'), '', here('1', 'a')], /line 4: /],
  ];
  for (const [name, lines, sentence] of cases) {
    const { status, progress } = await cli.run(...command(t, HEADINGS, ...lines));
    t.equal(status, 1, name);
    t.match(progress, /^One line of \S+ cannot be recorded, so nothing was\.\n/);
    t.match(progress, sentence, 'is told by its line');
  }
  const unknown = [...command(t, HEADINGS, here('1', 'a')).slice(0, -1), 'bristol'];
  const { progress } = await cli.run(...unknown);
  t.equal(progress, 'There is no network bristol registered here.\n', 'an unknown network');
  const sent = cli.sent.length;
  const named = await cli.run(...command(t, `${HEADINGS},name`, `${here('1', 'a')},Ann`));
  t.match(named, { status: 1, progress: /the heading "name" is not known/ });
  t.equal(cli.sent.length, sent, 'and a sheet with names is never sent');
  const many = Array.from({ length: 1001 }, (_, at) => here('0.01', `m-${at}`));
  const long = await cli.run(...command(t, HEADINGS, ...many));
  t.match(long, {
    status: 1,
    progress: /has 1,001 lines and one sheet takes at most 1000\. Split/,
  });
  t.equal(cli.sent.length, sent, 'nor is one that is too long');
});

t.test('given somebody at a terminal', async (t) => {
  const { cli, here } = await visitWorld();
  let asked = '';
  cli.confirm = async (question) => {
    asked = question;
    return false;
  };
  const argv = command(t, HEADINGS, here('1', 'a'), here('1.5', 'b'));
  t.match(await cli.run(...argv), { status: 1, progress: 'Nothing was recorded.\n' });
  t.equal(asked, 'Record 2 visits with cardiff, 2.5 credits in all?');
  t.match(await cli.run(...argv, '--yes'), { status: 0, output: /^Recorded 2 visits/ });
});
