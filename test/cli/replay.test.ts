import { join } from 'node:path';
import t from 'tap';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { smallWorld } from '../support/world.ts';
import { CommandLine } from './support.ts';

type Replayed = { revision: number; sumOfBalances: string; balances: Record<string, string> };

t.test('given a running service', async (t) => {
  const directory = t.testdir();
  const journal = await sqliteJournal(join(directory, 'ledger.sqlite'));
  t.teardown(() => journal.close());
  const world = await smallWorld({ journal });
  const member = await world.enrol(120);
  const body = { venueId: world.partner.venue, memberId: member, credits: '0.5' };
  await world.partner.till.post('/v1/redemptions', body);
  const cli = new CommandLine();

  await t.test('when its stream is replayed beside it', async (t) => {
    const { status, body } = await cli.json<Replayed>('replay', '--data', directory);
    t.equal(status, 0, 'then it succeeds');
    t.equal(body.sumOfBalances, '0', 'and the sum of all balances is zero');
    for (const [account, balance] of Object.entries(body.balances)) {
      const { body: live } = await world.admin.get(`/v1/accounts/${account}`);
      t.match(live, { balance }, `and ${account.split(':')[0]!} is as the service has it`);
    }
  });

  await t.test('when it is replayed to an earlier revision', async (t) => {
    const { body: now } = await cli.json<Replayed>('replay', '--data', directory);
    const at = ['--at-revision', String(now.revision - 1)] as const;
    const { body } = await cli.json<Replayed>('replay', ...at, '--data', directory);
    t.equal(body.balances[`wallet:${member}`], '2', 'then balances are as they were');
    const beyond = ['--at-revision', String(now.revision + 1)] as const;
    const { status, progress } = await cli.run('replay', ...beyond, '--data', directory);
    t.match({ status, progress }, { status: 2, progress: /the stream ends at revision/ });
  });

  await t.test('when a person reads it', async (t) => {
    const { output } = await cli.run('replay', '--data', directory);
    t.match(output, new RegExp(`wallet:${member} +1\\.5\n`), 'then every balance is a line');
    t.match(output, /the sum of all balances is 0\n$/);
  });
});

t.test('given no ledger', async (t) => {
  const directory = t.testdir();
  for (const command of ['replay', 'check']) {
    const { status, progress } = await new CommandLine().run(command, '--data', directory);
    t.equal(status, 1, `${command} finds none`);
    t.match(progress, /^There is no ledger at .*ledger\.sqlite\. Name the folder/);
  }
});
