import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { FORMAT } from '../../schemas/events/index.ts';
import { predecessorOf } from '../../src/checkpoints/predecessor.ts';
import { configFrom } from '../../src/config.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { makeSigner, signNote } from '../../src/proofs/note.ts';
import { ADMIN_KEY, Client, testApp } from '../support/service.ts';

const ROOT = Buffer.alloc(32, 9).toString('base64');
const OLD = { origin: 'credits.example/old', root: ROOT, size: 1234 };

/** The environment of a successor, with the old checkpoint in a file. */
function successor(t: Test, origin = OLD.origin) {
  const text = `${origin}\n${OLD.size}\n${OLD.root}\n`;
  const signer = makeSigner(origin, Buffer.alloc(32, 8));
  const file = join(t.testdir({ checkpoint: signNote(text, [signer]) }), 'checkpoint');
  return configFrom({ PREDECESSOR: file, ORIGIN: 'credits.example/new' });
}

t.test('an empty stream comes after the ledger whose checkpoint it is given', async (t) => {
  const journal = memoryJournal();
  const predecessor = await predecessorOf(successor(t), journal);
  t.same(predecessor, OLD);
  const { app, service } = await testApp({ journal, predecessor });
  t.match(await service.eventAt(0), {
    type: 'LedgerOpened',
    v: 2,
    data: { format: FORMAT, predecessor: OLD },
  });
  const { body } = await new Client(app, ADMIN_KEY).get('/v1/ledger');
  t.match(body, { predecessor: OLD }, 'and says so to whoever asks');

  const later = await predecessorOf(successor(t), journal);
  t.equal(later, undefined, 'a stream that is open takes no notice');
  const { app: again } = await testApp({ journal });
  t.match(
    (await new Client(again, ADMIN_KEY).get('/v1/ledger')).body,
    { predecessor: OLD },
    'and keeps what it has',
  );
});

t.test('a ledger that comes after none', async (t) => {
  t.equal(await predecessorOf(configFrom({}), memoryJournal()), undefined);
  const { app } = await testApp();
  const { body } = await new Client(app, ADMIN_KEY).get('/v1/ledger');
  t.notOk('predecessor' in body, 'says nothing of one');
});

t.test('what is not taken', async (t) => {
  const refused = async (config: Parameters<typeof predecessorOf>[0], message: RegExp) =>
    t.rejects(predecessorOf(config, memoryJournal()), { name: 'ConfigError', message });
  await refused(
    { ...successor(t), signing: { origin: OLD.origin, defaultOrigin: '' } },
    /checkpoint of credits\.example\/old, and so is ORIGIN.* set ORIGIN to a new one/,
  );
  const file = join(t.testdir(), 'text');
  writeFileSync(file, `${OLD.origin}\n1\n${ROOT}\n`);
  const config = configFrom({ PREDECESSOR: file, ORIGIN: 'credits.example/new' });
  await refused(config, /text is no checkpoint: nobody signed it/);
  await refused({ ...config, predecessorFile: `${file}-none` }, /is no checkpoint: ENOENT/);
  await refused(successor(t, 'Credits.Example'), /is no checkpoint of a ledger of this kind/);
});
