import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { codeHash } from '../../src/saved/code.ts';
import { hashed, open, partOf, write } from '../../src/saved/file.ts';

const KEY = 'a secret of this ledger';
const AT = { code: 'c'.repeat(64), format: 2, revision: 7, event: 'e'.repeat(64) };
const PARTS = {
  names: new Map([['asha', { hours: 3 }]]),
  column: new Float64Array(200_000).fill(1.5),
  long: 'ledger '.repeat(300_000),
};

function written(t: Test): string {
  const file = join(t.testdir(), 'ledger.state');
  write(file, AT, PARTS, KEY);
  return file;
}

function read(file: string, code = AT.code) {
  const saved = open(file, code, KEY)!;
  try {
    return saved.parts();
  } finally {
    saved.close();
  }
}

t.test('a file', async (t) => {
  const file = written(t);
  t.same(read(file), PARTS, 'gives back what was saved');
  const saved = open(file, AT.code, KEY)!;
  t.match(saved.header, AT, 'and says what it is of');
  t.same(saved.header.parts, hashed(PARTS), 'with what each part would be again');
  saved.close();
  t.match(
    readFileSync(file).subarray(0, 4096).toString(),
    /"magic": "time credits, derived state",\n(.*\n)*.*"revision": 7/,
    'in words that a person can read',
  );
});

t.test('a file in the place of another', async (t) => {
  const file = written(t);
  write(file, { ...AT, revision: 9 }, { other: 1 }, KEY);
  t.same(read(file), { other: 1 }, 'is the new one');
  t.same(readdirSync(join(file, '..')), ['ledger.state'], 'and the only one');
});

t.test('a file in the place of another, should the power fail', async (t) => {
  const file = written(t);
  const done: string[] = [];
  const { openSync, fsyncSync, writeSync, renameSync } = fs;
  const names = new Map<number, string>();
  const told = (what: string) => {
    if (done.at(-1) !== what) done.push(what);
  };
  const nameOf = (fd: number) => basename(names.get(fd) ?? '');
  Object.assign(fs, {
    openSync(path: string, ...rest: [string, number?]) {
      const fd = openSync(path, ...rest);
      names.set(fd, path);
      return fd;
    },
    writeSync(fd: number, bytes: Uint8Array, from: number, length: number, at: number) {
      told(`write ${nameOf(fd)}`);
      return writeSync(fd, bytes, from, length, at);
    },
    fsyncSync(fd: number) {
      told(`force ${nameOf(fd)}`);
      fsyncSync(fd);
    },
    renameSync(from: string, to: string) {
      told(`rename ${basename(from)}`);
      renameSync(from, to);
    },
  });
  syncBuiltinESMExports();
  try {
    write(file, AT, PARTS, KEY);
  } finally {
    Object.assign(fs, { openSync, fsyncSync, writeSync, renameSync });
    syncBuiltinESMExports();
  }
  const [part, folder] = [basename(partOf(file)), basename(dirname(file))];
  const expected = [`write ${part}`, `force ${part}`, `rename ${part}`, `force ${folder}`];
  t.same(done, expected, 'is on disk before it takes that place, and then the place is');
});

t.test('a file that cannot be written', async (t) => {
  const file = written(t);
  const wrong = { ...PARTS, last: new Set() };
  t.throws(() => write(file, AT, wrong, KEY), /cannot be saved/);
  t.same(read(file), PARTS, 'leaves the old one');
  t.notOk(existsSync(partOf(file)), 'and nothing beside it');
});

t.test('a disk that is nearly full', async (t) => {
  const file = written(t);
  const { statfsSync } = fs;
  Object.assign(fs, { statfsSync: () => ({ bavail: 16_383, bsize: 4096 }) });
  syncBuiltinESMExports();
  try {
    const message = 'the disk has less than 64 MiB left, which are for the stream';
    t.throws(
      () => write(file, { ...AT, revision: 9 }, PARTS, KEY),
      { message },
      'is left to the stream',
    );
  } finally {
    Object.assign(fs, { statfsSync });
    syncBuiltinESMExports();
  }
  t.same(read(file), PARTS, 'and the old file is as it was');
  t.notOk(existsSync(partOf(file)), 'with nothing beside it');
});

t.test('no file', async (t) => {
  t.equal(open(join(t.testdir(), 'ledger.state'), AT.code, KEY), undefined, 'is none');
});

t.test('a file of other code', async (t) => {
  const file = written(t);
  t.throws(() => read(file, codeHash()), { name: 'DoesNotFitError', message: /other code/ });
});

t.test('a file that was cut off anywhere', async (t) => {
  const file = written(t);
  const whole = readFileSync(file);
  for (let part = 0; part < 40; part += 1) {
    writeFileSync(file, whole.subarray(0, Math.floor((whole.length * part) / 40)));
    t.throws(() => read(file), { name: 'DoesNotFitError' }, `does not fit (${part} of 40)`);
  }
});

t.test('a file in which a byte is another', async (t) => {
  const file = written(t);
  const whole = readFileSync(file);
  for (const at of [4096, 4200, Math.floor(whole.length / 2), whole.length - 1]) {
    const rotten = Buffer.from(whole);
    rotten[at]! ^= 4;
    writeFileSync(file, rotten);
    const expected = { name: 'DoesNotFitError', message: /part \w+ is not as it was written/ };
    t.throws(() => read(file), expected, `does not fit (byte ${at})`);
  }
});

t.test('a file of something else', async (t) => {
  const file = join(t.testdir(), 'ledger.state');
  for (const text of [
    '',
    'SQLite format 3\0'.padEnd(9000),
    '{}'.padEnd(5000),
    '[1]'.padEnd(5000),
  ]) {
    writeFileSync(file, text);
    t.throws(() => open(file, AT.code, KEY), { name: 'DoesNotFitError' });
  }
});

t.test(
  'a folder that cannot be written to',
  { skip: process.getuid?.() === 0 && 'root may' },
  async (t) => {
    const folder = join(t.testdir(), 'closed');
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    t.throws(() => write(join(folder, 'ledger.state'), AT, PARTS, KEY), { code: 'EACCES' });
  },
);

t.test('a file that somebody made without the key', async (t) => {
  const file = join(t.testdir(), 'ledger.state');
  write(file, AT, PARTS, 'another secret');
  const message = 'it was not made with the signing key of this ledger';
  t.throws(() => open(file, AT.code, KEY), { name: 'DoesNotFitError', message }, 'is not used');
});
