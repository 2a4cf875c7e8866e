import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { base32 } from '../../schemas/base32.ts';
import { noteOf } from '../../src/audit/fetched.ts';
import { cosign, makeSigner } from '../../src/proofs/note.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { altered } from '../cli/altered.ts';
import { checkpointOver, Mirror, ORIGIN, SIGNER } from './mirror.ts';

/* What an auditor finds in a directory that somebody has tampered with. */

const lines = await busyLines();
const SIZE = lines.length;
/** Where a command begins. */
const MIDDLE = 30 + lines.slice(30).findIndex((line) => line.includes('"index":0'));
const AT = 20;
const other = makeSigner('elsewhere.example/cardiff', Buffer.alloc(32, 3));
const forged = [
  ...altered(lines, 'CreditsRedeemed', (event) => (event.data.reference = 'x')).lines,
];
const FORGED = forged.findIndex((line, revision) => line !== lines[revision]);

async function fetched(t: Test, sizes = [MIDDLE, SIZE]): Promise<Mirror> {
  const mirror = new Mirror(join(t.testdir(), 'mirror'));
  await mirror.write(lines, sizes);
  return mirror;
}

/** A checkpoint that the auditor kept elsewhere. */
function kept(mirror: Mirror, note = checkpointOver(lines, { size: MIDDLE })): readonly string[] {
  return ['--since', mirror.put('../kept.txt', note)];
}

t.test('a directory that nobody tampered with', async (t) => {
  const mirror = await fetched(t);
  const { status, output } = await mirror.run('audit', 'verify', mirror.directory);
  t.equal(status, 0, 'is good');
  t.match(output, new RegExp(`${SIZE} events, .* the sum of all balances is 0\n`));
  t.match(output, /checkpoints {2}3 hold, the newest signed one is of size/);
  t.match(output, new RegExp(`signed by +${ORIGIN.replaceAll('.', '\\.')}\\+[^:]*: 3 checkpoints`));
  t.match(output, /\nEverything holds\.\n$/);
  t.match(await mirror.verify(...kept(mirror)), { status: 0, ok: true }, 'also since a saved one');
  t.match(
    await mirror.verify('--threads', '3'),
    { status: 0, root: rootText() },
    'by more threads',
  );
});

function rootText(): string {
  return checkpointOver(lines).split('\n')[2]!;
}

const TAMPERED: readonly [what: string, lines: readonly string[], revision: number][] = [
  ['one flipped byte', lines.with(AT, lines[AT]!.replace(/(?<="id":"cmd_)./, flipped)), AT],
  ['a deleted row', lines.toSpliced(AT, 1), AT],
  ['two swapped rows', lines.with(AT, lines[AT + 1]!).with(AT + 1, lines[AT]!), AT],
  ['a row that is there twice', lines.toSpliced(AT, 0, lines[AT]!), AT + 1],
  ['an event that reads differently', forged, FORGED],
];

function flipped(character: string): string {
  return character === '0' ? '1' : '0';
}

for (const [what, changed, revision] of TAMPERED) {
  t.test(what, async (t) => {
    const mirror = await fetched(t);
    mirror.writeEvents(changed);
    const told = await mirror.verify();
    t.match(told, { status: 1, ok: false, firstBad: revision }, 'is named by its revision');
    const tile = told.faults.find(({ rule }) => rule === 'tiles')!;
    t.match(tile, { revision, expected: new RegExp(`hash ${revision} of tile/0/000`) });
    t.match(tile.found, /^[\w+/]{43}=, that of the events$/, 'and so is what was found');
    const root = told.faults.find(({ rule }) => rule === 'checkpoints')!;
    t.match(root, { expected: /^the root/ }, 'and the root is not the one that was signed');
  });
}

t.test('one flipped byte, where no tiles were kept', async (t) => {
  const mirror = await fetched(t);
  rmSync(join(mirror.directory, 'tile'), { recursive: true });
  mirror.writeEvents(TAMPERED[0]![1]);
  const told = await mirror.verify();
  t.match(told, { status: 1, firstBad: 0, faults: [{ rule: 'checkpoints', to: MIDDLE - 1 }] });
  t.match(
    told.firstFault,
    new RegExp(`^Somewhere from revision 0 to ${MIDDLE - 1}: expected the root`),
  );
});

t.test('a truncated tail', async (t) => {
  const mirror = await fetched(t);
  mirror.writeEvents(lines.slice(0, -1));
  const told = await mirror.verify();
  t.match(told, { status: 1, firstBad: SIZE - 1 });
  const [fault] = told.faults.filter(({ rule }) => rule === 'checkpoints');
  t.match(fault, { expected: new RegExp(`^${SIZE} events, as`), found: `${SIZE - 1}` });
});

t.test('a last line that is cut off', async (t) => {
  const mirror = await fetched(t);
  mirror.put('events.ndjson', mirror.get('events.ndjson').subarray(0, -9));
  const told = await mirror.verify();
  t.match(told, { status: 1, firstBad: SIZE - 1 });
  const form = told.faults.find(({ rule }) => rule === 'form');
  t.match(form, { revision: SIZE - 1, found: 'the end of the file' });
});

t.test('an extra line', async (t) => {
  const mirror = await fetched(t, [MIDDLE, SIZE - 4]);
  mirror.writeEvents(lines);
  const told = await mirror.verify();
  t.match(told, { status: 1, firstBad: SIZE - 4 }, 'is named');
  t.match(told.faults, [{ found: `${SIZE}, of which the last 4 no key that you trust signed` }]);
});

t.test('a line that is no event, or not in its canonical bytes', async (t) => {
  const mirror = await fetched(t);
  const bad: readonly [string, RegExp][] = [
    ['', /^an empty line$/],
    [`${lines[AT]!}\u0000`, /after JSON at position/],
    ['{}', /its type undefined is not known/],
    [lines[AT]!.replace(':', ': '), /: \{/],
    [lines[AT]!.replace(/"v":\d/, '"v":9'), /version 9/],
    [lines[AT]!.replace(/"index":0/, '"index":-1'), /command\.index/],
  ];
  for (const [line, found] of bad) {
    mirror.writeEvents(lines.with(AT, line));
    const told = await mirror.verify();
    t.equal(told.firstBad, AT);
    t.match(
      told.faults.find(({ rule }) => rule === 'form'),
      { revision: AT, found },
      line,
    );
  }
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  bytes[bytes.indexOf('Strood')] = 0xff;
  mirror.put('events.ndjson', bytes);
  const form = (await mirror.verify()).faults.find(({ rule }) => rule === 'form');
  t.match(form, { found: 'bytes that are not' }, 'and it is UTF-8');
});

t.test('a changed tile', async (t) => {
  const mirror = await fetched(t);
  const name = `tile/0/000.p/${SIZE}`;
  const bytes = mirror.get(name);
  bytes[AT * 32]! ^= 1;
  mirror.put(name, bytes);
  const told = await mirror.verify();
  t.match(told, { status: 1, firstBad: AT });
  t.match(told.faults, [{ rule: 'tiles', found: /the tile is wrong, not the event$/ }]);
  mirror.put(name, bytes.subarray(0, -1));
  t.match(await mirror.verify(), { status: 1, firstBad: AT }, 'also where it is short');
  rmSync(join(mirror.directory, name));
  mirror.put('tile/0/000.p/3', Buffer.alloc(96));
  const gone = await mirror.verify();
  t.match(gone, { status: 1, firstBad: 0 }, 'or is not there');
  mirror.put('tile/hello', 'hello');
  t.match((await mirror.verify()).faults.at(-1), { expected: 'only tiles' }, 'or is none');
});

t.test('a history that was rewritten with all its hashes and tiles', async (t) => {
  const mirror = await fetched(t);
  mirror.writeEvents(forged);
  await mirror.writeTiles(forged);
  const told = await mirror.verify();
  t.match(told, { status: 1, faults: [{ rule: 'checkpoints', found: /^[\w+/]{43}=$/ }] });
  t.match(told.firstFault, /^Somewhere from revision \d+ to \d+: expected the root/);

  await t.test('and was signed by somebody else', async (t) => {
    const forger = makeSigner(ORIGIN, Buffer.alloc(32, 9));
    await mirror.write(forged, [SIZE], forger);
    const keys = mirror.put('../published', `${SIGNER.verifier.text}\n`);
    const found = await mirror.verify('--keys', keys);
    t.match(found, { status: 1, faults: [{ found: 'none of the known keys signed the note' }] });
    t.match(found.firstFault, /^Beside the events: expected checkpoints\.ndjson line 1/);
  });

  await t.test('and was signed with the key of the ledger', async (t) => {
    await mirror.write(forged);
    t.match(await mirror.verify(), { status: 0 }, 'looks good by itself');
    const since = kept(mirror, checkpointOver(lines));
    const found = await mirror.verify(...since);
    t.equal(found.status, 1, 'but not beside a checkpoint that was kept elsewhere');
    t.match(found.faults, [{ found: /^another in kept\.txt: the ledger signed two histories/ }]);
  });
});

t.test('a shorter history that was signed again', async (t) => {
  const mirror = await fetched(t);
  await mirror.write(lines.slice(0, MIDDLE));
  t.match(await mirror.verify(), { status: 0 }, 'looks good by itself');
  const found = await mirror.verify(...kept(mirror, checkpointOver(lines)));
  t.match(found, { status: 1, firstBad: MIDDLE }, 'but not beside one that was kept elsewhere');
  t.match(
    found.firstFault,
    new RegExp(
      `expected ${SIZE} events, as kept\\.txt says; found ${MIDDLE}, all .*Fetch what is new`,
    ),
  );
});

t.test('a checkpoint of another ledger', async (t) => {
  const mirror = await fetched(t);
  const note = checkpointOver(lines, { signer: other, origin: other.verifier.name });
  const unknown = await mirror.verify(...kept(mirror, note));
  t.match(unknown, { status: 1, faults: [{ found: /none of the known keys/ }] }, 'is not known');
  const keys = mirror.put('../both', `${SIGNER.verifier.text}\n${other.verifier.text}\n`);
  const since = kept(mirror, note);
  const foreign = await mirror.verify('--keys', keys, ...since);
  const expected = `kept.txt to be of ${ORIGIN}, as checkpoints.ndjson line 1 is`;
  const found = `one of ${other.verifier.name}`;
  t.match(foreign, { status: 1, faults: [{ expected, found }] }, 'or not of this one');
  mirror.put('checkpoint', note);
  const put = await mirror.verify('--keys', keys);
  t.match(put, { status: 1, faults: [{ expected: /^checkpoint to be of/, found }] });
  t.equal(put.faults.length, 1, 'and nothing else is blamed');
});

t.test('a checkpoint with one character changed', async (t) => {
  const mirror = await fetched(t);
  const note = checkpointOver(lines);
  for (const at of [0, ORIGIN.length + 1, ORIGIN.length + 6, note.length - 9]) {
    const character = note[at] === '1' ? '2' : '1';
    mirror.put('checkpoint', note.slice(0, at) + character + note.slice(at + 1));
    const told = await mirror.verify();
    t.match(told, { status: 1, faults: [{ rule: 'checkpoints' }] }, note.slice(at, at + 9));
  }
});

t.test(
  'checkpoints that do not stand in order, or say another size than their notes',
  async (t) => {
    const mirror = await fetched(t, [SIZE, MIDDLE]);
    const told = await mirror.verify();
    t.match(told.faults.at(-1), { found: `${MIDDLE}`, expected: /of size \d+ or more/ });
    const note = checkpointOver(lines);
    mirror.put('checkpoints.ndjson', `${JSON.stringify({ note, size: 4 })}\n`);
    t.match((await mirror.verify()).faults, [{ expected: /^checkpoints.ndjson line 1/ }, {}]);
  },
);

t.test('a directory without a checkpoint proves nothing', async (t) => {
  const mirror = await fetched(t);
  rmSync(join(mirror.directory, 'checkpoint'));
  rmSync(join(mirror.directory, 'checkpoints.ndjson'));
  rmSync(join(mirror.directory, 'tile'), { recursive: true });
  const told = await mirror.verify();
  t.match(told, { status: 1, faults: [{ found: 'none, so nothing is proved' }] });
  const note = kept(mirror, checkpointOver(lines));
  t.match(await mirror.verify(...note), { status: 0 }, 'but one kept elsewhere will do');
});

t.test('keys that are none', async (t) => {
  const mirror = await fetched(t);
  const { directory } = mirror;
  const empty = mirror.put('../empty', '# nothing yet\n');
  const none = await mirror.run('audit', 'verify', directory, '--keys', empty);
  t.match(none, { status: 1, progress: /empty has no keys, so nothing can be proved/ });
  const wrong = mirror.put('../wrong', `${SIGNER.verifier.text}\nhello\n`);
  const read = await mirror.run('audit', 'verify', directory, '--keys', wrong);
  t.match(read, { status: 1, progress: /wrong line 2: a key reads name\+keyId/ });
});

t.test('a key that is new to the auditor', async (t) => {
  const mirror = await fetched(t);
  const next = makeSigner(ORIGIN, Buffer.alloc(32, 8));
  mirror.put('keys', `${next.verifier.text}\n`);
  const before = await mirror.verify();
  const name = `${ORIGIN}\\+${SIGNER.verifier.keyId.toString('hex')}`;
  t.match(before.firstFault, new RegExp(`none of the known keys signed the note, but ${name}`));

  mirror.put('keys', `${SIGNER.verifier.text}\n`);
  await mirror.writeTiles(lines);
  const notes = [
    checkpointOver(lines, { size: SIZE - 4 }),
    checkpointOver(lines, { signer: next }),
  ];
  const rows = notes.map((note, at) => JSON.stringify({ note, size: SIZE - 4 + 4 * at }));
  mirror.put('checkpoints.ndjson', `${rows.join('\n')}\n`);
  mirror.put('checkpoint', notes[1]!);
  const after = await mirror.verify();
  t.match(after, { status: 1, firstBad: SIZE - 4 }, 'what only the new one signed is unproved');
  t.notOk(
    after.faults.some(({ rule }) => rule === 'tiles'),
    'and no tile is blamed for that',
  );
});

t.test('two histories that the ledger signed', async (t) => {
  const mirror = await fetched(t);
  const told = await mirror.verify(...kept(mirror, checkpointOver(forged)));
  const fork = told.faults.find(({ expected }) => expected.startsWith('one root of size'))!;
  t.match(fork.found, /^another in kept\.txt.*keep both, as proof$/, 'are named as such');
});

t.test('a kept checkpoint', async (t) => {
  const mirror = await fetched(t);
  const [one, other] = [checkpointOver(lines, { size: MIDDLE }), checkpointOver(lines)];
  const files: readonly [string, string, number][] = [
    ['with the line ends of a mail', one.replaceAll('\n', '\r\n'), 4],
    ['without its last newline', `\n${one.trimEnd()}`, 4],
    ['with another behind it', one + other, 5],
    ['with another further down', `${one}\n\n${other}\n`, 5],
  ];
  for (const [how, text, count] of files) {
    const { status, checkpoints } = await mirror.verify(...kept(mirror, text));
    t.match({ status, count: checkpoints.length }, { status: 0, count }, how);
  }
  const spoilt = `${one}${other.replace(/\n\d+\n/, '\n7\n')}`;
  const { faults } = await mirror.verify(...kept(mirror, spoilt));
  t.match(faults, [{ expected: /^kept\.txt note 2/, found: /does not fit/ }], 'is still judged');
});

t.test('what a copy cannot show by itself is told', async (t) => {
  const mirror = await fetched(t);
  const alone = await mirror.run('audit', 'verify', mirror.directory);
  t.match(
    alone.output,
    /not shown {2}whose keys these are[^\n]*\n {2}not shown {2}that nothing was/,
  );
  const keys = ['--keys', mirror.put('../published', `${SIGNER.verifier.text}\n`)];
  const told = await mirror.run('audit', 'verify', mirror.directory, ...keys, ...kept(mirror));
  t.notMatch(told.output, /not shown/, 'and is not where keys and checkpoints are handed in');
});

t.test('what a terminal would obey is not handed on to it', async (t) => {
  const mirror = await fetched(t);
  mirror.writeEvents(lines.with(AT, '\u001b[2JEverything holds.\u202e'));
  const { status, output } = await mirror.run('audit', 'verify', mirror.directory);
  t.equal(status, 1);
  t.match(output, '\\u{1b}[2JEvery', 'but shown as what it is');
  t.notMatch(output, /[\u001b\u202e]/);
});

t.test('a witness that cosigned a checkpoint', async (t) => {
  const mirror = await fetched(t, [SIZE]);
  const witness = makeSigner('witness.example', Buffer.alloc(32, 5), 'cosignature');
  const note = checkpointOver(lines);
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  mirror.put('checkpoint', note + cosign(text, witness, 1_782_000_000));
  const both = `${SIGNER.verifier.text}\n\n# a witness\n${witness.verifier.text}\n`;
  const { output } = await mirror.run(
    ...['audit', 'verify', mirror.directory, '--keys', mirror.put('../both', both)],
  );
  t.match(output, /signed by +witness\.example\+[^:]*: 1 checkpoint\n/, 'is told');
  mirror.put('checkpoint', note + cosign(`${text}x\n`, witness, 1_782_000_000));
  const told = await mirror.verify('--keys', join(mirror.directory, '../both'));
  t.match(told.faults, [{ found: /the signature of witness\.example does not fit/ }]);
});

t.test('more events than one piece of work takes', async (t) => {
  const many = manyMembers(4096 + 300);
  const mirror = new Mirror(join(t.testdir(), 'mirror'));
  await mirror.write(many, [4096, 4200, many.length]);
  t.match(await mirror.verify(), { status: 0, events: many.length, tiles: 19 });
  t.match(await mirror.verify('--threads', '2'), { status: 0 }, 'are good by two threads, too');
  for (const at of [255, 256, 4095, 4096, many.length - 1]) {
    mirror.writeEvents(many.with(at, many[at]!.replace('2026-06-10', '2026-06-11')));
    for (const threads of ['1', '2']) {
      const told = await mirror.verify('--threads', threads);
      t.match(told, { status: 1, firstBad: at }, `and ${at} is found by ${threads}`);
    }
  }
  mirror.writeEvents(many);
  const tile = mirror.get('tile/0/007');
  mirror.put('tile/0/007', tile.fill(0, 64, 70));
  const revision = 7 * 256 + 2;
  t.match(await mirror.verify('--threads', '2'), { firstBad: revision }, 'and so is a full tile');
  rmSync(join(mirror.directory, 'tile/0/007'));
  t.match(await mirror.verify(), { firstBad: 7 * 256, faults: [{ found: /^none/ }] });
});

/** A ledger that only enrols. */
function manyMembers(count: number): string[] {
  const event = JSON.parse(lines.find((line) => line.includes('"MemberEnrolled"'))!) as object;
  const first = JSON.parse(lines[0]!) as { command: object; recordedAt: string };
  const { recordedAt } = first;
  const opened = canonical({ ...first, command: { ...first.command, count: 1 } });
  const enrolled = Array.from({ length: count - 1 }, (_, number) => {
    const bytes = Buffer.alloc(10);
    bytes.writeUInt32BE(number);
    const random = base32(bytes);
    const command = { id: `cmd_${random}`, index: 0, count: 1 };
    const data = { memberId: `mem_${random}` };
    return canonical({ ...event, recordedAt, command, data, by: { access: 'system' } });
  });
  return [opened, ...enrolled];
}

t.test('what is missing', async (t) => {
  const mirror = await fetched(t);
  rmSync(join(mirror.directory, 'keys'));
  const { status, progress } = await mirror.run('audit', 'verify', mirror.directory);
  t.match({ status, progress }, { status: 1, progress: /^There is no .*keys\. Name a file/ });
  const keys = mirror.put('k', `${SIGNER.verifier.text}\n`);
  const none = await mirror.run('audit', 'verify', 'nowhere', '--keys', keys);
  t.match(none, { status: 1, progress: /no file or folder nowhere/ });
});

t.test('a newest checkpoint that no key of yours signed', async (t) => {
  const mirror = new Mirror(join(t.testdir(), 'mirror'));
  await mirror.write(manyMembers(600), [600], makeSigner(ORIGIN, Buffer.alloc(32, 9)));
  const keys = mirror.put('../published', `${SIGNER.verifier.text}\n`);
  const none = await mirror.verify('--keys', keys);
  t.ok(
    none.faults.every(({ rule }) => rule === 'checkpoints'),
    'is the only cause that is told',
  );
  t.match(none.firstFault, /^Beside the events: expected checkpoints.*none of the known keys/);
});

t.test('a line of a checkpoint that says no size', async (t) => {
  const mirror = await fetched(t, [SIZE]);
  mirror.put('checkpoints.ndjson', `${JSON.stringify({ note: checkpointOver(lines) })}\n`);
  t.match(await mirror.verify(), { status: 0 }, 'is judged by its note');
});

t.test('what got lost of the list of checkpoints', async (t) => {
  const mirror = await fetched(t);
  const rows = mirror.get('checkpoints.ndjson').toString('utf8');
  mirror.put('checkpoints.ndjson', `${rows.split('\n')[0]}\n`);
  const found = /ends at \d+: lines are missing/;
  t.match((await mirror.verify()).faults, [{ found }], 'is missed at its end');
  mirror.put('checkpoints.ndjson', rows.replace('2026-07-01', '2020-07-01'));
  const [early] = (await mirror.verify()).faults;
  t.match(early, { expected: /to be made after its events$/ }, 'as is an impossible time');
  mirror.put('checkpoints.ndjson', rows.replace('2026-07-01T00:00:00.000Z', 'in July'));
  t.match((await mirror.verify()).faults, [{ found: 'in July' }]);
  mirror.put('checkpoints.ndjson', rows);
  mirror.put('fetched', noteOf(mirror.directory));
  t.match(await mirror.verify(), { status: 0 });
  mirror.put('checkpoints.ndjson', rows.split('\n').slice(1).join('\n'));
  t.match((await mirror.verify()).faults, [{ found: 'only 1' }], 'and anywhere, once it is noted');
  mirror.put('checkpoints.ndjson', rows.replace('2026-07-01', '2026-07-02'));
  t.match((await mirror.verify()).faults, [{}, { found: 'that they were changed' }].slice(1));
  mirror.put('checkpoints.ndjson', rows);
  rmSync(join(mirror.directory, 'tile'), { recursive: true });
  t.match((await mirror.verify()).faults, [{ rule: 'tiles', found: 'none' }], 'and so are tiles');
});
