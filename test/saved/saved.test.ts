import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { partsOf } from '../../src/saved/derived.ts';
import { partOf, write } from '../../src/saved/file.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { flat, folded, recordedIn } from './streams.ts';
import { append, dataOf, headerOf, KEY, kept, performed, saveInstead } from './support.ts';

const LINES = await busyLines();
const END = LINES.length - 1;
const HALF = Math.floor(LINES.length / 2);
const DOES_NOT_FIT = /does not fit/;

t.test('a start without a saved state', async (t) => {
  const data = await dataOf(t, LINES);
  const { saved, load, heard } = kept(t, data, { dueAtStart: 10 });
  t.equal(await load(), undefined, 'replays all');
  saved.begin(END);
  t.match(await heard(/is saved/), { revision: END }, 'and saves, where that was much');
});

t.test('a start on a small stream', async (t) => {
  const data = await dataOf(t, LINES);
  const { saved, load, said } = kept(t, data);
  await load();
  saved.begin(END);
  await saved.close();
  t.same([said(), existsSync(data.file)], [[], false], 'saves nothing');
});

t.test('a start with a saved state', async (t) => {
  const data = await dataOf(t, LINES.slice(0, HALF));
  await performed(data);
  await append(data, LINES.slice(HALF), HALF - 1);
  const { saved, load, heard, said } = kept(t, data, { dueAtStart: 10 });
  const derived = (await load())!;
  const expected = folded(recordedIn(LINES.slice(0, HALF)));
  t.ok(flat(partsOf(derived)).equals(flat(partsOf(expected))), 'begins with it');
  saved.begin(END);
  t.match(await heard(/is proved/), { revision: HALF - 1 }, 'proves it behind');
  t.match(await heard(/is saved/), { revision: END }, 'and saves what came after it');
  t.notOk(said().includes('in doubt'));
});

t.test('a running service', async (t) => {
  const data = await dataOf(t, LINES);
  let asked = 0;
  const due = () => {
    asked += 1;
    return LINES.length;
  };
  const { saved, load, heard, said } = kept(t, data, { due });
  await load();
  saved.saveIfDue(END);
  t.same(said(), [], 'saves nothing before it has begun');
  saved.begin(END - 10);
  saved.saveIfDue(END - 1);
  await saved.close();
  t.same(said(), [], 'nor where little is new');
  saved.saveIfDue(END);
  t.match(await heard(/is saved/), { revision: END }, 'but when there is enough');
  const before = asked;
  saved.saveIfDue(END + LINES.length);
  t.equal(asked, before, 'and then it does not even ask for a while');
  await saved.close();
});

t.test('a saved state of another history of the same length', async (t) => {
  const data = await dataOf(t, LINES);
  const last = JSON.parse(LINES.at(-1)!) as { command: { id: string } };
  last.command.id = 'cmd_zzzzzzzzzzzzzzzz';
  const elsewhere = await dataOf(
    t,
    [...LINES.slice(0, END), JSON.stringify(last)],
    join(t.testdirName, 'other'),
  );
  await performed(elsewhere);
  copyFileSync(elsewhere.file, data.file);
  const { load, heard } = kept(t, data);
  t.equal(await load(), undefined, 'is not used');
  const why = `its revision ${END} is another event, or is not there`;
  t.match(await heard(DOES_NOT_FIT), { why });
  t.notOk(existsSync(data.file), 'and is thrown away');
});

t.test('a saved state that is ahead of its stream', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  rmSync(data.journalFile);
  await append(data, LINES.slice(0, HALF), -1);
  const { load, heard } = kept(t, data);
  t.equal(await load(), undefined, 'is not used');
  t.match(await heard(DOES_NOT_FIT), { why: /is another event, or is not there/ });
});

t.test('a saved state of other code', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const { parts: _, ...at } = headerOf(data);
  write(data.file, { ...at, code: 'f'.repeat(64) }, {}, KEY);
  const { load, heard } = kept(t, data);
  t.equal(await load(), undefined, 'is not used');
  t.match(await heard(DOES_NOT_FIT), { why: 'it was made by other code or another Node' });
});

t.test('a saved state that has rotted', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const bytes = readFileSync(data.file);
  bytes[bytes.length - 100]! ^= 1;
  writeFileSync(data.file, bytes);
  const { load, heard } = kept(t, data);
  t.equal(await load(), undefined, 'is not used');
  t.match(await heard(DOES_NOT_FIT), { why: /^its part \w+ is not as it was written$/ });
});

t.test('a folder in the place of a saved state', async (t) => {
  const data = await dataOf(t, LINES);
  mkdirSync(data.file);
  const { load, heard } = kept(t, data);
  t.equal(await load(), undefined, 'is not used, and does no harm');
  t.match(await heard(DOES_NOT_FIT), { why: /EISDIR/ });
});

t.test('what was left of a state that was being saved', async (t) => {
  const data = await dataOf(t, LINES);
  writeFileSync(partOf(data.file), 'half');
  const { load } = kept(t, data);
  t.equal(await load(), undefined, 'is not used');
  t.notOk(existsSync(partOf(data.file)), 'and is cleared away');
});

t.test('a saved state that fits, and is wrong', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const wrong = folded(recordedIn(LINES));
  wrong.ledger.balances.set('lapsed', 1);
  saveInstead(data, wrong);
  const { saved, load, heard } = kept(t, data);
  await load();
  saved.begin(END);
  const why = /is not what the stream makes of revision \d+ \(ledger\).* start again/;
  t.match(await heard(/in doubt/), { why }, 'puts what is served in doubt');
  t.same(
    [existsSync(data.file), existsSync(`${data.file}.wrong`)],
    [false, true],
    'is put aside for the next start',
  );
});

t.test('a stream that is found damaged behind a start', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const database = new DatabaseSync(data.journalFile);
  database.exec(`UPDATE event SET event = replace(event, '"credits":"5"', '"credits":"6"')`);
  database.close();
  const { saved, load, heard } = kept(t, data);
  await load();
  saved.begin(END);
  const why = /^The journal is damaged at revision \d+/;
  t.match(await heard(/in doubt/), { why }, 'puts what is served in doubt');
});

t.test('a state that cannot be saved', async (t) => {
  const data = await dataOf(t, LINES);
  const { saved, heard, said } = kept(t, data, { dueAtStart: 10 });
  mkdirSync(partOf(data.file));
  saved.begin(END);
  t.match(await heard(/could not be saved/), { why: /EISDIR/ }, 'is told of');
  t.notOk(said().includes('in doubt'), 'and does no harm');
  rmSync(partOf(data.file), { recursive: true });
  saved.saveIfDue(END + 100_000);
  t.match(await heard(/is saved/), { revision: END }, 'it is tried again when it is due again');
});

t.test('a state that was proved, and cannot be saved again', async (t) => {
  const data = await dataOf(t, LINES.slice(0, HALF));
  await performed(data);
  await append(data, LINES.slice(HALF), HALF - 1);
  const { saved, load, heard } = kept(t, data, { dueAtStart: 10 });
  await load();
  mkdirSync(partOf(data.file));
  saved.begin(END);
  t.match(await heard(/could not be saved/), { why: /EISDIR/ }, 'is told of');
  t.match(await heard(/is proved/), { revision: HALF - 1 }, 'and is proved for all that');
});

t.test('a proof that cannot be made', async (t) => {
  const data = await dataOf(t, LINES);
  await performed(data);
  const { saved, load, heard } = kept(t, data, { again_ms: 1 });
  await load();
  const away = `${data.journalFile}.away`;
  renameSync(data.journalFile, away);
  saved.begin(END);
  t.match(await heard(/could not be proved/), { why: /./ }, 'is told of');
  renameSync(away, data.journalFile);
  await heard(/is proved/);
  t.pass('and is tried again, although nothing is recorded meanwhile');
});
