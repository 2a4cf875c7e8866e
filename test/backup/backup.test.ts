import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openReader, endOf } from '../../src/journal/sqlite/file.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { partsIn } from '../../src/backup/parts.ts';
import { CommandLine } from '../cli/support.ts';
import { change, keptLedger, ran, SIGNER } from './support.ts';

type Made = { readonly size: number; readonly root: string; readonly revision: number };

t.test('given a running service, when it is backed up', async (t) => {
  const ledger = await keptLedger(t);
  const shown = await ledger.show();
  await ledger.enrol();
  const to = ledger.path('backup');
  const made = await ran<Made>('backup', '--to', to, '--data', ledger.data);

  t.match(made, { size: shown.size + 1, revision: shown.size, checkpoint: shown });
  t.same(
    readdirSync(to).toSorted(),
    ['backup.json', 'checkpoint', 'checkpoints.sqlite', 'ledger.sqlite'],
    'then it has the stream and its checkpoints, and no key',
  );
  const last = readFileSync(join(to, 'checkpoint'), 'utf8');
  t.equal(openCheckpoint(last, [SIGNER.verifier]).size, shown.size, 'and the last of them as text');
  t.notOk(existsSync(`${to}.partial`));
  await ledger.enrol();
  t.equal(
    openCheckpoint((await ledger.show()).note, [SIGNER.verifier]).size,
    shown.size + 2,
    'and the service writes on',
  );
});

t.test('a backup with its keys', async (t) => {
  const ledger = await keptLedger(t);
  const to = ledger.path('backup');
  const argv = ['backup', '--to', to, '--data', ledger.data, '--with-keys'] as const;
  const { output } = await new CommandLine().run(...argv);
  for (const name of ['card.key', 'signing.key']) {
    t.equal(statSync(join(to, name)).mode & 0o777, 0o600, `${name} is for its owner only`);
  }
  t.match(output, /It holds card\.key and signing\.key, so it is secret/, 'says what it holds');
  t.equal(statSync(to).mode & 0o777, 0o700, 'in a folder that only its owner may read');
});

t.test('a backup without its keys says that no card is known without the card key', async (t) => {
  const ledger = await keptLedger(t);
  const argv = ['backup', '--to', ledger.path('backup'), '--data', ledger.data] as const;
  const { output } = await new CommandLine().run(...argv);
  t.match(output, /holds no keys\. Keep card\.key .* without card\.key no card is\nknown/);
});

t.test('writes that come while a backup is made', async (t) => {
  const ledger = await keptLedger(t);
  const backups = Array.from({ length: 5 }, (_, index) => ledger.path(`backup-${index}`));
  const writing = Array.from({ length: 40 }, () => ledger.enrol(60));
  for (const to of backups) {
    await ledger.show();
    const made = await ran<Made>('backup', '--to', to, '--data', ledger.data);
    const database = openReader(partsIn(to).ledger);
    t.equal(endOf(database).revision, made.revision, 'are in it up to the revision it says');
    const store = openReader(partsIn(to).checkpoints);
    const last = store.prepare('SELECT max(size) AS size FROM checkpoint').get();
    t.ok(Number(last!['size']) <= made.size, 'and no checkpoint lies beyond it');
    database.close();
    store.close();
  }
  await Promise.all(writing);
});

t.test('what a backup is refused for', async (t) => {
  const ledger = await keptLedger(t);
  const to = ledger.path('backup');
  const again = () => ran('backup', '--to', to, '--data', ledger.data);

  await t.test('one that is under way, or was broken off', async (t) => {
    mkdirSync(`${to}.partial`);
    t.match(await again(), { error: { code: 'under_way', detail: /Delete it if none is being/ } });
    t.notOk(existsSync(to));
  });

  await t.test('a folder that is there', async (t) => {
    mkdirSync(to);
    t.match(await again(), { error: { code: 'is_there', detail: /every backup has its own/ } });
  });

  await t.test('a stream that is not the one that was shown', async (t) => {
    await ledger.show();
    await ledger.end();
    change(partsIn(ledger.data).ledger, 'DELETE FROM event WHERE revision > 5');
    const other = ledger.path('other');
    t.match(await ran('backup', '--to', other, '--data', ledger.data), {
      error: { code: 'history_changed', detail: /keep the earlier ones/ },
    });
    t.notOk(existsSync(other) || existsSync(`${other}.partial`), 'which leaves nothing behind');
  });

  await t.test('a ledger that is damaged', async (t) => {
    const damaged = await keptLedger(t);
    await damaged.end();
    change(
      partsIn(damaged.data).ledger,
      `UPDATE event SET event = replace(event, 'Strood', 'Stroud') WHERE revision = 2`,
    );
    const other = damaged.path('other');
    t.match(await ran('backup', '--to', other, '--data', damaged.data), {
      error: { code: 'damaged', detail: /not as it was written: .* at revision 2: checksum/ },
    });
    t.notOk(existsSync(other) || existsSync(`${other}.partial`), 'which leaves nothing behind');
  });

  await t.test('a ledger of which checkpoints were altered', async (t) => {
    const altered = await keptLedger(t);
    await altered.show();
    await altered.enrol();
    await altered.show();
    await altered.end();
    change(
      partsIn(altered.data).checkpoints,
      `UPDATE checkpoint SET note = (SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1)`,
    );
    t.match(await ran('backup', '--to', altered.path('other'), '--data', altered.data), {
      error: { code: 'damaged', detail: /the checkpoint over \d+ events is not one of these/ },
    });
  });

  await t.test('no ledger', async (t) => {
    t.match(await ran('backup', '--to', ledger.path('x'), '--data', ledger.path('none')), {
      error: { code: 'no_ledger' },
    });
  });
});

t.test('a ledger on EventStoreDB', async (t) => {
  const ledger = await keptLedger(t);
  const { size } = await ledger.show();
  await ledger.end();
  renameSync(partsIn(ledger.data).ledger, join(ledger.data, 'ledger-mirror.sqlite'));
  const line = new CommandLine();
  line.environment = { DATA_DIR: ledger.data, JOURNAL_URL: 'esdb://one:2113?tls=false' };
  const to = ledger.path('backup');
  const made = await line.json<Made>('backup', '--to', to);
  t.match(made, { status: 0, body: { size } }, 'is backed up by its mirror');
  const data = ledger.path('again');
  const restored = await line.run('restore', '--from', to, '--data', data);
  t.match(restored, { status: 0 }, 'and restored as one that SQLite serves');
  t.ok(existsSync(partsIn(data).ledger));
});
