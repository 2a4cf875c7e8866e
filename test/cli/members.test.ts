import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readCard } from '../../schemas/cards.ts';
import { smallWorld } from '../support/world.ts';
import { coordinatorOf, tillOf } from './support.ts';

t.test('given a member who was merged into another', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const [old, young] = [await world.enrol(60), await world.enrol(120)];
  await world.group.coordinator.post(`/v1/members/${old}/merge`, { into: young });
  const said = new RegExp(`wallet:${old} was merged into this one`);
  for (const command of ['balance', 'entries']) {
    const { output } = await cli.run(command, old);
    t.match(output, new RegExp(`^wallet:${young}: `), `${command} names whose credits it shows`);
    t.match(output, said, 'and says why');
  }
  const { output } = await cli.run('balance', young);
  t.notMatch(output, /merged/, 'and says nothing where the other is asked');
});

t.test('given a group with new members', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const out = join(t.testdir(), 'cards.csv');

  await t.test('when they are enrolled', async (t) => {
    const { status, output, progress } = await cli.run('enrol', '--count', '3', '--out', out);
    t.equal(status, 0, 'then it succeeds');
    t.match(output, /Enrolled 3 members/);
    t.match(progress, /3 of 3 enrolled/, 'and says how far it has come');
    t.equal(statSync(out).mode & 0o777, 0o600, 'and the file is for its owner alone');
    const [headings, ...lines] = readFileSync(out, 'utf8').trimEnd().split('\n');
    t.equal(headings, 'member,account,card');
    t.equal(lines.length, 3);
    for (const line of lines) {
      const [member, account, card] = line.split(',');
      t.equal(account, `wallet:${member!}`);
      t.ok(readCard(card!), 'and every card can be read');
    }
  });

  await t.test('when the file is there already', async (t) => {
    const before = readFileSync(out, 'utf8');
    const { status, progress } = await cli.run('enrol', '--count', '1', '--out', out);
    t.equal(status, 1, 'then it is refused');
    t.match(progress, /is there already and is not overwritten/);
    t.equal(readFileSync(out, 'utf8'), before, 'and is as it was');
  });

  await t.test('when it stops half-way', async (t) => {
    const half = join(t.testdir(), 'half.csv');
    const broken = await coordinatorOf(world);
    const gone = Array.from({ length: 4 }, () => 'unreachable' as const);
    broken.faults.push('none', 'none', ...gone);
    const { status, progress } = await broken.run('enrol', '--count', '5', '--out', half);
    t.equal(status, 3, 'then the exit status says so');
    t.match(progress, /1 of 5 members are enrolled/, 'and how many are finished');
    t.equal(readFileSync(half, 'utf8').trimEnd().split('\n').length, 2, 'and those are on disk');
  });

  await t.test('when the answer with a card is lost', async (t) => {
    const lost = join(t.testdir(), 'lost.csv');
    const unlucky = await coordinatorOf(world);
    unlucky.faults.push('none', 'lost');
    const { status } = await unlucky.run('enrol', '--count', '1', '--out', lost);
    t.equal(status, 0, 'then it succeeds all the same');
    const [member, , card] = readFileSync(lost, 'utf8').split('\n')[1]!.split(',');
    const body = { venueId: world.partner.venue, card, credits: '1' };
    const known = await world.partner.till.post('/v1/redemptions', body);
    t.match(known.body, { code: 'insufficient_credits' }, 'and the card in the file is known');
    t.match(
      (await world.admin.get(`/v1/members/${member!}`)).body,
      { cardId: /^crd_/ },
      'and is the one live card of the member',
    );
  });
});

t.test('given an account with entries', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const member = await world.enrol(60);
  for (const minutes of [120, 180]) {
    const activity = `session-of-${minutes}`;
    const entries = [{ memberId: member, minutes }];
    const body = { organisationId: world.group.id, occurredOn: '2026-06-09', activity, entries };
    await world.group.coordinator.post('/v1/issues', body);
  }
  const { body: ledger } = await world.admin.get<{ revision: number }>('/v1/ledger');

  t.match(await cli.run('balance', member), {
    status: 0,
    output: /^wallet:mem_\w+: 6 credits, at/,
  });
  t.match((await cli.json('balance', `wallet:${member}`)).body, { balance: '6', held: '0' });
  const earlier = ['--at-revision', String(ledger.revision - 1)] as const;
  t.match((await cli.json('balance', member, ...earlier)).body, { balance: '3' }, 'as it was');
  const plain = await cli.run('balance', member, ...earlier);
  const revision = ledger.revision - 1;
  const told = `wallet:${member}: 3 credits, at revision ${revision}\n`;
  t.equal(plain.output, told, 'and nothing is said of what was held then, which is not kept');
  const before = ['--recorded-by', '2026-06-10T08:59:59Z'] as const;
  t.match((await cli.json('balance', member, ...before)).body, { balance: '0' }, 'as recorded');
  const occurred = ['--occurred-by', '2026-06-09'] as const;
  t.match((await cli.json('balance', member, ...occurred)).body, { balance: '5' }, 'as occurred');

  const newest = await cli.json('entries', member, '--limit', '2');
  t.match(
    newest.body,
    { closing: '6', opening: '1', entries: [{ amount: '3' }, { amount: '2' }] },
    'the newest entries have their opening and closing balance',
  );
  const all = await cli.run('entries', member, '--all');
  t.match(all.output, /3 entries, newest first\n +closing balance 6\n/, 'all of them can be had');
  t.match(all.output, /opening balance 0\n$/);

  const till = await tillOf(world);
  const foreign = await till.run('balance', member);
  t.equal(foreign.status, 1, 'a till may not see a wallet');
  t.match(foreign.progress, /^There is no account wallet:mem_\w+ here\.\n$/, 'and reads why');
});

t.test('given more entries than a page holds', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const body = { organisationId: world.group.id, fund: 'public-health-2026', credits: '1' };
  await Promise.all(Array.from({ length: 510 }, () => world.admin.post('/v1/allocations', body)));
  const account = `allocation:${world.group.id}:public-health-2026`;
  const { body: found } = await cli.json<{ opening: string; closing: string; entries: unknown[] }>(
    ...['entries', account, '--all'],
  );
  t.equal(found.entries.length, 511, 'they are all there');
  t.match(found, { opening: '0', closing: '1510' }, 'between one opening and one closing balance');
});
