import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { MemberId } from '../../schemas/ids.ts';
import { ADMIN_KEY } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';
import { CommandLine, coordinatorOf } from './support.ts';

type Card = { readonly card: string; readonly cardId: string };

async function carded(world: World, credits: number): Promise<{ memberId: MemberId } & Card> {
  const memberId = await world.enrol(credits * 60);
  const { body } = await world.group.coordinator.post<Card>(`/v1/members/${memberId}/cards`, {});
  return { memberId, ...body };
}

async function redeem({ partner }: World, card: string): Promise<unknown> {
  const body = { venueId: partner.venue, card, credits: '1' };
  const { status, body: answer } = await partner.till.post<{ code?: string }>(
    '/v1/redemptions',
    body,
  );
  return answer.code ?? status;
}

/** The lines of a file of cards, by member. */
function linesIn(path: string): ReadonlyMap<string, string> {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);
  return new Map(lines.map((line) => [line.split(',')[0]!, line.split(',')[2]!]));
}

t.test('given a group with cards that somebody may have found out', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const [ann, bob] = [await carded(world, 2), await carded(world, 2)];
  const without = await world.enrol(60);
  const out = join(t.testdir(), 'cards.csv');

  await t.test('when all are renewed', async (t) => {
    const { status, output } = await cli.run('cards', 'renew', '--out', out);
    t.equal(status, 0);
    t.match(output, /Renewed the cards of 2 members/);
    const lines = linesIn(out);
    t.same([...lines.keys()], [ann.memberId, bob.memberId], 'whoever had a card is there');
    t.notOk(lines.has(without), 'and whoever had none is not');
    t.equal(await redeem(world, ann.card), 'card_revoked', 'the old card opens nothing');
    t.equal(await redeem(world, lines.get(ann.memberId)!), 201, 'the new one pays');
    t.equal(statSync(out).mode & 0o777, 0o600, 'the file is for its owner alone');
    t.notOk(existsSync(`${out}.members`), 'and nothing is left to do');
  });

  await t.test('when the file is there already', async (t) => {
    const { status, progress } = await cli.run('cards', 'renew', '--out', out);
    t.equal(status, 1, 'it is refused');
    t.match(progress, /is there already and is not overwritten/);
  });
});

t.test('given a renewal that stops half-way', async (t) => {
  const world = await smallWorld();
  const [ann, bob] = [await carded(world, 2), await carded(world, 2)];
  const out = join(t.testdir(), 'cards.csv');
  const cli = await coordinatorOf(world);
  const gone = Array.from({ length: 4 }, () => 'unreachable' as const);
  // The list, then for the first member: read, revoke, issue; for the second: read, revoke.
  cli.faults.push('none', 'none', 'none', 'none', 'none', 'none', ...gone);
  const stopped = await cli.run('cards', 'renew', '--out', out);
  t.equal(stopped.status, 3, 'the exit status says so');
  t.match(stopped.progress, /1 of 2 members have a new card/, 'and how many are done');
  const first = linesIn(out).get(ann.memberId);

  await t.test('when the same command is run again', async (t) => {
    const { status } = await cli.run('cards', 'renew', '--out', out);
    t.equal(status, 0);
    const lines = linesIn(out);
    t.equal(lines.get(ann.memberId), first, 'whoever has a new card keeps it');
    const card = lines.get(bob.memberId)!;
    t.equal(await redeem(world, card), 201, 'and whose old one was revoked gets a new one');
  });
});

t.test('given members of two groups', async (t) => {
  const world = await smallWorld();
  const ann = await carded(world, 2);
  const { body: other } = await world.admin.post<{ organisationId: string }>('/v1/organisations', {
    name: 'Chatham Walkers',
    roles: ['earn'],
  });
  const admin = new CommandLine(world.app, ADMIN_KEY);
  const out = join(t.testdir(), 'walkers.csv');
  const renew = ['cards', 'renew', '--out', out, '--organisation', other.organisationId];
  await t.test('when an admin renews those of one', async (t) => {
    const { status, output } = await admin.run(...renew);
    t.equal(status, 0);
    t.match(output, /Renewed the cards of 0 members/);
    t.equal(await redeem(world, ann.card), 201, 'a card of the other one still pays');
  });

  await t.test('when whoever sits there says no', async (t) => {
    admin.confirm = async () => false;
    const all = await admin.run('cards', 'renew', '--out', join(t.testdir(), 'all.csv'));
    t.equal(all.status, 1);
    t.match(all.progress, /No card was renewed/);
    t.equal(await redeem(world, ann.card), 201, 'and cards still pay');
  });
});
