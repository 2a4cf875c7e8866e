import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import t, { type Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { eventSchemas, type EventOf } from '../../schemas/events/index.ts';
import { checkStream } from '../../src/check/index.ts';
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
    const { lines: changed, revision } = altered(lines, 'TransactionReversed', change, 3);
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

  const settlements: Readonly<Record<string, [(event: EventOf<'TillSettled'>) => void, string]>> = {
    'is said to be for more': [(event) => (event.data.credits = '2'), ' to programme of 2'],
    'leaves an entry out': [(event) => (event.data.firstRevision += 1), ''],
    'skips a number': [(event) => (event.data.number = 2), '2'],
    'is of a day that has not ended': [(event) => (event.data.to = '2026-07-11'), '2026-07-11'],
    'is told in other pounds': [(event) => (event.data.pounds = '4.87'), '4.87 at 3.25'],
    'is told at another rate': [(event) => (event.data.rate = '3.26'), '18.69 at 3.26'],
  };
  for (const [what, [change, found]] of Object.entries(settlements)) {
    await t.test(`when a settlement ${what}`, async (t) => {
      const { lines: changed, revision } = altered(lines, 'TillSettled', change);
      const breach = (await findingsIn(changed)).get('settlements');
      t.match(breach, { revision, event: 'TillSettled', found: new RegExp(`${found}$`) });
    });
  }

  await t.test('when a settlement is there twice', async (t) => {
    const { revision } = altered(lines, 'TillSettled', () => undefined);
    const breach = (await findingsIn([...lines, lines[revision]!])).get('settlements');
    t.match(breach, { revision: lines.length }, 'it takes what was settled before');
  });

  await t.test('when one side of a movement is missing', async (t) => {
    const change = (event: EventOf<'CreditsIssued'>) => delete event.data.debit;
    const { lines: changed, revision } = altered(lines, 'CreditsIssued', change);
    const found = await findingsIn(changed);
    t.match(found.get('zero-sum'), { revision, found: '1.5' }, 'the sum is not zero');
    t.match(found.get('movements'), { revision }, 'and the movement is not whole');
  });

  await t.test('when a visit was beyond the limit of the time', async (t) => {
    const change = (event: EventOf<'VisitRecorded'>) => (event.data.credits = '6');
    const { lines: changed, revision } = altered(lines, 'VisitRecorded', change);
    const breach = { revision, expected: 'at most 5 owed by clearing:cardiff', found: '6' };
    t.match((await findingsIn(changed)).get('clearing-accounts'), breach, 'it is named');
    const lower = (event: EventOf<'NetworkLimitsChanged'>) => (event.data.theyOweAtMost = '4');
    const lowered = altered(lines, 'NetworkLimitsChanged', lower);
    t.match(
      (await findingsIn(lowered.lines)).get('clearing-accounts'),
      { revision, expected: 'at most 4 owed by clearing:cardiff', found: '4.5' },
      'as it is where the limit was another',
    );
  });

  await t.test('when a clearing account is moved by something else', async (t) => {
    const change = (event: EventOf<'CreditsRedeemed'>) => (event.data.credit = 'clearing:cardiff');
    const { lines: changed, revision } = altered(lines, 'CreditsRedeemed', change);
    const breach = { revision, expected: 'a visit or its reversal', found: 'CreditsRedeemed' };
    t.match((await findingsIn(changed)).get('clearing-accounts'), breach, 'it is named');
  });

  await t.test('when a reference was used twice', async (t) => {
    const change = (event: EventOf<'VisitRecorded'>) => (event.data.reference = 'c-1');
    const { lines: changed, revision } = altered(lines, 'VisitRecorded', change, 1);
    const breach = { revision, expected: 'cardiff c-1 once' };
    t.match((await findingsIn(changed)).get('visit-references'), breach, 'it is named');
  });

  await t.test('when a network is registered twice, or is this one', async (t) => {
    const change = (event: EventOf<'NetworkRegistered'>) => (event.data.network = 'medway');
    const { lines: changed, revision } = altered(lines, 'NetworkRegistered', change);
    const own = { revision, expected: 'another network' };
    t.match((await findingsIn(changed)).get('clearing-accounts'), own, 'it is named');
    const twice = await findingsIn([...lines, lines[revision]!]);
    const again = { revision: lines.length, expected: 'a network that is new' };
    t.match(twice.get('clearing-accounts'), again, 'and so is this');
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

  await t.test('when something was left in a closed wallet', async (t) => {
    const change = (event: EventOf<'MemberClosed'>) => (event.data.credits = '0.25');
    const { lines: changed, revision } = altered(lines, 'MemberClosed', change);
    t.match((await findingsIn(changed)).get('endings'), { revision, expected: /left/ });
  });

  await t.test('when a merge moved credits elsewhere', async (t) => {
    const change = (event: EventOf<'MembersMerged'>) => (event.data.credit = 'lapsed');
    const { lines: changed, revision } = altered(lines, 'MembersMerged', change);
    const found = await findingsIn(changed);
    t.match(found.get('endings'), { revision, found: 'lapsed' }, 'it is named');
    t.match(found.get('movements'), { revision }, 'and is not what merges do');
  });

  await t.test('when a refund went to a wallet that was closed', async (t) => {
    const change = (event: EventOf<'TransactionReversed'>) => {
      const merge = lines.find((line) => line.includes('"MembersMerged"'))!;
      const { into } = (JSON.parse(merge) as EventOf<'MembersMerged'>).data;
      event.data.credit = `wallet:${into}`;
    };
    const { lines: changed, revision } = altered(lines, 'TransactionReversed', change, -1);
    const found = await findingsIn(changed);
    t.match(found.get('reversals'), { revision, expected: /to lapsed$/ }, 'it is named');
    t.match(
      found.get('endings'),
      { revision, found: /which is over$/ },
      'for nothing may be there',
    );
  });

  await t.test('when a merged member’s hours were counted apart', async (t) => {
    const change = (event: EventOf<'CreditsIssued'>) => (event.data.carriedMinutes = 50);
    const { lines: changed, revision } = altered(lines, 'CreditsIssued', change, -1);
    t.match((await findingsIn(changed)).get('hours-given'), { revision, found: '50' });
  });

  await t.test('when something suspended was used', async (t) => {
    const suspension = altered(lines, 'MemberSuspended', () => undefined).revision;
    const sale = altered(lines, 'CreditsRedeemed', () => undefined, -1).revision;
    const swapped = lines.with(sale, lines[suspension]!).with(suspension, lines[sale]!);
    const found = (await findingsIn(swapped)).get('suspensions');
    t.match(found, { revision: suspension, found: 'that it is' }, 'it is named');
  });

  await t.test('when a suspended access was used', async (t) => {
    const { revision } = altered(lines, 'AccessSuspended', () => undefined);
    const { accessId } = (JSON.parse(lines[revision]!) as EventOf<'AccessSuspended'>).data;
    const used = lines.with(
      revision + 1,
      lines[revision + 1]!.replace(/"access":"[^"]*"/, `"access":"${accessId}"`),
    );
    const found = (await findingsIn(used)).get('accesses');
    t.match(found, { revision: revision + 1, found: /which was suspended/ }, 'it is named');
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
