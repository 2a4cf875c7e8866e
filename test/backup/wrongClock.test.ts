import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { partsIn } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { ADMIN_KEY, Client, testApp } from '../support/service.ts';
import { isProblem, type Problem } from '../http/problem.ts';
import { keptLedger, ran, SIGNER } from './support.ts';

/* The way out that README.md shows, where a clock was wrong and its time is in the stream. */

const GROUP = { name: 'Hoo Walkers', roles: ['earn'] };

t.test('a ledger with events of a time that has not come', async (t) => {
  const ledger = await keptLedger(t);
  const { admin, clock, path } = ledger;
  await ledger.show();
  await ran('backup', '--to', path('backup'), '--data', ledger.data);
  await admin.post('/v1/organisations', GROUP, 'before');
  const { revision } = ledger.service.sequencer.ledger;
  clock.forward(3_650 * DAY_MS);
  await admin.post('/v1/organisations', { ...GROUP, name: 'Cliffe Singers' }, 'wrong');
  clock.forward(-3_650 * DAY_MS);
  const refused = await admin.post<Problem>('/v1/members', {});
  isProblem(t, refused, { status: 503, code: 'not_writing' }, 'takes no writes');
  t.match(refused.body.detail, /behind the last event, .* at 2036-.*README\.md/, 'and says why');

  const events = join(await ledger.mirror('fetched'), 'events.ndjson');
  const lines = readFileSync(events, 'utf8').split('\n');
  const wrong = lines.findIndex((line) => line.includes('"recordedAt":"2036-'));
  mkdirSync(path('before'));
  const kept = lines.slice(0, wrong).map((line) => `${line}\n`);
  writeFileSync(join(path('before'), 'events.ndjson'), kept.join(''));
  await ledger.end();
  const from = ['--from', path('backup'), '--tail-from', path('before')];
  const to = path('again');
  await ran('restore', ...from, '--data', to, '--beyond-checkpoint');

  const parts = partsIn(to);
  const journal = await sqliteJournal(parts.ledger);
  const checkpoints = { store: new CheckpointStore(parts.checkpoints), signers: [SIGNER] };
  const { app, service } = await testApp({ journal, checkpoints, clock });
  t.teardown(async () => {
    await service.sequencer.stop('the test is over');
    await service.checkpoints.close();
    await journal.close();
  });
  const again = new Client(app, ADMIN_KEY);
  t.equal(service.sequencer.ledger.revision, revision, 'is put back as it was before that time');
  const known = await again.post('/v1/organisations', GROUP, 'before');
  t.equal(known.headers['idempotent-replayed'], 'true', 'with all that was recorded till then');
  const sent = await again.post('/v1/organisations', { ...GROUP, name: 'Cliffe Singers' }, 'wrong');
  t.equal(sent.status, 201, 'and what is sent again is recorded');
});
