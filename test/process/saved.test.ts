import {
  chownSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { completeFolder } from '../../scripts/bench/folder.ts';
import { seed } from '../../scripts/bench/seed.ts';
import { ADMIN_KEY, NETWORK } from '../../scripts/bench/stream.ts';
import { stateKey } from '../../src/checkpoints/signingKey.ts';
import { signerIn } from '../../src/proofs/note.ts';
import { derivedFrom, partsOf } from '../../src/saved/derived.ts';
import { codeHash } from '../../src/saved/code.ts';
import { open, partOf, write } from '../../src/saved/file.ts';
import { HttpClient, serviceFor, type ServiceProcess } from '../support/process.ts';

/** Enough that a start saves the state. */
const EVENTS = 12_000;
const MEMBERS = 200;
const ROUNDS = 2;
const NOBODY = 65_534;

const SEEDED = join(t.testdir(), 'ledger.sqlite');
await seed(MEMBERS, [{ events: EVENTS, file: SEEDED }]);

const journalIn = (dataDirectory: string) => join(dataDirectory, 'ledger.sqlite');
const disown = (path: string) => chownSync(path, NOBODY, NOBODY);

/** A folder with a stream, of which no state was saved yet. */
function seeded(t: Test): { dataDirectory: string; file: string } {
  const dataDirectory = t.testdir();
  copyFileSync(SEEDED, journalIn(dataDirectory));
  completeFolder(dataDirectory, NETWORK);
  return { dataDirectory, file: join(dataDirectory, 'ledger.state') };
}

function started(t: Test, dataDirectory: string): Promise<ServiceProcess> {
  return serviceFor(t, { dataDirectory, environment: { NETWORK } });
}

/** Waits until a service has logged something, or has ended. */
async function logs({ child, logged, ended }: ServiceProcess, words: RegExp): Promise<void> {
  while (!words.test(logged())) {
    const more = new Promise((resolve) => child.stderr!.once('data', resolve));
    const end = await Promise.race([more, ended]);
    if (typeof end === 'object' && end !== null && 'code' in end) return;
  }
}

/** What a service answers of the whole ledger, of a member, and of a till. */
async function answers({ url }: ServiceProcess): Promise<unknown> {
  const admin = new HttpClient(url, ADMIN_KEY);
  const members = await admin.get<{ items: { memberId: string }[] }>('/v1/members?limit=500');
  const venues = await admin.get<{ items: { venueId: string }[] }>('/v1/venues');
  const accounts = [
    ...members.body.items.slice(0, 20).map(({ memberId }) => `wallet:${memberId}`),
    ...venues.body.items.map(({ venueId }) => `till:${venueId}`),
  ];
  const entries = accounts.flatMap((one) => [`/v1/accounts/${one}`, `/v1/accounts/${one}/entries`]);
  const paths = ['/v1/ledger', '/v1/funds', '/v1/organisations', ...entries];
  const found = await Promise.all(paths.map((path) => admin.get(path)));
  return [members.body, venues.body, ...found.map(({ status, body }) => [status, body])];
}

t.test('a service with a stream of some length', async (t) => {
  const { dataDirectory, file } = seeded(t);
  const first = await started(t, dataDirectory);
  const expected = await answers(first);
  await logs(first, /the state is saved/);
  t.ok(existsSync(file), 'saves its state');
  t.same(await first.end('SIGTERM'), { code: 0, signal: null });

  const second = await started(t, dataDirectory);
  t.match(second.logged(), /the saved state is used/, 'starts from it');
  t.same(await answers(second), expected, 'answers as before');
  await logs(second, /the saved state is proved/);
  t.match(second.logged(), /is proved/, 'and proves it from the stream');
  t.same(await second.end('SIGTERM'), { code: 0, signal: null });
});

t.test('a service that is killed while it saves its state', async (t) => {
  const { dataDirectory, file } = seeded(t);
  let expected: unknown;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const touched = new Promise<void>((resolve) => {
      const watching = watch(dataDirectory, (_, name) => {
        if (name !== 'ledger.state' && name !== 'ledger.state.part') return;
        watching.close();
        resolve();
      });
    });
    const service = await started(t, dataDirectory);
    expected ??= await answers(service);
    t.same(await answers(service), expected, `${round}: answers as before`);
    await touched;
    await service.end('SIGKILL');
    // What it had come to, it may have saved whole; the next round saves it again.
    writeFileSync(file, existsSync(partOf(file)) ? readFileSync(partOf(file)) : 'half');
  }
  t.same(await answers(await started(t, dataDirectory)), expected, 'starts all the same');
});

t.test('a service that gives way to all other processes, as nobody in particular', async (t) => {
  const { dataDirectory, file } = seeded(t);
  const superuser = process.getuid?.() === 0;
  const files = readdirSync(dataDirectory).map((name) => join(dataDirectory, name));
  if (superuser) [dataDirectory, ...files].forEach(disown);
  const uid = superuser ? { uid: NOBODY } : {};
  const options = { dataDirectory, environment: { NETWORK }, niceness: 19, ...uid };
  const service = await serviceFor(t, options);
  await logs(service, /the state (is|could not be) saved/);
  t.ok(existsSync(file), 'saves its state too');
});

t.test('a saved state that is spoilt', async (t) => {
  const { dataDirectory, file } = seeded(t);
  const first = await started(t, dataDirectory);
  const expected = await answers(first);
  await logs(first, /the state is saved/);
  await first.end('SIGTERM');
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);

  const second = await started(t, dataDirectory);
  t.match(
    second.logged(),
    /"why":"its part \w+ is not as it was written","msg":"the saved state does not fit/,
    'is thrown away, and the log says why',
  );
  t.same(await answers(second), expected, 'and the service answers from the stream');
  await second.end('SIGTERM');
});

t.test('a saved state that fits and is wrong', async (t) => {
  const { dataDirectory, file } = seeded(t);
  const first = await started(t, dataDirectory);
  const expected = await answers(first);
  await logs(first, /the state is saved/);
  await first.end('SIGTERM');
  const signing = readFileSync(join(dataDirectory, 'signing.key'), 'utf8').trim();
  const key = stateKey([signerIn(signing)]);
  const saved = open(file, codeHash(), key)!;
  const { code, format, revision, event } = saved.header;
  const derived = derivedFrom(saved.parts());
  saved.close();
  derived.ledger.balances.set('lapsed', 100);
  write(file, { code, format, revision, event }, partsOf(derived), key);

  const second = await started(t, dataDirectory);
  const { code: status } = await second.ended;
  t.not(status, 0, 'ends the process as soon as it is found');
  t.match(second.logged(), /is not what the stream makes of revision \d+ \(ledger\)/, 'saying why');
  const third = await started(t, dataDirectory);
  t.same(await answers(third), expected, 'and the next start does without it');
});

t.test('a ledger in memory', async (t) => {
  const dataDirectory = t.testdir();
  const environment = { JOURNAL_URL: 'memory:' };
  const service = await serviceFor(t, { dataDirectory, environment });
  await service.end('SIGTERM');
  t.notOk(existsSync(join(dataDirectory, 'ledger.state')), 'saves nothing');
});
