import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { z } from 'zod';
import { partsIn } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { configFrom } from '../../src/config.ts';
import { openWriter } from '../../src/journal/sqlite/file.ts';
import { composeFile, text } from './compose.ts';

/** Neither Docker nor Litestream runs here: what can be held is that the files fit the code. */

/** What Litestream 0.3 knows of; a word that it does not know is passed over without a word. */
const litestreamSchema = z.strictObject({
  dbs: z.array(
    z.strictObject({
      path: z.string(),
      'checkpoint-interval': z.string(),
      'min-checkpoint-page-count': z.int(),
      'max-checkpoint-page-count': z.int(),
      replicas: z.array(
        z.strictObject({
          type: z.literal('file'),
          path: z.string(),
          'sync-interval': z.string(),
          'snapshot-interval': z.string(),
          retention: z.string(),
        }),
      ),
    }),
  ),
});

const { services } = composeFile();
const { dbs } = litestreamSchema.parse(parse(text('litestream.yml')));
const ledger = services['ledger']!;
const litestream = services['litestream']!;
const restore = services['restore']!;

t.test('the environment of the service alone is one that it takes', async (t) => {
  const config = configFrom(ledger.environment);
  t.match(config, { host: '0.0.0.0', port: 3000, dataDirectory: '/data/ledger' });
});

t.test('Litestream replicates the files that the service writes, and no key', async (t) => {
  const parts = partsIn(ledger.environment['DATA_DIR']!);
  t.same(
    dbs.map(({ path }) => path),
    [parts.ledger, parts.checkpoints],
  );
  t.same(
    dbs.map(({ replicas }) => replicas.length),
    [1, 1],
    'each to one place',
  );
  for (const service of [ledger, litestream, restore]) {
    t.ok(service.volumes.includes('data:/data'), 'where the service keeps them');
  }
  const replicas = dbs.flatMap(({ replicas: [replica] }) => replica!.path);
  t.same(replicas, ['/replica/ledger.sqlite', '/replica/checkpoints.sqlite']);
  t.ok(litestream.volumes.includes('./litestream.yml:/etc/litestream.yml:ro'), 'by these settings');
  t.same(litestream.command, ['replicate', '-config', '/etc/litestream.yml']);
});

t.test('Litestream empties the logs before the service would, and waits for less', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'ledger.sqlite');
  const writer = openWriter(file);
  t.teardown(() => writer.close());
  const store = new CheckpointStore(join(folder, 'checkpoints.sqlite'));
  t.teardown(() => store.close());
  const setting = (name: string) => Object.values(writer.prepare(`PRAGMA ${name}`).get()!)[0];

  t.equal(setting('journal_mode'), 'wal', 'the log is the one that Litestream reads');
  t.equal(setting('synchronous'), 2, 'FULL stays, with Litestream or without');
  const LITESTREAM_WAITS_MS = 1000;
  t.ok(Number(setting('busy_timeout')) > LITESTREAM_WAITS_MS, 'a write outwaits it');
  const SQLITE_PAGES = 1000;
  const limits = [Number(setting('wal_autocheckpoint')), SQLITE_PAGES];
  t.equal(limits[0], 20_000);
  for (const [index, db] of dbs.entries()) {
    const [least, most] = [db['min-checkpoint-page-count'], db['max-checkpoint-page-count']];
    t.ok(least < most && most < limits[index]!, `${db.path} is emptied in time`);
  }
  t.match(text('litestream.yml'), 'at 20,000 pages', 'and the file says so');
});

t.test('the services run with as little as they need', async (t) => {
  for (const [name, service] of Object.entries({ ledger, litestream, restore })) {
    t.equal(service.user, '1000:1000', `${name} is nobody special`);
    t.ok(service.read_only, 'writes to its volumes only');
    t.same(service.cap_drop, ['ALL']);
  }
  t.same(ledger.ports, ['127.0.0.1:3000:3000'], 'only this machine reaches the service');
  t.match(ledger.healthcheck?.test.join(' '), /127\.0\.0\.1:3000\/readyz/);
  t.match(ledger.image, /^node:24-slim$/, 'on the Node that it is written for');
  t.match(text('package.json'), ledger.command!.slice(1).join(' '), 'as npm start does');
  const [, seconds] = /^(\d+)s$/.exec(ledger.stop_grace_period ?? '')!;
  const [, close_ms] = /CLOSE_MS = ([\d_]+)/.exec(text('src/main.ts'))!;
  t.ok(Number(seconds) * 1000 > Number(close_ms!.replace('_', '')), 'with time to end in order');
  t.same(restore.entrypoint, ['node', 'src/cli/timecredits.ts', 'restore']);
  t.same(restore.profiles, ['restore'], 'and what restores starts only when it is asked to');
  t.match(litestream.depends_on, { ledger: { condition: 'service_healthy' } });
});
