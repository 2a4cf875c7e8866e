import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import t, { type Test } from 'tap';
import { linesOf } from '../../schemas/stream.ts';
import { canonical } from '../../schemas/canonical.ts';
import { DamagedJournalError } from '../../src/journal/journal.ts';
import { sqliteJournal, sqliteReader } from '../../src/journal/sqlite/index.ts';
import { prove } from '../../src/journal/sqlite/proving.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { rootAt } from '../../src/proofs/tiles.ts';
import { naiveRoot } from '../proofs/tree.ts';
import { HttpClient, notStarted, serviceFor } from '../support/process.ts';
import { enrolledFrom } from './samples.ts';

const EVENTS = 1500;

const whole = join(t.testdir(), 'whole.sqlite');

t.before(async () => {
  const journal = await sqliteJournal(whole);
  await journal.append(linesOf(enrolledFrom(0, EVENTS)), -1);
  await journal.close();
});

/** A file with events in it, the test's own, and nobody who has it open. */
function written(t: Test): string {
  const file = join(t.testdir(), 'ledger.sqlite');
  copyFileSync(whole, file);
  return file;
}

function readerOf(t: Test, file: string): ReturnType<typeof sqliteReader> {
  const reader = sqliteReader(file);
  t.teardown(() => reader.close());
  return reader;
}

function change(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

const SWAP = `
  UPDATE event SET revision = -1 WHERE revision = 5;
  UPDATE event SET revision = 5 WHERE revision = 6;
  UPDATE event SET revision = 6 WHERE revision = -1;
`;

const DAMAGES: Record<string, { sql: string; revision: number; why: RegExp }> = {
  'an altered row': {
    sql: `UPDATE event SET event = replace(event, 'mem_', 'mom_') WHERE revision = 1200`,
    revision: 1200,
    why: /damaged at revision 1200: checksum \d+, but \d+ was stored/,
  },
  'an altered first row': {
    sql: `UPDATE event SET event = event || ' ' WHERE revision = 0`,
    revision: 0,
    why: /damaged at revision 0: checksum/,
  },
  'an altered checksum': {
    sql: 'UPDATE event SET crc = crc + 1 WHERE revision = 3',
    revision: 3,
    why: /damaged at revision 3: checksum/,
  },
  'two swapped rows': { sql: SWAP, revision: 5, why: /damaged at revision 5: checksum/ },
  'a deleted row in the middle': {
    sql: 'DELETE FROM event WHERE revision = 7',
    revision: 7,
    why: /damaged at revision 7: the next row stored is 8/,
  },
  'a deleted first row': {
    sql: 'DELETE FROM event WHERE revision = 0',
    revision: 0,
    why: /damaged at revision 0: the next row stored is 1/,
  },
  'a deleted row at the end of a page': {
    sql: 'DELETE FROM event WHERE revision = 999',
    revision: 999,
    why: /damaged at revision 999: the next row stored is 1000/,
  },
};

for (const [name, { sql, revision, why }] of Object.entries(DAMAGES)) {
  t.test(`${name} is found by who reads the stream`, async (t) => {
    const file = written(t);
    change(file, sql);
    const reader = readerOf(t, file);
    const reading = async () => {
      for await (const page of reader.read(0)) t.ok(page.firstRevision < revision, 'what is whole');
    };
    await t.rejects(reading(), { name: 'DamagedJournalError', revision, message: why });
  });
}

for (const [name, { sql, revision, why }] of Object.entries(DAMAGES)) {
  t.test(`${name} is found by the proof`, async (t) => {
    const file = written(t);
    change(file, sql);
    const { proved } = prove(file, EVENTS);
    await t.rejects(proved, { name: 'DamagedJournalError', revision, message: why });
  });
}

t.test('a row that was altered in the middle does not keep the journal from opening', async (t) => {
  const file = written(t);
  change(file, `UPDATE event SET event = event || ' ' WHERE revision = 700`);
  const journal = await sqliteJournal(file);
  t.teardown(() => journal.close());
  await t.rejects(journal.proved!, { name: 'DamagedJournalError', revision: 700 }, 'but is found');
});

t.test('a journal in which nothing was changed is proved, every event of it', async (t) => {
  const journal = await sqliteJournal(written(t));
  t.teardown(() => journal.close());
  t.equal(await journal.proved, EVENTS);
});

t.test('a journal that is being proved takes appends', async (t) => {
  const journal = await sqliteJournal(written(t));
  t.teardown(() => journal.close());
  const more = linesOf(enrolledFrom(EVENTS, 700));
  t.same(await journal.append(more, EVENTS - 1), { outcome: 'written' });
  t.equal(await journal.proved, EVENTS, 'and proves what was there before');
  const leaves = enrolledFrom(0, EVENTS + 700).map((event) => leafHash(canonical(event)));
  t.same(await rootAt((tile) => journal.tile(tile), EVENTS + 700), naiveRoot(leaves));
});

/** Alters a row as a forger would, who makes every checksum after it fit again. */
function forge(file: string, revision: number): void {
  const database = new DatabaseSync(file);
  const rows = database.prepare('SELECT revision, event FROM event ORDER BY revision').all() as {
    revision: number;
    event: string;
  }[];
  const update = database.prepare('UPDATE event SET event = ?, crc = ? WHERE revision = ?');
  let crc = 0;
  database.exec('BEGIN');
  for (const row of rows) {
    const event = row.revision === revision ? row.event.replace('mem_0', 'mem_1') : row.event;
    crc = crc32(event, crc);
    update.run(event, crc, row.revision);
  }
  database.exec('COMMIT');
  database.close();
}

const FORGERIES: Record<string, { forge: (file: string) => void; revision: number; why: RegExp }> =
  {
    'a row altered with all its checksums': {
      forge: (file) => forge(file, 700),
      revision: 700,
      why: /revision 700: its hash is [0-9a-f]{64}, but the tree was made with [0-9a-f]{64}/,
    },
    'an altered tile of leaves': {
      forge: (file) =>
        change(file, `UPDATE tile SET hashes = zeroblob(8192) WHERE level = 0 AND number = 2`),
      revision: 512,
      why: /revision 512: its hash is/,
    },
    'an altered tile above the leaves': {
      forge: (file) => change(file, `UPDATE tile SET hashes = zeroblob(160) WHERE level = 1`),
      revision: 0,
      why: /revision 0: its hash is .*tile 1\/000.p\/1/,
    },
    'a tile that is gone': {
      forge: (file) =>
        change(
          file,
          `DELETE FROM tile WHERE level = 0 AND number = 2;
           INSERT INTO tile VALUES (0, -1, zeroblob(8192))`,
        ),
      revision: 512,
      why: /revision 512: the tree has no tile 0\/002/,
    },
  };

for (const [name, { forge, revision, why }] of Object.entries(FORGERIES)) {
  t.test(`${name}: once that is found, nothing is read from the tree, or written`, async (t) => {
    const file = written(t);
    forge(file);
    const journal = await sqliteJournal(file);
    t.teardown(() => journal.close());
    const damage = { name: 'DamagedJournalError', revision, message: why };
    await t.rejects(journal.proved!, damage);
    await t.rejects(journal.tile({ level: 0, index: 0, width: 1 }), damage);
    const appended = await journal.append(linesOf(enrolledFrom(9000, 1)), EVENTS - 1);
    t.match(appended, { outcome: 'unsound', why });
  });
}

t.test('a stream without its last events is not opened, since it has too many tiles', async (t) => {
  const file = written(t);
  change(file, 'DELETE FROM event WHERE revision >= 1200');
  const message = /revision 1200: the tree was made of at least 1280 events/;
  await t.rejects(sqliteJournal(file), { name: 'DamagedJournalError', revision: 1200, message });
});

t.test('a row that was altered among the last 255 is found at once', async (t) => {
  const file = written(t);
  change(file, `UPDATE event SET event = event || ' ' WHERE revision = 1400`);
  await t.rejects(sqliteJournal(file), { name: 'DamagedJournalError', revision: 1400 });
});

t.test('a page of the file that was overwritten is found by its structure', async (t) => {
  const file = written(t);
  const bytes = readFileSync(file);
  const page = bytes.readUInt16BE(16);
  bytes.fill(0xff, 60 * page, 61 * page);
  writeFileSync(file, bytes);
  const journal = await sqliteJournal(file);
  t.teardown(() => journal.close());
  const message = /^The journal is damaged at revision 0: SQLite cannot use .*ledger\.sqlite: /;
  await t.rejects(journal.proved!, { name: 'DamagedJournalError', message });
});

t.test('a file from before the tree gets one when it is opened', async (t) => {
  const file = written(t);
  change(file, 'DROP TABLE tile');
  const journal = await sqliteJournal(file);
  t.teardown(() => journal.close());
  const leaves = enrolledFrom(0, EVENTS).map((event) => leafHash(canonical(event)));
  t.same(await rootAt((tile) => journal.tile(tile), EVENTS), naiveRoot(leaves));
});

t.test('an altered row is found by who reads it alone', async (t) => {
  const file = written(t);
  change(file, `UPDATE event SET event = event || ' ' WHERE revision = 700`);
  const reader = readerOf(t, file);
  const reading = async () => {
    for await (const page of reader.read(700, 1)) t.fail('a page', { page });
  };
  await t.rejects(reading(), { name: 'DamagedJournalError', revision: 700 });
});

t.test('an altered or missing row is found by who picks it among others', async (t) => {
  for (const [name, { sql, revision }] of Object.entries(DAMAGES)) {
    const file = written(t);
    change(file, sql);
    const reader = readerOf(t, file);
    const picking = async () => {
      const asked = [...new Set([revision, EVENTS - 1])];
      for await (const lines of reader.pick(asked)) t.fail('lines', { lines });
    };
    await t.rejects(picking(), { name: 'DamagedJournalError', revision }, name);
  }
});

t.test('a file that was cut short is not opened', async (t) => {
  const file = written(t);
  truncateSync(file, statSync(file).size / 2);
  await t.rejects(sqliteJournal(file), DamagedJournalError);
});

t.test('a file that is something else is not opened', async (t) => {
  const file = join(t.testdir(), 'ledger.sqlite');
  writeFileSync(file, 'A letter to the lead partner.\n'.repeat(200));
  await t.rejects(sqliteJournal(file), { name: 'DamagedJournalError', message: /not a database/ });
  t.match(readFileSync(file, 'utf8'), /^A letter to the lead partner/, 'and is left as it was');
});

t.test('a service on a damaged file', async (t) => {
  const dataDirectory = t.testdir();
  const service = await serviceFor(t, { dataDirectory });
  const admin = new HttpClient(service.url, service.adminKey);
  await admin.post('/v1/organisations', { name: 'Strood Gardeners', roles: ['earn'] }, 'one');
  await admin.post('/v1/organisations', { name: 'Medway Leisure', roles: ['spend'] }, 'two');
  await service.end('SIGTERM');
  const file = join(dataDirectory, 'ledger.sqlite');

  change(file, `UPDATE event SET event = replace(event, 'Strood', 'Ströod') WHERE revision = 2`);
  const altered = await notStarted(t, { dataDirectory });
  t.equal(altered.code, 1, 'does not start, with a status that a supervisor notices');
  t.match(
    altered.logged,
    /^The service did not start\. The journal is damaged at revision 2: /m,
    'names the altered row',
  );
  t.notMatch(altered.logged, /\n\s+at /, 'in a sentence, not a stack');
  t.match(altered.logged, /Nothing is served: .*timecredits restore/, 'and says what to do');
  t.equal(altered.printed, '', 'and prints nothing that looks like a start');

  change(file, `UPDATE event SET event = replace(event, 'Ströod', 'Strood') WHERE revision = 2`);
  const mended = await serviceFor(t, { dataDirectory });
  const { body } = await new HttpClient(mended.url, service.adminKey).get('/v1/ledger');
  t.match(body, { revision: 3 }, 'starts once the row is put back');
  await mended.end('SIGTERM');

  truncateSync(file, 4096);
  const short = await notStarted(t, { dataDirectory });
  t.equal(short.code, 1, 'does not start on a file that was cut short');
  t.match(short.logged, /^The service did not start\. The journal is damaged .*SQLite /m);
});

t.test('an older file whose tree cannot be stored is not opened', async (t) => {
  const file = written(t);
  change(
    file,
    `DELETE FROM tile;
     CREATE TRIGGER full BEFORE INSERT ON tile BEGIN SELECT RAISE(ABORT, 'no room'); END`,
  );
  await t.rejects(sqliteJournal(file), { name: 'UnusableJournalError', message: /no room/ });
});
