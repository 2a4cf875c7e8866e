import { join } from 'node:path';
import t from 'tap';
import { accessIn } from '../../schemas/keys.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { ADMIN_KEY, Client, testApp, testClock } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { CommandLine } from './support.ts';

t.test('given an admin', async (t) => {
  const world = await smallWorld();
  const cli = new CommandLine(world.app, ADMIN_KEY);
  const till = [
    '--role',
    'partner',
    '--organisation',
    world.partner.id,
    '--label',
    'till-2',
  ] as const;
  const { status, output } = await cli.run('access', 'grant', ...till);
  t.equal(status, 0, 'an access is granted');
  const key = /^ {2}(tcl_\w+)$/m.exec(output)![1]!;
  const accessId = accessIn(key)!;
  const me = await new Client(world.app, key).get('/v1/me');
  t.match(me.body, { accessId, role: 'partner' }, 'and its key works');

  const listed = await cli.run('access', 'list');
  t.match(listed.output, new RegExp(`${accessId} +partner +till-2 +${world.partner.id}`));
  t.notMatch(listed.output, /tcl_/, 'no list shows a key');

  const revoked = await cli.run('access', 'revoke', accessId);
  t.match(revoked, { status: 0, output: new RegExp(`^Revoked ${accessId}`) });
  t.equal((await new Client(world.app, key).get('/v1/me')).status, 401, 'and the key is dead');

  const last = await cli.run('access', 'revoke', accessIn(ADMIN_KEY)!);
  t.match(last, { status: 1, progress: /^This is the last admin access/ }, 'but not the last');
});

t.test('given an answer with a key that was lost on the way', async (t) => {
  const world = await smallWorld();
  const cli = new CommandLine(world.app, ADMIN_KEY);
  cli.faults.push('lost');
  const { status, progress } = await cli.run(
    'access',
    'grant',
    '--role',
    'auditor',
    '--label',
    'a',
  );
  t.equal(status, 1, 'it is not taken for granted');
  t.match(progress, /answer with its key was lost on the way\. Revoke it/);
});

t.test('given a ledger whose admin keys are lost', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'ledger.sqlite');
  const first = await sqliteJournal(file);
  await testApp({ journal: first });
  const cli = new CommandLine();
  const grant = ['access', 'grant', '--role', 'admin', '--offline', '--data', directory] as const;

  await t.test('when the service still runs', async (t) => {
    const { status, progress } = await cli.run(...grant);
    t.equal(status, 1, 'then it is refused');
    t.match(progress, /Another process is writing to this ledger/);
    await first.close();
  });

  await t.test('when it is stopped', async (t) => {
    const { status, body } = await cli.json<{ key: string }>(...grant);
    t.equal(status, 0, 'then an access is granted');
    const journal = await sqliteJournal(file);
    const { app } = await testApp({ journal });
    t.teardown(() => journal.close());
    const me = await new Client(app, body.key).get('/v1/me');
    t.match(me.body, { role: 'admin' }, 'and its key works when the service runs again');
  });

  await t.test('when the last event is years old', async (t) => {
    const old = t.testdir();
    const journal = await sqliteJournal(join(old, 'ledger.sqlite'));
    const clock = testClock();
    clock.forward(-400 * DAY_MS);
    await testApp({ journal, clock });
    await journal.close();
    const doubted = await cli.run(...grant.with(-1, old));
    t.equal(doubted.status, 1, 'then the clock is in doubt');
    t.match(doubted.progress, /400 days after the last event; .*ACCEPT_CLOCK=2026-06-10/);
    cli.environment['ACCEPT_CLOCK'] = '2026-06-10';
    t.equal((await cli.run(...grant.with(-1, old))).status, 0, 'until its day is named');
    delete cli.environment['ACCEPT_CLOCK'];
  });

  await t.test('when it is asked for another role', async (t) => {
    const { status, progress } = await cli.run(...grant.with(3, 'auditor'));
    t.match({ status, progress }, { status: 2, progress: /of the role admin alone/ });
  });

  await t.test('when there is no ledger', async (t) => {
    const { status, progress } = await cli.run(...grant.with(6, t.testdir()));
    t.match({ status, progress }, { status: 1, progress: /There is no ledger at/ });
  });
});
