import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import t, { type Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { eventSchemas, type EventOf } from '../../schemas/events/index.ts';
import { checkStream } from '../../src/cli/check/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { altered, findingsIn } from './altered.ts';
import { busyLines, busyWorld } from './busyWorld.ts';
import { CommandLine } from './support.ts';

t.test('given a stream in which every kind of event has happened', async (t) => {
  const lines = await busyLines();
  const types = new Set(lines.map((line) => (JSON.parse(line) as { type: string }).type));
  const missing = eventSchemas
    .map((schema) => schema.shape.type.value)
    .filter((type) => !types.has(type) && type !== 'FormatRaised');
  t.same(missing, [], 'it has indeed');

  await t.test('then everything holds', async (t) => {
    const checked = await checkStream(memoryJournal([...lines]));
    t.same(checked.findings, []);
    t.equal(checked.events, lines.length, 'over the whole of it');
  });

  await t.test('when an amount was changed', async (t) => {
    const change = (event: EventOf<'CreditsRedeemed'>) => (event.data.credits = '20');
    const { lines: changed, revision } = altered(lines, 'CreditsRedeemed', change);
    const found = await findingsIn(changed);
    t.match(found.get('guarded-accounts'), { revision, found: /^-/ }, 'a wallet is below zero');
  });

  await t.test('when credits issued were changed', async (t) => {
    const change = (event: EventOf<'CreditsIssued'>) => (event.data.credits = '9');
    const { lines: changed, revision } = altered(lines, 'CreditsIssued', change);
    t.match(
      (await findingsIn(changed)).get('hours-given'),
      { revision, expected: 'for 100 minutes, in steps of 0.5, credits of 1.5', found: '9' },
      'they are not those of the hours given',
    );
  });

  await t.test('when minutes carried were changed', async (t) => {
    const change = (event: EventOf<'CreditsIssued'>) => (event.data.carriedMinutes = 29);
    const { lines: changed, revision } = altered(lines, 'CreditsIssued', change);
    const breach = { revision, expected: 'carriedMinutes of 10', found: '29' };
    t.match((await findingsIn(changed)).get('hours-given'), breach, 'they are recomputed');
  });

  await t.test('when minutes withdrawn were changed', async (t) => {
    const change = (event: EventOf<'TransactionReversed'>) => (event.data.issue!.minutes = 1000);
    const { lines: changed, revision } = altered(lines, 'TransactionReversed', change, -2);
    const breach = { revision, expected: /^at most 95 minutes/, found: '1000 minutes' };
    t.match((await findingsIn(changed)).get('reversals'), breach, 'they exceed the original');
  });

  await t.test('when a reversal cites something else', async (t) => {
    const change = (event: EventOf<'TransactionReversed'>) =>
      (event.data.reverses = 'txn_3_0123456789abcdef');
    const { lines: changed, revision } = altered(lines, 'TransactionReversed', change);
    const breach = { revision, event: 'TransactionReversed', found: 'none' };
    t.match((await findingsIn(changed)).get('reversals'), breach, 'it is named');
  });

  await t.test('when credits went to another account', async (t) => {
    const change = (event: EventOf<'CreditsRedeemed'>) => (event.data.credit = 'lapsed');
    const { lines: changed, revision } = altered(lines, 'CreditsRedeemed', change);
    const breach = { revision, expected: 'credits that go wallet to till', found: 'wallet lapsed' };
    t.match((await findingsIn(changed)).get('movements'), breach, 'it is not what events do');
  });

  await t.test('when one side of a movement is missing', async (t) => {
    const change = (event: EventOf<'CreditsIssued'>) => delete event.data.debit;
    const { lines: changed, revision } = altered(lines, 'CreditsIssued', change);
    const found = await findingsIn(changed);
    t.match(found.get('zero-sum'), { revision, found: '1.5' }, 'the sum is not zero');
    t.match(found.get('movements'), { revision }, 'and the movement is not whole');
  });

  await t.test('when an account has no holder', async (t) => {
    const change = (event: EventOf<'CreditsTransferred'>) =>
      (event.data.credit = 'wallet:mem_0123456789abcdef');
    const { lines: changed, revision } = altered(lines, 'CreditsTransferred', change);
    const breach = { revision, expected: 'mem_0123456789abcdef to be registered before' };
    t.match((await findingsIn(changed)).get('holders'), breach, 'it is named');
  });

  await t.test('when an event is by an access that was revoked', async (t) => {
    const revoked = altered(lines, 'AccessRevoked', () => undefined, -1);
    const { accessId } = (JSON.parse(lines[revoked.revision]!) as EventOf<'AccessRevoked'>).data;
    const last = JSON.parse(lines[revoked.revision]!) as EventOf<'AccessRevoked'>;
    last.by.access = accessId;
    last.command = { ...last.command, id: 'cmd_0123456789abcdef' };
    delete last.command.key;
    delete last.command.body;
    const found = (await findingsIn([...lines, canonical(last)])).get('accesses');
    t.match(found, { revision: lines.length, found: /which was revoked/ }, 'it is named');
  });

  await t.test('when the time of an event was changed', async (t) => {
    const change = (event: EventOf<'CreditsRedeemed'>) =>
      (event.recordedAt = '2026-01-01T00:00:00.000Z');
    const { lines: changed, revision } = altered(lines, 'CreditsRedeemed', change);
    const breach = { revision, found: '2026-01-01T00:00:00.000Z' };
    t.match((await findingsIn(changed)).get('recorded-time'), breach, 'it fell');
  });

  await t.test('when an event of a command is gone', async (t) => {
    const { revision } = altered(lines, 'CreditsIssued', () => undefined, 3);
    const found = await findingsIn(lines.toSpliced(revision, 1));
    t.match(found.get('commands'), { revision, found: /^another command/ }, 'it is not whole');
  });

  await t.test('when the last event of the last command is gone', async (t) => {
    const two = lines.slice(0, 1);
    t.match((await findingsIn(two)).get('commands'), { revision: 0, found: 'its end' });
  });

  await t.test('when a key was used twice', async (t) => {
    const voided = altered(lines, 'KeyVoided', () => undefined);
    const { voids } = (JSON.parse(lines[voided.revision]!) as EventOf<'KeyVoided'>).data;
    const change = (event: EventOf<'CreditsTransferred'>) => (event.command.key = voids);
    const { lines: changed, revision } = altered(lines, 'CreditsTransferred', change);
    t.match((await findingsIn(changed)).get('idempotency-keys'), { revision }, 'it is named');
  });

  await t.test('when the ledger is opened twice or not at all', async (t) => {
    const again = (await findingsIn([...lines, lines[0]!])).get('opening');
    t.match(again, { revision: lines.length, found: 'another LedgerOpened' });
    t.match((await findingsIn(lines.slice(1))).get('opening'), { revision: 0 });
    t.match((await findingsIn([])).get('opening'), { revision: 0, found: 'an empty stream' });
  });

  await t.test('when bytes are not canonical', async (t) => {
    const spaced = lines.with(3, lines[3]!.replace(':', ': '));
    t.match((await findingsIn(spaced)).get('form'), { revision: 3 }, 'they are told');
  });

  await t.test('when an event is not what its schema says', async (t) => {
    const { findings, stopped } = await checkStream(
      memoryJournal([...lines.with(4, lines[4]!.replace('"v":1', '"v":7'))]),
    );
    t.match(findings, [{ invariant: 'form', revision: 4 }], 'it is named');
    t.ok(stopped, 'and nothing behind it is judged');
  });
});

/** A busy ledger on disk; its rows can be changed, with or without their checksums. */
async function ledgerOnDisk(t: Test) {
  const directory = t.testdir();
  const file = join(directory, 'ledger.sqlite');
  const journal = await sqliteJournal(file);
  await busyWorld(journal);
  await journal.close();
  const changeRow = (revision: number, from: string | RegExp, to: string, chained: boolean) => {
    const database = new DatabaseSync(file);
    database
      .prepare('UPDATE event SET event = ? WHERE revision = ?')
      .run(textAt(database, revision).replace(from, to), revision);
    if (chained) chainAgain(database);
    database.close();
  };
  return { directory, file, changeRow, cli: new CommandLine() };
}

function textAt(database: DatabaseSync, revision: number): string {
  const row = database.prepare('SELECT event FROM event WHERE revision = ?').get(revision);
  return (row as { event: string }).event;
}

/** Makes every checksum fit again, as a forger would. */
function chainAgain(database: DatabaseSync): void {
  let crc = 0;
  for (const { revision, event } of database
    .prepare('SELECT revision, event FROM event ORDER BY revision')
    .all() as { revision: number; event: string }[]) {
    crc = crc32(event, crc);
    database.prepare('UPDATE event SET crc = ? WHERE revision = ?').run(crc, revision);
  }
}

t.test('given a ledger on disk', async (t) => {
  const { directory, file, cli } = await ledgerOnDisk(t);

  await t.test('when it is checked', async (t) => {
    const { status, output } = await cli.run('check', '--data', directory);
    t.equal(status, 0, 'then the exit status is 0');
    t.match(output, /Everything holds\.\n$/);
  });

  await t.test('when a service is writing to it', async (t) => {
    const journal = await sqliteJournal(file);
    t.teardown(() => journal.close());
    const { status, body } = await cli.json('check', '--data', directory);
    t.match({ status, body }, { status: 0, body: { ok: true } }, 'then it is checked beside it');
  });

  await t.test('when it is named by the environment', async (t) => {
    cli.environment = { DATA_DIR: directory };
    t.match(await cli.json('check'), { status: 0 }, 'then it is found there');
  });
});

t.test('given a row that was altered on disk', async (t) => {
  const { directory, changeRow, cli } = await ledgerOnDisk(t);
  changeRow(12, /"recordedAt":"2026/, '"recordedAt":"2027', false);
  const { status, body } = await cli.json('check', '--data', directory);
  t.equal(status, 1, 'the exit status is 1');
  t.match(body, { ok: false, firstBroken: 12, findings: [{ invariant: 'journal', revision: 12 }] });
  t.match(body, { events: 12, stopped: true }, 'and what stands before it was judged');

  const replayed = await cli.run('replay', '--data', directory);
  t.match(
    replayed,
    { status: 1, progress: /^The journal is damaged at revision 12: .*\n$/ },
    'a replay says the same, without a stack trace',
  );
});

t.test('given a row that was altered together with its checksums', async (t) => {
  const { directory, file, changeRow, cli } = await ledgerOnDisk(t);
  const database = new DatabaseSync(file);
  const found = database
    .prepare("SELECT revision FROM event WHERE event LIKE '%CreditsRedeemed%'")
    .get() as { revision: number };
  database.close();
  changeRow(found.revision, '"credits":"2.5"', '"credits":"25"', true);
  const { status, output } = await cli.run('check', '--data', directory);
  t.equal(status, 1, 'the exit status is 1');
  t.match(output, new RegExp(`revision ${found.revision} \\(CreditsRedeemed\\): expected wallet`));
  const first = new RegExp(`first event that breaks anything is at revision ${found.revision}\\.`);
  t.match(output, first, 'and the first event is named');
});

t.test('given a file whose pages are damaged', async (t) => {
  const { directory, file, cli } = await ledgerOnDisk(t);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xff, 4096, 3 * 4096));
  const { status, body } = await cli.json('check', '--data', directory);
  t.equal(status, 1, 'the exit status is 1');
  t.match(body, { findings: [{ invariant: 'journal', found: /malformed|not a database/ }] });
});

t.test('given a row that is gone', async (t) => {
  const { directory, file, cli } = await ledgerOnDisk(t);
  const database = new DatabaseSync(file);
  database.exec('DELETE FROM event WHERE revision = 5');
  database.close();
  const { status, body } = await cli.json('check', '--data', directory);
  t.match({ status, body }, { status: 1, body: { firstBroken: 5 } }, 'it is missed');
});
