import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { cosign, makeSigner, signNote } from '../../src/proofs/note.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { checkpointOver, Mirror, ORIGIN, SIGNER } from './mirror.ts';

/* A directory made by somebody who wants its auditor to give up, or to be shown something else. */

const lines = await busyLines();
const SIZE = lines.length;
const AT = 20;

async function fetched(t: Test): Promise<Mirror> {
  const mirror = new Mirror(join(t.testdir(), 'mirror'));
  await mirror.write(lines);
  return mirror;
}

t.test('a signed checkpoint of more events than there can be', async (t) => {
  const mirror = await fetched(t);
  const text = checkpointText({ origin: ORIGIN, size: 2 ** 52, root: Buffer.alloc(32) });
  mirror.put('checkpoint', signNote(text, [SIGNER]));
  const { status, faults } = await mirror.verify();
  t.equal(status, 1);
  t.match(
    faults.find(({ rule }) => rule === 'checkpoints'),
    { revision: SIZE, expected: /^4503599627370496 events/ },
  );
});

const STRANGE_LINES = {
  nothing: 'null',
  'a type that is no text': '{"type":{"toString":1},"v":1}',
  'a version that is no number': '{"type":"MemberEnrolled","v":{"toJSON":1,"toString":1}}',
  'brackets without end': '['.repeat(60_000),
};
for (const [name, line] of Object.entries(STRANGE_LINES)) {
  t.test(`a line that is ${name} is named`, async (t) => {
    const mirror = await fetched(t);
    mirror.writeEvents(lines.with(AT, line));
    const told = await mirror.verify('--threads', '2');
    t.match(told, { status: 1, firstBad: AT });
    t.ok(told.faults.some(({ rule, revision }) => rule === 'form' && revision === AT));
  });
}

t.test('a line without end is not read to its end', async (t) => {
  const mirror = await fetched(t);
  mirror.put('events.ndjson', `${lines.slice(0, AT).join('\n')}\n${'x'.repeat(9 * 1024 * 1024)}`);
  const { status, faults } = await mirror.verify();
  t.equal(status, 1);
  t.match(
    faults.find(({ rule }) => rule === 'form'),
    { revision: AT, expected: 'a newline after at most 65536 bytes' },
  );
});

t.test('what is not a file', async (t) => {
  t.test('is no tile', async (t) => {
    const mirror = await fetched(t);
    const tile = join(mirror.directory, 'tile/0/000.p', String(SIZE));
    rmSync(tile);
    symlinkSync('/dev/zero', tile);
    t.match(await mirror.verify(), { status: 1, faults: [{ rule: 'tiles' }] });
  });

  for (const name of ['events.ndjson', 'checkpoint', 'checkpoints.ndjson', 'keys']) {
    t.test(`is no ${name}`, async (t) => {
      const mirror = await fetched(t);
      rmSync(join(mirror.directory, name));
      symlinkSync('/dev/zero', join(mirror.directory, name));
      const { status, progress } = await mirror.run('audit', 'verify', mirror.directory);
      t.equal(status, 1);
      t.match(progress, new RegExp(`${name} is not a file`));
    });
  }
});

t.test('a full tile behind the end of the tree is not its own', async (t) => {
  const mirror = await fetched(t);
  mirror.put('tile/0/009', Buffer.alloc(8192));
  t.match(await mirror.verify(), {
    status: 1,
    faults: [{ rule: 'tiles', expected: /tile\/0\/009/, found: 'no more events' }],
  });
});

t.test('an empty file behind the end of the tree is no tile either', async (t) => {
  const mirror = await fetched(t);
  mirror.put('tile/0/009.p/5', '');
  t.match(await mirror.verify(), { status: 1, faults: [{ rule: 'tiles' }] });
});

t.test('a note that one key signed twice counts once', async (t) => {
  const mirror = await fetched(t);
  const note = checkpointOver(lines);
  mirror.put('checkpoint', `${note}${note.split('\n').at(-2)!}\n`);
  rmSync(join(mirror.directory, 'checkpoints.ndjson'));
  const { status, output } = await mirror.run('audit', 'verify', mirror.directory);
  t.equal(status, 0);
  t.match(output, /signed by .*: 1 checkpoint\n/);
});

t.test('a cosignature of a time that no number holds exactly', async (t) => {
  const mirror = await fetched(t);
  const witness = makeSigner('witness.example', Buffer.alloc(32, 8), 'cosignature');
  const note = checkpointOver(lines);
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const line = cosign(text, witness, 2 ** 53);
  const bytes = Buffer.from(line.split(' ')[2]!, 'base64');
  bytes[11] = 1;
  const keys = mirror.put('../keys', `${SIGNER.verifier.text}\n${witness.verifier.text}\n`);
  mirror.put('checkpoint', note + line);
  t.equal((await mirror.verify('--keys', keys)).status, 0, 'holds as it was signed');
  mirror.put('checkpoint', `${note}— witness.example ${bytes.toString('base64')}\n`);
  t.equal((await mirror.verify('--keys', keys)).status, 1, 'and not a second later');
});
