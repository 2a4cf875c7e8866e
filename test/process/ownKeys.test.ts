import { createHash } from 'node:crypto';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { partsIn, type Parts } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { configFrom } from '../../src/config.ts';
import { requireOwnKeys } from '../../src/ownKeys.ts';
import { CommandLine } from '../cli/support.ts';
import { HttpClient, notStarted, serviceFor } from '../support/process.ts';
import { tillIn } from './till.ts';

/*
 * A folder of data has four parts that belong together: the stream, what was shown of it, and the
 * two keys. Each may be missing or be that of another ledger.
 */

const folder = t.testdir();
const [own, other] = [join(folder, 'own'), join(folder, 'other')];

/** A ledger that was served and has a card. */
async function served(t: Test, dataDirectory: string): Promise<void> {
  const service = await serviceFor(t, { dataDirectory });
  const till = await tillIn(service);
  const admin = new HttpClient(service.url, till.key);
  const card = await admin.post(`/v1/members/${till.memberId}/cards`, {}, 'card');
  t.equal(card.status, 201);
  await service.end('SIGTERM');
}

type State = 'own' | 'other' | 'none';
const PARTS: readonly (keyof Parts)[] = ['ledger', 'checkpoints', 'signingKey', 'cardKey'];
let copies = 0;

/** A folder of which each part is own, that of another ledger, or missing. */
function mixed(states: readonly State[]): string {
  copies += 1;
  const to = join(folder, `copy-${copies}`);
  cpSync(own, to, { recursive: true });
  PARTS.forEach((part, index) => {
    const file = partsIn(to)[part];
    if (states[index] !== 'own') rmSync(file);
    if (states[index] === 'other') cpSync(partsIn(other)[part], file);
  });
  return to;
}

/** The bytes of all that is in a folder, but for what SQLite puts beside a file that it reads. */
function bytesIn(directory: string): unknown {
  const names = readdirSync(directory).filter(
    (name) => !/-(wal|shm|lock|lock-journal)$/.test(name),
  );
  return names.toSorted().map((name) => {
    const bytes = readFileSync(join(directory, name));
    return [name, createHash('sha256').update(bytes).digest('hex')];
  });
}

const GONE = /^There is a ledger in .*, but .*checkpoints\.sqlite, .* is missing.*restore --bare/;
const NO_STREAM = /^The history has changed\. .* but there is none at .*ledger\.sqlite/;
const SIGNER = /^The signing key in .*signing\.key is .*, but .* are signed with timecredits/;
const NO_SIGNER = /^The key that signs .*, which is timecredits.*, is missing.*--lost signing\.key/;
const CARD = /^The card key in .*card\.key is not the one that the cards of this ledger/;
const NO_CARD = /^The members have cards, but the key to the cards, .*card\.key, is missing/;

t.test('the parts of a ledger', async (t) => {
  await served(t, own);
  await served(t, other);
  const all: readonly [string, RegExp | undefined][] = [
    ['own own own own', undefined],
    ['none none none none', undefined],
    ['none none own own', undefined],
    ['none none own none', undefined],
    ['none none none own', undefined],
    ['none own own own', NO_STREAM],
    ['own none own own', GONE],
    ['own none other own', GONE],
    ['own none none own', GONE],
    ['own own none own', NO_SIGNER],
    ['none own none none', NO_STREAM],
    ['own own other own', SIGNER],
    ['own own own none', NO_CARD],
    ['own own own other', CARD],
    ['own own none none', NO_CARD],
    ['own own other other', CARD],
    ['own other own own', CARD],
    ['own other own other', SIGNER],
    ['other own own other', CARD],
    ['other own other own', SIGNER],
  ];
  for (const [states, refused] of all) {
    const directory = mixed(states.split(' ') as State[]);
    const before = bytesIn(directory);
    const asked = () => requireOwnKeys(configFrom({ DATA_DIR: directory }));
    if (refused === undefined) t.same(asked(), { unproved: false }, `${states} are served`);
    else t.throws(asked, { message: refused }, `${states} are not`);
    t.same(bytesIn(directory), before, `${states} are left as they were`);
  }
  for (const states of ['other own own own', 'own other other own']) {
    const directory = mixed(states.split(' ') as State[]);
    const before = bytesIn(directory);
    const { logged } = await notStarted(t, { dataDirectory: directory });
    t.match(logged, /did not start\. The (history has changed|card key in)/, `${states} are not`);
    t.same(bytesIn(directory), before, `${states} are left as they were`);
  }
});

t.test('a key from the environment', async (t) => {
  const with_ = (more: Record<string, string>) => () =>
    requireOwnKeys(configFrom({ DATA_DIR: mixed(['own', 'own', 'own', 'none']), ...more }));
  const text = readFileSync(partsIn(own).cardKey, 'utf8').trim();
  t.same(with_({ CARD_KEY: text })(), { unproved: false }, 'may be the ledger’s');
  t.throws(with_({ CARD_KEY: 'ab'.repeat(32) }), { message: /^The card key in CARD_KEY is not/ });
  const signing = readFileSync(partsIn(other).signingKey, 'utf8').trim();
  const both = { CARD_KEY: text, SIGNING_KEY: signing };
  t.throws(with_(both), { message: /^The signing key in SIGNING_KEY is/ }, 'and is compared');
  const JOURNAL_URL = 'esdb://127.0.0.1:9?tls=false';
  const instance = { JOURNAL_URL, ...both };
  t.throws(with_(instance), { message: /^The signing key in SIGNING_KEY/ }, 'by one of several');
});

t.test('a folder from before check values were kept', async (t) => {
  const directory = mixed(['own', 'own', 'own', 'own']);
  const store = new CheckpointStore(partsIn(directory).checkpoints);
  store.keepCheck('card.key', 'something else');
  store.close();
  t.throws(() => requireOwnKeys(configFrom({ DATA_DIR: directory })), { message: CARD });
  const before = mixed(['own', 'own', 'own', 'own']);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(partsIn(before).checkpoints);
  database.exec('DROP TABLE checkValue');
  database.close();
  t.same(requireOwnKeys(configFrom({ DATA_DIR: before })), { unproved: true });
  const service = await serviceFor(t, { dataDirectory: before });
  await service.end('SIGTERM');
  t.match(service.logged(), 'nothing to compare it with', 'is served, and the log says so');
  t.same(requireOwnKeys(configFrom({ DATA_DIR: before })), { unproved: false }, 'once');
});

t.test('keys that are lost for good', async (t) => {
  const directory = mixed(['own', 'own', 'none', 'none']);
  const line = new CommandLine();
  for (const name of ['card.key', 'signing.key']) {
    const replaced = await line.run('keys', '--data', directory, '--lost', name);
    t.equal(replaced.status, 0, `${name} is replaced when that is asked for`);
  }
  const service = await serviceFor(t, { dataDirectory: directory });
  const shown = await new HttpClient(service.url, undefined).get<string>('/v1/checkpoint');
  t.equal(shown.status, 200, 'and the ledger is served');
  await service.end('SIGTERM');
  const wrong = await line.run('keys', '--data', directory, '--lost', 'everything');
  t.match(wrong, { status: 2, progress: /card\.key or signing\.key/ });
  const nothing = await line.run('keys', '--data', t.testdir(), '--lost', 'card.key');
  t.match(nothing, { status: 1, progress: /There is no .*checkpoints\.sqlite/ });
});

t.test('the files of a ledger', async (t) => {
  const directory = mixed(['none', 'none', 'none', 'none']);
  rmSync(directory, { recursive: true });
  const first = await serviceFor(t, { dataDirectory: directory });
  const modes = () => [
    statSync(directory).mode & 0o777,
    ...readdirSync(directory).map((name) => statSync(join(directory, name)).mode & 0o777),
  ];
  t.same([...new Set(modes())], [0o700, 0o600], 'are their owner’s alone');
  await first.end('SIGTERM');
  chmodSync(directory, 0o755);
  for (const name of readdirSync(directory)) chmodSync(join(directory, name), 0o644);
  const second = await serviceFor(t, { dataDirectory: directory });
  t.same([...new Set(modes())], [0o700, 0o600], 'and are so again after a start');
  await second.end('SIGTERM');
  t.match(second.logged(), 'others could read this data', 'which the log tells');
});
