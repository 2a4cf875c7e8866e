import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { mirrorIn, partsIn } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { endOf, openReader } from '../../src/journal/sqlite/file.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { change, forge, keptLedger, ran, SIGNER, type Refused } from '../backup/support.ts';
import { ADMIN_KEY, Client, testApp } from '../support/service.ts';
import { CommandLine } from './support.ts';

type Copied = {
  readonly same: boolean;
  readonly network: string;
  readonly size: number;
  readonly root: string;
  readonly alreadyThere: number;
  readonly copied: number;
  readonly checkpoints: number;
  readonly shownSize: number;
};

/** A ledger of one folder, whose service has ended. */
async function endedLedger(t: Test) {
  const ledger = await keptLedger(t);
  for (let members = 0; members < 5; members += 1) await ledger.enrol(60);
  const { size } = await ledger.show();
  await ledger.end();
  return { ...ledger, size, to: ledger.path('other') };
}

let ended: Awaited<ReturnType<typeof endedLedger>>;

t.before(async () => {
  ended = await endedLedger(t);
});

/** A copy of that ledger, of the test's own. */
function ledgerOf(t: Test) {
  const folder = t.testdir();
  const data = join(folder, 'data');
  cpSync(ended.data, data, { recursive: true });
  const to = join(folder, 'other');
  const copy = <T = Copied>(...more: readonly string[]): Promise<T> =>
    ran<T>('journal', 'copy', '--from', data, '--to', to, ...more);
  return { folder, data, to, copy, size: ended.size };
}

function sizeOf(file: string): number {
  const database = openReader(file);
  const { revision } = endOf(database);
  database.close();
  return revision + 1;
}

/** Leaves a stream only its first events. */
function shorten(folder: string, size: number): void {
  change(partsIn(folder).ledger, `DELETE FROM event WHERE revision >= ${size}`);
}

t.test('given a ledger, when it is copied to an empty folder', async (t) => {
  const { data, to, size, copy } = ledgerOf(t);
  const copied = await copy();
  t.match(copied, { same: true, network: 'medway', size, alreadyThere: 0, copied: size });
  t.match(copied, { checkpoints: 2, shownSize: size }, 'it is the ledger that was shown');

  await t.test('then a service goes on with it, its keys and its checkpoints', async (t) => {
    cpSync(partsIn(data).checkpoints, partsIn(to).checkpoints);
    const journal = await sqliteJournal(partsIn(to).ledger);
    const store = new CheckpointStore(partsIn(to).checkpoints);
    const { app, service } = await testApp({ journal, checkpoints: { store, signers: [SIGNER] } });
    t.teardown(async () => {
      await service.sequencer.stop('the test is over');
      await service.checkpoints.close();
      await journal.close();
    });
    const { body } = await new Client(app, ADMIN_KEY).get('/v1/ledger');
    t.match(body, { network: 'medway', revision: size - 1, sumOfBalances: '0' });
    t.equal(service.checkpoints.latest?.size, size, 'and shows the same checkpoint');
  });
});

t.test('what a person is told', async (t) => {
  const { data, to, size } = ledgerOf(t);
  const argv = ['journal', 'copy', '--from', data, '--to', to] as const;
  const { output, status } = await new CommandLine().run(...argv);
  t.equal(status, 0);
  t.match(output, `${to} has the whole ledger: ${size} events, to revision ${size - 1}`);
  t.match(output, /root {9}[\w+/]{43}=\n/, 'is the root');
  t.match(output, `cp -p ${data}/card.key ${data}/signing.key ${data}/checkpoints.sqlite ${to}/`);
  t.match(output, `DATA_DIR=${to} NETWORK=medway npm start`, 'and how to start');
  t.match(output, `chmod -R a-w ${data}`, 'and that the old place is never served again');
});

t.test('given a beginning, the copy goes on where it was', async (t) => {
  const { data, to, size, copy } = ledgerOf(t);
  cpSync(data, to, { recursive: true });
  shorten(to, 7);
  t.match(await copy(), { same: true, alreadyThere: 7, copied: size - 7 });
  t.match(await copy(), { same: true, alreadyThere: size, copied: 0 }, 'and is safe to run again');
});

t.test('--verify-only', async (t) => {
  const { data, to, size, copy } = ledgerOf(t);
  t.match(await copy<Refused>('--verify-only'), { error: { code: 'no_ledger' } });
  cpSync(data, to, { recursive: true });
  t.match(await copy('--verify-only'), { same: true, size }, 'says that all is the same');
  shorten(to, 7);
  t.match(await copy('--verify-only'), { same: false, size: 7, sourceSize: size, targetSize: 7 });
  t.equal(sizeOf(partsIn(to).ledger), 7, 'and writes nothing');
});

t.test('a ledger whose service runs', async (t) => {
  const ledger = await keptLedger(t);
  const argv = (from: string, to: string) => ['journal', 'copy', '--from', from, '--to', to];
  const source = await ran(...argv(ledger.data, ledger.path('other')));
  t.match(source, { error: { code: 'in_use', detail: /The source is in use.*Stop its service/ } });
  t.notOk(readdirSync(ledger.folder).includes('other'), 'is not copied');
  const target = await ran(...argv(ended.data, ledger.data));
  t.match(target, { error: { code: 'in_use', detail: /The target is in use/ } }, 'nor written to');
});

t.test('a target of another ledger is named by its revision and not touched', async (t) => {
  const { data, to, copy } = ledgerOf(t);
  cpSync(data, to, { recursive: true });
  forge(partsIn(to).ledger, (lines) =>
    lines.map((line, index) => (index === 4 ? line.replace('"v":1', '"v":1 ') : line)),
  );
  change(partsIn(to).ledger, 'DELETE FROM tile');
  const answer = await copy<Refused>();
  t.match(answer, { error: { code: 'differs', detail: /at revision 4 it has/ }, revision: 4 });
});

t.test('a damaged source is copied nowhere', async (t) => {
  const { data, to, copy } = ledgerOf(t);
  change(partsIn(data).ledger, `UPDATE event SET event = event || ' ' WHERE revision = 3`);
  const { error } = await copy<Refused>();
  t.match(error, { code: 'damaged', detail: /^The source: The journal is damaged at revision 3/ });
  t.notOk(readdirSync(join(to, '..')).includes('other'));
});

t.test('a source that is not what was shown', async (t) => {
  await t.test('because its end is lost', async (t) => {
    const { data, copy } = ledgerOf(t);
    shorten(data, 7);
    change(partsIn(data).ledger, 'DELETE FROM tile');
    const { error } = await copy<Refused>();
    t.match(error, { code: 'shorter_than_shown', detail: /restore the whole ledger first/ });
  });
  await t.test('because it was changed', async (t) => {
    const { data, copy } = ledgerOf(t);
    forge(partsIn(data).ledger, (lines) =>
      lines.map((line, index) => (index === 4 ? line.replace('"v":1', '"v":1 ') : line)),
    );
    change(partsIn(data).ledger, 'DELETE FROM tile');
    t.match(await copy<Refused>(), { error: { code: 'history_changed' } });
  });
});

t.test('checkpoints that are elsewhere', async (t) => {
  const { data, folder, size, copy } = ledgerOf(t);
  const elsewhere = join(folder, 'shown.sqlite');
  renameSync(partsIn(data).checkpoints, elsewhere);
  t.match(await copy(), { checkpoints: 0, same: true }, 'are not looked for');
  t.match(await copy('--checkpoints', elsewhere), { checkpoints: 2, shownSize: size });
});

t.test('files and folders', async (t) => {
  const { data, folder, size } = ledgerOf(t);
  const from = `sqlite:${partsIn(data).ledger}`;
  const to = `sqlite:${join(folder, 'single', 'medway.sqlite')}`;
  const copied = await ran<Copied>('journal', 'copy', '--from', from, '--to', to);
  t.match(copied, { same: true, size, checkpoints: 2 }, 'may both be named');
  const { output } = await new CommandLine().run('journal', 'copy', '--from', from, '--to', to);
  t.match(output, `JOURNAL_URL=${to} npm start`);
});

t.test('what is not as the help says', async (t) => {
  const { data, to, folder } = ledgerOf(t);
  writeFileSync(join(folder, 'a.sqlite'), '');
  const cases: readonly (readonly [argv: readonly string[], code: string, RegExp])[] = [
    [['--from', data, '--to', data], 'usage', /the same place/],
    [['--from', data, '--to', 'http://127.0.0.1'], 'usage', /esdb:\/\//],
    [['--from', data, '--to', 'memory:'], 'usage', /a folder of data, sqlite:<file>/],
    [['--from', data, '--to', join(folder, 'a.sqlite')], 'usage', /is a file\. Name it as sqlite:/],
    [['--from', data, '--to', to, '--data', to], 'usage', /--data goes with/],
    [['--from', data, '--to', 'esdb://127.0.0.1:1'], 'usage', /needs --data/],
    [['--from', data, '--to', 'esdb://127.0.0.1:1', '--data', data], 'usage', /ledger of its own/],
    [['--from', 'esdb://127.0.0.1:1', '--to', to], 'usage', /--network is needed/],
    [['--from', join(folder, 'none'), '--to', to], 'no_ledger', /The source: there is no ledger/],
    [['--from', data, '--to', to, '--network', 'kent'], 'another_network', /ledger of "medway"/],
    [['--from', data, '--to', to, '--checkpoints', 'nowhere'], 'usage', /there is no such file/],
  ];
  for (const [argv, code, detail] of cases) {
    const { error } = await ran('journal', 'copy', ...argv);
    t.match(error, { code, detail }, argv.slice(2).join(' '));
  }
  t.same(readdirSync(folder).toSorted(), ['a.sqlite', 'data'], 'leaves nothing behind');
});

t.test('an empty source is refused', async (t) => {
  const folder = t.testdir();
  await (await sqliteJournal(partsIn(join(folder, 'empty')).ledger)).close();
  const argv = ['--from', join(folder, 'empty'), '--to', join(folder, 'other')];
  t.match(await ran('journal', 'copy', ...argv), { error: { code: 'no_ledger' } });
});

t.test('a disk that takes nothing', { skip: process.getuid?.() === 0 && 'root' }, async (t) => {
  const { to, copy } = ledgerOf(t);
  mkdirSync(to, { mode: 0o500 });
  t.teardown(() => chmodSync(to, 0o700));
  t.match(await copy<Refused>(), { error: { detail: /^The target: / } });
});

t.test('the mirror of a stream on a server', async (t) => {
  const { data, folder, size } = ledgerOf(t);
  renameSync(partsIn(data).ledger, mirrorIn(data));

  await t.test('is backed up, restored, and copied to where it is served next', async () => {
    const backup = join(folder, 'backup');
    const restored = join(folder, 'restored');
    const back = join(folder, 'back');
    t.match(await ran<object>('backup', '--to', backup, '--data', data), { size });
    t.match(await ran<object>('restore', '--from', backup, '--data', restored), { size });
    const argv = ['journal', 'copy', '--from', restored, '--to', back];
    t.match(await ran<Copied>(...argv), { same: true, size, checkpoints: 2 });
  });

  await t.test('is found by JOURNAL_URL', async () => {
    const cli = new CommandLine();
    cli.environment = { DATA_DIR: data, JOURNAL_URL: 'esdb://127.0.0.1:2113?tls=false' };
    t.match(await cli.json('replay'), { status: 0, body: { events: size } });
  });

  await t.test('is never written to by itself', async () => {
    const grant = ['access', 'grant', '--role', 'admin', '--offline', '--data', data];
    t.match(await ran(...grant), { error: { code: 'not_here', detail: /a mirror of it/ } });
    const copy = ['journal', 'copy', '--from', ended.data, '--to', data];
    t.match(await ran(...copy), { error: { code: 'usage', detail: /has the mirror of a stream/ } });
    t.equal(sizeOf(mirrorIn(data)), size);
  });

  await t.test('beside a ledger is not guessed at', async () => {
    cpSync(partsIn(ended.data).ledger, partsIn(data).ledger);
    t.match(await ran('check', '--data', data), { error: { code: 'two_ledgers' } });
  });
});
