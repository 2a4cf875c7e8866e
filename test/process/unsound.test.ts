import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { partsIn } from '../../src/backup/parts.ts';
import { endOf, openReader } from '../../src/journal/sqlite/file.ts';
import { change } from '../backup/support.ts';
import { HttpClient, notStarted, serviceFor, type ServiceProcess } from '../support/process.ts';
import { tillIn } from './till.ts';

const DAMAGED = /"level":60.*damaged or gone/;
const OTHER_NAME = `
  UPDATE event SET event = replace(event, '"name":', '"nome":') WHERE revision = 2
`;

async function selling(t: Test) {
  const folder = t.testdir();
  const dataDirectory = join(folder, 'data');
  const service = await serviceFor(t, { dataDirectory });
  const till = await tillIn(service);
  const sold = await till.redeem('before');
  t.equal(sold.status, 201, 'sells at first');
  return { folder, dataDirectory, service, till, parts: partsIn(dataDirectory) };
}

/** Changes a file beside the service that has it open. */
function changeBeside(file: string, statement: string): void {
  const database = new DatabaseSync(file);
  database.exec(statement);
  database.close();
}

async function recordsNothing(
  t: Test,
  { url, adminKey }: ServiceProcess,
  till: Awaited<ReturnType<typeof tillIn>>,
  why: RegExp,
): Promise<void> {
  const refused = await till.redeem('after');
  t.match(refused, { status: 503, body: { code: 'not_writing', detail: why } }, 'sells no more');
  const ready = await new HttpClient(url, undefined).get('/readyz');
  t.match(ready, { status: 503, body: { ok: false, why } }, 'is not ready, and says why');
  const admin = new HttpClient(url, adminKey);
  const signed = await admin.post('/v1/checkpoints', {}, 'sign');
  t.match(signed, { status: 503, body: { detail: why } }, 'signs nothing');
  t.equal(await till.balance(), '99', 'and still answers who reads what is sound');
  const metrics = await admin.get<string>('/metrics');
  t.match(metrics.body, /^timecredits_damaged 1$/m, 'its metrics say so too');
}

t.test('a service of which a row is altered while it runs', async (t) => {
  const { service, till, parts } = await selling(t);
  changeBeside(parts.ledger, OTHER_NAME);
  const admin = new HttpClient(service.url, service.adminKey);
  const why = /The journal is damaged at revision 2: checksum \d+/;
  const read = await admin.get('/v1/events');
  t.match(read, { status: 503, body: { code: 'damaged', detail: why } }, 'does not show it');
  await service.logs(DAMAGED);
  await recordsNothing(t, service, till, why);
  t.match(await service.end('SIGTERM'), { code: 0 }, 'and ends in order when it is told to');
});

t.test('a service of which nobody reads the row that is altered', async (t) => {
  const { service, till, parts } = await selling(t);
  changeBeside(parts.ledger, OTHER_NAME);
  await service.logs(DAMAGED);
  t.pass('finds it by the proof that goes on while it runs');
  await recordsNothing(t, service, till, /The journal is damaged at revision 2: checksum \d+/);
});

t.test('a service whose log of writes is deleted', async (t) => {
  const { dataDirectory, service, till, parts } = await selling(t);
  rmSync(`${parts.ledger}-wal`);
  await service.logs(DAMAGED);
  await recordsNothing(t, service, till, /ledger\.sqlite-wal, which is open, was deleted/);
  await service.end('SIGKILL');
  const next = await serviceFor(t, { dataDirectory });
  const again = await till.redeem('before', next);
  t.equal(again.headers.get('idempotent-replayed'), 'true', 'has saved what it answered');
});

t.test('a service whose log is deleted in the moment of a sale', async (t) => {
  const { dataDirectory, service, till, parts } = await selling(t);
  rmSync(`${parts.ledger}-wal`);
  const sold = await till.redeem('at-once');
  t.match(sold, { status: 503, body: { code: /outcome_unknown|not_writing/ } }, 'does not say yes');
  await service.end('SIGKILL');
  const next = await serviceFor(t, { dataDirectory });
  t.equal((await till.redeem('at-once', next)).status, 201, 'and the same key sent again');
  t.equal(await till.balance(next), '98', 'is taken once');
});

t.test('a service whose folder is moved away', async (t) => {
  const { folder, dataDirectory, service, till } = await selling(t);
  renameSync(dataDirectory, join(folder, 'elsewhere'));
  await service.logs(DAMAGED);
  await recordsNothing(t, service, till, /ledger\.sqlite, which is open, was deleted or moved/);
});

t.test('a service whose stream is replaced by another file', async (t) => {
  const { service, till, parts } = await selling(t);
  writeFileSync(`${parts.ledger}.new`, readFileSync(parts.ledger));
  renameSync(`${parts.ledger}.new`, parts.ledger);
  await service.logs(DAMAGED);
  await recordsNothing(t, service, till, /ledger\.sqlite is another than the one that is open/);
});

/** Waits until the head of the tree that is kept covers all that is recorded. */
async function headOf(dataDirectory: string, size: number): Promise<void> {
  const head = join(dataDirectory, 'ledger.head');
  const covers = () =>
    existsSync(head) && (JSON.parse(readFileSync(head, 'utf8')) as { size: number }).size >= size;
  const watching = watch(dataDirectory);
  while (!covers()) await once(watching, 'change');
  watching.close();
}

t.test('a service that was killed, and whose last sale was cut off then', async (t) => {
  const { dataDirectory, service, till, parts } = await selling(t);
  await till.redeem('last');
  const reader = openReader(parts.ledger);
  const { revision } = endOf(reader);
  reader.close();
  await headOf(dataDirectory, revision + 1);
  await service.end('SIGKILL');
  change(parts.ledger, `DELETE FROM event WHERE revision = ${revision}`);

  const refused = await notStarted(t, { dataDirectory });
  const lost = new RegExp(
    `The end of the stream is lost, .*ledger\\.head, signed at .* is over ${revision + 1} events`,
  );
  t.match(refused.logged, lost, 'is not started unnoticed');
  t.match(refused.logged, /put .*ledger\.head aside, start again, and have the tills send/);
  t.notMatch(refused.logged, /\n\s+at /, 'in a sentence, not a stack');

  renameSync(join(dataDirectory, 'ledger.head'), join(dataDirectory, 'ledger.head.aside'));
  const next = await serviceFor(t, { dataDirectory });
  t.equal((await till.redeem('last', next)).status, 201, 'but by who knows of it');
  t.equal(await till.balance(next), '98');
});
