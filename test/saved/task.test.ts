import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { FORMAT } from '../../schemas/events/index.ts';
import { derivedFrom, partsOf } from '../../src/saved/derived.ts';
import { open } from '../../src/saved/file.ts';
import { eventHash } from '../../src/saved/load.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { flat, folded, recordedIn } from './streams.ts';
import {
  append,
  CODE,
  dataOf,
  headerOf,
  KEY,
  performed,
  saveInstead,
  type Data,
} from './support.ts';

const LINES = await busyLines();
const END = LINES.length - 1;
const HALF = Math.floor(LINES.length / 2);

function bytesIn({ file }: Data): Buffer {
  const saved = open(file, CODE, KEY)!;
  try {
    return flat(partsOf(derivedFrom(saved.parts())));
  } finally {
    saved.close();
  }
}

const bytesOf = (lines: readonly string[]) => flat(partsOf(folded(recordedIn(lines))));

t.test('a state that was never saved', async (t) => {
  const data = await dataOf(t, LINES);
  const { saved } = await performed(data);
  t.match(saved, { revision: END, bytes: readFileSync(data.file).length }, 'is saved');
  t.match(headerOf(data), { revision: END, event: eventHash(LINES[END]!), format: FORMAT });
  t.ok(bytesIn(data).equals(bytesOf(LINES)), 'as what the stream makes of it');
});

t.test('a state that was saved before', async (t) => {
  const data = await dataOf(t, LINES.slice(0, HALF));
  await performed(data);
  await append(data, LINES.slice(HALF), HALF - 1);
  t.match(await performed(data), { saved: { revision: END } }, 'is taken up and saved again');
  t.ok(bytesIn(data).equals(bytesOf(LINES)), 'and is as if all had been folded at once');
});

t.test('a state that lacks few events', async (t) => {
  const data = await dataOf(t, LINES);
  const done = await performed(data, { fewest: LINES.length + 1 });
  t.same(done, { wrong: [], saved: undefined }, 'is not saved');
  t.notOk(existsSync(data.file));
});

t.test('an empty stream', async (t) => {
  const data = await dataOf(t, []);
  t.same(await performed(data, { fewest: 0 }), { wrong: [], saved: undefined }, 'saves nothing');
});

t.test('a state that was loaded', async (t) => {
  const data = await dataOf(t, LINES.slice(0, HALF));
  await performed(data);
  await append(data, LINES.slice(HALF), HALF - 1);
  const done = await performed(data, { unproved: headerOf(data) });
  t.match(done, { wrong: [], saved: { revision: END } }, 'is proved from the first event on');
});

t.test('a state that was loaded and is not that of the stream', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const wrong = folded(recordedIn(LINES));
  wrong.ledger.balances.set('lapsed', 1);
  saveInstead(data, wrong);
  const done = await performed(data, { unproved: headerOf(data) });
  t.same(done, { wrong: ['ledger'], saved: undefined }, 'is found, by the part that is wrong');
});

t.test('a state that was loaded and is of later events than there are', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const unproved = { ...headerOf(data), revision: END + 1 };
  t.match(await performed(data, { unproved }), { wrong: ['revision'] }, 'is wrong');
});

t.test('a proof beside a file that was spoilt meanwhile', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const unproved = headerOf(data);
  writeFileSync(data.file, 'spoilt');
  t.match(await performed(data, { unproved }), { wrong: [] }, 'is of what was loaded');
});

t.test('a spoilt file', async (t) => {
  const data = await dataOf(t, LINES);
  writeFileSync(data.file, 'spoilt');
  t.match(await performed(data), { saved: { revision: END } }, 'is made anew from the stream');
  t.ok(bytesIn(data).equals(bytesOf(LINES)));
});

t.test('a file of another stream that is put there while a service runs', async (t) => {
  const data = await dataOf(t, LINES);
  const others = LINES.slice(0, HALF).map((line) => line.replace(/"cmd_./, '"cmd_z'));
  const elsewhere = await dataOf(t, others, join(t.testdirName, 'other'));
  await performed(elsewhere);
  copyFileSync(elsewhere.file, data.file);
  t.match(await performed(data), { saved: { revision: END } }, 'is made anew from the stream');
  t.ok(bytesIn(data).equals(bytesOf(LINES)), 'and nothing of the other is in it');
});

t.test('code that was changed under a running service', async (t) => {
  const data = await dataOf(t, LINES);
  await t.rejects(performed(data, { code: 'f'.repeat(64) }), /no longer the one that runs/);
  t.notOk(existsSync(data.file), 'saves nothing');
});

t.test('code that was changed under a service whose state is not proved yet', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const unproved = headerOf(data);
  const done = await performed(data, { code: 'f'.repeat(64), unproved });
  t.match(done, { wrong: [], unsaved: /no longer the one that runs/ }, 'does not put that off');
});

t.test('a stream that was altered before what was saved', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const database = new DatabaseSync(data.journalFile);
  database.exec(`UPDATE event SET event = replace(event, '"credits":"5"', '"credits":"6"')`);
  database.close();
  const unproved = headerOf(data);
  await t.rejects(performed(data, { unproved }), { name: 'DamagedJournalError' }, 'is found');
});
