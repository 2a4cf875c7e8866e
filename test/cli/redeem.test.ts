import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { makeCard } from '../../schemas/cards.ts';
import { smallWorld } from '../support/world.ts';
import { tillOf } from './support.ts';

function sheetFile(t: Test, text: string): string {
  return join(t.testdir({ 'saturday.csv': text }), 'saturday.csv');
}

t.test('given a paper sheet of visits', async (t) => {
  const world = await smallWorld();
  const cli = await tillOf(world);
  const [rich, poor] = [await world.enrol(180), await world.enrol(60)];
  const file = sheetFile(
    t,
    'member,credits,occurred,reference\n' +
      `${rich},1.50,2026-06-09,row-1\n` +
      `${poor},2,2026-06-10T10:00:00+01:00,row-2\n` +
      'nobody,1,,\n' +
      `${rich},1,,row-4\n`,
  );
  const venue = ['--venue', world.partner.venue] as const;

  await t.test('when it is redeemed', async (t) => {
    const { status, body } = await cli.json('redeem', '--file', file, ...venue);
    t.equal(status, 1, 'then the exit status says that lines were refused');
    t.match(body, {
      lines: 4,
      redeemed: 2,
      replayed: 0,
      refused: 2,
      credits: '2.5',
      refusedLines: [
        { line: 3, code: 'insufficient_credits' },
        { line: 4, code: 'member' },
      ],
    });
    const entries = await world.admin.get(`/v1/accounts/wallet:${rich}/entries`);
    t.match(
      entries.body,
      { closing: '0.5', entries: [{ reference: 'row-4' }, { occurredOn: '2026-06-09' }] },
      'and a day is the day of the network',
    );
  });

  await t.test('then the refused lines are in a file', async (t) => {
    const text = readFileSync(`${file}.refused.csv`, 'utf8');
    t.match(text, /^line,member,credits,occurred,reference,code,reason\n3,mem_/);
    t.match(text, /insufficient_credits,The account has 1 credit available; this takes 2 credits/);
    t.equal(statSync(`${file}.refused.csv`).mode & 0o777, 0o600, 'for its owner alone');
  });

  await t.test('when it is run again', async (t) => {
    const { body } = await cli.json('redeem', '--file', file, ...venue);
    t.match(body, { redeemed: 0, replayed: 2, refused: 2 }, 'nothing is redeemed twice');
    const wallet = await world.admin.get(`/v1/accounts/wallet:${rich}`);
    t.match(wallet.body, { balance: '0.5' });
  });

  await t.test('when the file of refused lines is mended and redeemed', async (t) => {
    const [headings, third] = readFileSync(`${file}.refused.csv`, 'utf8').split('\n');
    const mended = join(
      t.testdir({ 'mended.csv': `${headings!}\n${third!.replace(',2,', ',1,')}\n` }),
      'mended.csv',
    );
    const { status, body } = await cli.json('redeem', '--file', mended, ...venue);
    t.match({ status, body }, { status: 0, body: { redeemed: 1, refused: 0 } }, 'it is taken');
  });
});

t.test('given a service that goes away in the middle of a sheet', async (t) => {
  const world = await smallWorld();
  const cli = await tillOf(world);
  const members = [await world.enrol(60), await world.enrol(60), await world.enrol(60)];
  const file = sheetFile(t, ['member,credits', ...members.map((id) => `${id},1`)].join('\n'));
  const argv = ['redeem', '--file', file, '--venue', world.partner.venue] as const;

  await t.test('when an answer is lost', async (t) => {
    cli.faults.push('none', 'lost');
    const { status, body } = await cli.json(...argv);
    t.match({ status, body }, { status: 0, body: { redeemed: 2, replayed: 1, credits: '3' } });
    const keys = cli.sent.slice(1, 3).map(({ headers }) => headers['idempotency-key']);
    t.equal(keys[0], keys[1], 'then the same line is sent again under the same key');
  });

  await t.test('when it does not come back', async (t) => {
    const again = await tillOf(world);
    const other = sheetFile(t, `member,credits\n${members[0]!},1\n`);
    again.faults.push('unreachable', 'unreachable', 'unreachable', 'unreachable');
    const { status, body } = await again.json('redeem', '--file', other, ...argv.slice(3));
    t.equal(status, 3, 'then the exit status says to try again');
    t.match(body, { error: { code: 'unreachable' }, stoppedAt: 2, redeemed: 0 });
    t.equal(again.sent.length, 4, 'after a bounded number of attempts');
    t.same(again.waits, [500, 1000, 2000], 'each after a longer wait');
  });
});

t.test('given a sheet that was redeemed, at another venue', async (t) => {
  const world = await smallWorld();
  const cli = await tillOf(world);
  const file = sheetFile(t, `name,member,credits\nAnn,${await world.enrol(60)},0.5\n`);
  await cli.run('redeem', '--file', file, '--venue', world.partner.venue);
  const venue = { organisationId: world.partner.id, name: 'Rochester Leisure Centre' };
  const other = await world.admin.post<{ venueId: string }>('/v1/venues', venue);
  const again = await cli.run('redeem', '--file', file, '--venue', other.body.venueId);
  t.match(again, { status: 1, output: /line 2: This line was redeemed before\. What differs/ });
  t.match(readFileSync(`${file}.refused.csv`, 'utf8'), /^line,name,member.*\n2,Ann,mem_/);
  t.notOk(
    cli.sent.some(({ body }) => body.includes('Ann')),
    'and the name was never sent',
  );
});

t.test('given more unknown cards than a minute takes', async (t) => {
  const world = await smallWorld();
  const cli = await tillOf(world);
  const cards = Array.from({ length: 12 }, (_, at) => makeCard(new Uint8Array(6).fill(at + 1)));
  const file = sheetFile(t, ['member,credits', ...cards.map((card) => `${card},1`)].join('\n'));
  cli.waited = (time_ms) => world.clock.forward(time_ms);
  const { body } = await cli.json('redeem', '--file', file, '--venue', world.partner.venue);
  t.match(body, { refused: 12, refusedLines: [{ code: 'card_unknown' }] }, 'all are refused');
  t.ok(cli.waits.includes(60_000), 'after as long a wait as the service asked for');
});

t.test('given a venue that is not the partner’s', async (t) => {
  const world = await smallWorld();
  const cli = await tillOf(world);
  const member = await world.enrol(60);
  const file = sheetFile(t, `member,credits\n${member},1\n${member},1\n`);
  const venue = ['--venue', 'ven_0123456789abcdef'] as const;
  const { status, progress } = await cli.run('redeem', '--file', file, ...venue);
  t.equal(status, 1, 'it is refused');
  t.match(progress, /There is no venue/);
  const posted = cli.sent.filter(({ body }) => body !== '');
  t.equal(posted.length, 1, 'at the first line, since every other would be too');
});

t.test('given somebody at a terminal', async (t) => {
  const world = await smallWorld();
  const cli = await tillOf(world);
  const file = sheetFile(t, `member,credits\n${await world.enrol(60)},1\n`);
  const argv = ['redeem', '--file', file, '--venue', world.partner.venue] as const;
  let asked = '';
  cli.confirm = async (question) => {
    asked = question;
    return false;
  };
  t.match(await cli.run(...argv), { status: 1, progress: 'Nothing was redeemed.\n' });
  t.match(asked, /^Redeem 1 line, 1 credit in all\?/, 'they are asked first');
  t.match(await cli.run(...argv, '--yes'), { status: 0, output: /1 redeemed/ }, 'or say --yes');
});
