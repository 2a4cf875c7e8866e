import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { environmentAt } from '../support/eventstore/environment.ts';
import { standIn } from '../support/eventstore/index.ts';
import { HttpClient, notStarted, serviceFor, type ServiceProcess } from '../support/process.ts';
import { tillIn } from './till.ts';

const SUPERUSER = process.getuid?.() === 0;
const NOBODY = 65_534;
const SALES_MAX = 100;

t.test('a disk that is full', (t) => full(t, {}));

t.test('a disk that is full, of one whose stream is at an EventStoreDB', async (t) => {
  const { url } = await standIn(t);
  await full(t, environmentAt(url));
});

async function full(t: Test, environment: Record<string, string>): Promise<void> {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  const dataDirectory = join(disk, 'data');
  const service = await serviceFor(t, { dataDirectory, environment });
  const till = await tillIn(service);
  const before = await till.redeem('before');
  t.equal(before.status, 201, 'takes writes while there is room');

  const ballast = join(disk, 'ballast');
  fill(ballast);
  const answered = ['before'];
  let refused = await till.redeem('sale-0');
  for (let sale = 1; refused.status === 201 && sale < SALES_MAX; sale += 1) {
    answered.push(`sale-${sale - 1}`);
    refused = await till.redeem(`sale-${sale}`);
  }
  t.match(
    refused,
    { status: 503, body: { code: 'not_writing', retryable: true, detail: /full/ } },
    'refuses writes, and says why',
  );
  const ready = await new HttpClient(service.url, undefined).get('/readyz');
  t.match(ready, { status: 503, body: { ok: false, why: /full/ } }, 'is not ready, and says why');
  const left = String(100 - answered.length);
  t.equal(await till.balance(), left, 'still answers who reads');

  rmSync(ballast);
  t.equal((await till.redeem('after')).status, 201, 'writes again as soon as there is room');
  const cleared = await new HttpClient(service.url, undefined).get('/readyz');
  t.equal(cleared.status, 200, 'and is ready');
  await service.end('SIGKILL');

  const restarted = await serviceFor(t, { dataDirectory, environment });
  for (const key of [...answered, 'after']) {
    const again = await till.redeem(key, restarted);
    t.equal(again.headers.get('idempotent-replayed'), 'true', `has ${key}, which was answered`);
  }
  t.equal(await till.balance(restarted), String(99 - answered.length), 'each of them once');
}

t.test('a disk that is full when a service is killed', async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  const dataDirectory = join(disk, 'data');
  const service = await serviceFor(t, { dataDirectory });
  const till = await tillIn(service);
  const before = await till.redeem('before');
  const ballast = join(disk, 'ballast');
  fill(ballast);
  let refused = await till.redeem('sale-0');
  for (let sale = 1; refused.status === 201 && sale < SALES_MAX; sale += 1) {
    refused = await till.redeem(`sale-${sale}`);
  }
  const left = await till.balance();
  await unsigned(t, service, before.body.transactionId);
  t.equal(service.child.exitCode, null, 'lives on');
  await service.end('SIGKILL');

  const restarted = await serviceFor(t, { dataDirectory });
  t.equal(await till.balance(restarted), left, 'is started again, and answers who reads');
  t.match(await till.redeem('later', restarted), { status: 503 }, 'records nothing');
  await unsigned(t, { ...restarted, adminKey: till.key }, before.body.transactionId);
  rmSync(ballast);
  t.equal((await till.redeem('later', restarted)).status, 201, 'and does as soon as there is room');
  const admin = new HttpClient(restarted.url, till.key);
  t.equal((await admin.post('/v1/checkpoints', {}, 'sign')).status, 200, 'and signs');
  t.match(await restarted.end('SIGTERM'), { code: 0 }, 'and ends in order');
});

/** Nothing is signed, and whoever wants something signed is told why. */
async function unsigned(
  t: Test,
  { url, adminKey }: Pick<ServiceProcess, 'url' | 'adminKey'>,
  transactionId: string,
): Promise<void> {
  const admin = new HttpClient(url, adminKey);
  const receipt = await admin.get(`/v1/transactions/${transactionId}/receipt`);
  const why = { status: 503, body: { code: 'not_writing', detail: /full/ } };
  t.match(receipt, why, 'gives no receipt, and says why');
  t.match(await admin.post('/v1/checkpoints', {}, 'sign'), why, 'signs nothing');
}

t.test('an fsync that fails', async (t) => {
  if (!found('strace')) {
    return t.plan(0, 'strace is not installed, so no system call can be made to fail here');
  }
  const dataDirectory = t.testdir();
  const service = await serviceFor(t, { dataDirectory });
  const till = await tillIn(service);
  await till.redeem('before');
  if (!(await failingFsyncs(t, service.child.pid!))) {
    return t.plan(0, 'this machine does not let one process trace another');
  }
  const lost = await till.redeem('doubtful');
  t.match(
    lost,
    { status: 503, body: { code: 'outcome_unknown', retryable: true } },
    'is answered without a word that nothing happened',
  );
  const { code } = await service.ended;
  t.equal(code, 1, 'ends the process');
  t.match(service.logged(), /the journal is broken: this process takes no more writes/);

  const restarted = await serviceFor(t, { dataDirectory });
  const before = await till.redeem('before', restarted);
  t.equal(before.headers.get('idempotent-replayed'), 'true', 'loses nothing that was answered');
  t.equal((await till.redeem('doubtful', restarted)).status, 201, 'and the same key sent again');
  t.equal(await till.balance(restarted), '98', 'is taken once');
});

t.test('a file that may only be read', async (t) => {
  const dataDirectory = t.testdir();
  const uid = SUPERUSER ? { uid: NOBODY } : {};
  if (SUPERUSER) chownSync(dataDirectory, NOBODY, NOBODY);
  const service = await serviceFor(t, { dataDirectory, ...uid });
  await tillIn(service);
  await service.end('SIGTERM');

  chmodSync(join(dataDirectory, 'ledger.sqlite'), 0o444);
  const refused = await notStarted(t, { dataDirectory, ...uid });
  t.equal(refused.code, 1, 'keeps the service from starting');
  t.match(refused.logged, /^The service did not start\. .*ledger\.sqlite.*readonly/m, 'says why');
  t.notMatch(refused.logged, /\n\s+at /, 'in a sentence, not a stack');
  t.notMatch(refused.logged, /damaged/, 'which does not call damaged what is whole');

  for (const name of readdirSync(dataDirectory)) chmodSync(join(dataDirectory, name), 0o600);
  const mended = await serviceFor(t, { dataDirectory, ...uid });
  const { body } = await new HttpClient(mended.url, service.adminKey).get('/v1/ledger');
  t.match(body, { transactions: 1 }, 'and nothing is lost');
});

t.test('a folder that may only be read', async (t) => {
  const dataDirectory = t.testdir();
  chmodSync(dataDirectory, 0o555);
  const uid = SUPERUSER ? { uid: NOBODY } : {};
  const refused = await notStarted(t, { dataDirectory, ...uid });
  t.equal(refused.code, 1, 'keeps the service from starting');
  t.match(refused.logged, dataDirectory, 'is named');
  t.notMatch(refused.logged, /\n\s+at /, 'in a sentence, not a stack');
});

/** A disk of a few megabytes; without one the test is skipped, and says so. */
function smallDisk(t: Test): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const words = ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk];
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
  if (status !== 0) {
    t.plan(0, `no small disk can be mounted here: ${stderr.trim() || 'there is no mount command'}`);
    return undefined;
  }
  t.teardown(() => {
    spawnSync('umount', ['--lazy', disk]);
    rmdirSync(disk);
  });
  return disk;
}

/** Writes a file until there is no room for more. */
function fill(file: string): void {
  const descriptor = openSync(file, 'w');
  const block = Buffer.alloc(4096);
  try {
    for (;;) writeSync(descriptor, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}

function found(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}

/** Makes every fsync of a process fail from here on; tells whether that could be done. */
async function failingFsyncs(t: Test, pid: number): Promise<boolean> {
  const inject = 'inject=fsync,fdatasync:error=EIO';
  const words = ['-f', '-p', String(pid), '-e', 'trace=fsync,fdatasync', '-e', inject];
  const strace = spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  t.teardown(() => strace.kill('SIGKILL'));
  return new Promise((resolve) => {
    let said = '';
    strace.once('close', () => resolve(false));
    strace.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/attached/.test(said)) resolve(true);
    });
  });
}
