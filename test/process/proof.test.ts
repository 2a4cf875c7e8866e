import { cpSync } from 'node:fs';
import t, { type Test } from 'tap';
import { partsIn } from '../../src/backup/parts.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { endOf, openReader } from '../../src/journal/sqlite/file.ts';
import { CommandLine } from '../cli/support.ts';
import { change, forge, keptLedger } from '../backup/support.ts';
import {
  NotStartedError,
  serviceFor,
  startService,
  type ProcessOptions,
} from '../support/process.ts';

/** More than fill a tile of the tree, so that there is something to compare with. */
const MEMBERS = 260;

const whole = { data: '', size: 0 };

t.before(async () => {
  const ledger = await keptLedger(t);
  for (let member = 0; member < MEMBERS; member += 1) await ledger.enrol();
  whole.size = (await ledger.show()).size;
  await ledger.end();
  whole.data = ledger.data;
});

/** The data of a ledger whose events were all shown, as its service left it; the test's own. */
function shown(t: Test) {
  const dataDirectory = t.testdir();
  cpSync(whole.data, dataDirectory, { recursive: true });
  return { dataDirectory, parts: partsIn(dataDirectory), size: whole.size };
}

/** How a service ends by itself, be it before it listens or after that, and what it says. */
async function endingOf(t: Test, options: ProcessOptions) {
  try {
    const service = await startService(options);
    t.teardown(() => service.end('SIGKILL'));
    return { code: (await service.ended).code, logged: service.logged() };
  } catch (error) {
    if (error instanceof NotStartedError) return error;
    throw error;
  }
}

function lastShown(file: string): number | undefined {
  const store = new CheckpointStore(file);
  const latest = store.latest();
  store.close();
  return latest?.size;
}

t.test('given a forger who altered a row and made all checksums anew', async (t) => {
  const { dataDirectory, parts, size } = shown(t);
  forge(parts.ledger, (lines) => lines.map((line) => line.replace('Strood Gard', 'Rainham Gard')));
  const { code, logged } = await endingOf(t, { dataDirectory });
  t.equal(code, 1, 'the service ends with a status that a supervisor notices');
  t.match(
    logged,
    /^The service ends\. The journal is damaged at revision 2: its hash is [0-9a-f]{64}, but/m,
    'names the row',
  );
  t.match(logged, /^The service ends\. .* Nothing is served: .*timecredits restore/m, 'and help');
  t.match(logged, /"level":60.*not as it was written/, 'which its log calls fatal');
  t.notMatch(logged, /\n\s+at /, 'in a sentence, not a stack');
  t.equal(lastShown(parts.checkpoints), size, 'and has signed nothing');
});

t.test('given a forged row, when an access is granted without the service', async (t) => {
  const { dataDirectory, parts, size } = shown(t);
  forge(parts.ledger, (lines) => lines.map((line) => line.replace('Strood Gard', 'Rainham Gard')));
  const words = ['--role', 'admin', '--offline', '--data', dataDirectory];
  const { status, progress } = await new CommandLine().run('access', 'grant', ...words);
  t.equal(status, 1, 'it is refused');
  t.match(progress, /damaged at revision 2: its hash is/);
  const left = openReader(parts.ledger);
  t.teardown(() => left.close());
  t.equal(endOf(left).revision, size - 1, 'and nothing is written');
});

t.test('given a tile that was altered below the root that was shown', async (t) => {
  const { dataDirectory, parts } = shown(t);
  change(parts.ledger, 'UPDATE tile SET hashes = zeroblob(8192) WHERE level = 0');
  const { code, logged } = await endingOf(t, { dataDirectory });
  t.equal(code, 1, 'the service ends');
  t.match(logged, /^The service ends\. The journal is damaged at revision 0: its hash is/m);
});

t.test('given a tile that was altered, so that another root than was shown', async (t) => {
  const { dataDirectory, parts } = shown(t);
  change(parts.ledger, 'UPDATE tile SET hashes = zeroblob(32) WHERE level = 1');
  const { code, logged } = await endingOf(t, { dataDirectory });
  t.equal(code, 1, 'follows from it, the service ends');
  t.match(logged, /damaged at revision 0: .*\(tile 1\/000\.p\/1\)/, 'and the tile is named');
});

t.test('a service on a ledger that is as it was written', async (t) => {
  const { dataDirectory, size } = shown(t);
  const proof = new RegExp(`"level":30.*"events":${size},"seconds":\\d+.*is proved`);
  const service = await serviceFor(t, { dataDirectory });
  await service.logs(proof);
  t.pass('says that it is proved, and when');
  t.match(await service.end('SIGTERM'), { code: 0, signal: null }, 'and ends in order');
});

t.test('a service that was killed while it proved', async (t) => {
  const { dataDirectory, size } = shown(t);
  const killed = await serviceFor(t, { dataDirectory });
  await killed.end('SIGKILL');
  const next = await serviceFor(t, { dataDirectory });
  await next.logs(new RegExp(`"events":${size},`));
  t.pass('is followed by one that proves from the beginning');
});
