import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { cosign, makeSigner, withSignatures } from '../../src/proofs/note.ts';
import { folderAt } from '../../src/publish/folder.ts';
import type { Published, PublishError } from '../../src/publish/published.ts';
import { leavesOf } from '../proofs/tree.ts';
import { changed, NEVER, over, sized } from './ledger.ts';

function folderOf(t: Test) {
  const folder = join(t.testdir(), 'published', 'medway');
  const destination = folderAt(folder);
  return {
    folder,
    send: (published: Published) => destination.send(published, NEVER),
    read: (name: string) => readFileSync(join(folder, name), 'utf8'),
  };
}

const refused = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (error: unknown) => error as PublishError,
  );

t.test('a folder gets a file for each size, and the newest once more', async (t) => {
  const { folder, send, read } = folderOf(t);
  for (const size of [1, 5, 300]) t.equal(await send(sized(size)), 'published');
  t.same(readdirSync(folder).toSorted(), [
    '1.checkpoint',
    '300.checkpoint',
    '5.checkpoint',
    'latest',
  ]);
  for (const size of [1, 5, 300]) t.equal(read(`${size}.checkpoint`), sized(size).note);
  t.equal(read('latest'), sized(300).note);
  t.equal(statSync(join(folder, 'latest')).mode & 0o444, 0o444, 'for everybody to read');
});

t.test('the same again changes nothing', async (t) => {
  const { folder, send, read } = folderOf(t);
  await send(sized(5));
  const before = statSync(join(folder, '5.checkpoint')).mtimeMs;
  t.equal(await send(sized(5)), 'already');
  t.equal(statSync(join(folder, '5.checkpoint')).mtimeMs, before);
  rmSync(join(folder, 'latest'));
  t.equal(await send(sized(5)), 'published', 'but what is missing comes back');
  t.equal(read('latest'), sized(5).note);
});

t.test('a checkpoint that witnesses cosigned since', async (t) => {
  const { send, read } = folderOf(t);
  const published = sized(5);
  const text = published.note.slice(0, published.note.lastIndexOf('\n\n') + 1);
  const [one, other] = ['w1.example', 'w2.example'].map((name, index) => {
    const witness = makeSigner(name, Buffer.alloc(32, index), 'cosignature');
    return withSignatures(published.note, [cosign(text, witness, 1).trimEnd()]);
  });
  await send(published);
  t.equal(await send({ ...published, note: one! }), 'published', 'is written again with them');
  t.equal(await send({ ...published, note: other! }), 'published');
  const both = withSignatures(other!, [one!.trimEnd().split('\n').at(-1)!]);
  t.equal(read('5.checkpoint'), both, 'and keeps those that it had');
  t.equal(await send(published), 'already', 'also where it comes without them');
  t.equal(read('latest'), both);
});

t.test('another history is never written over the one that is there', async (t) => {
  for (const size of [5, 9]) {
    const { folder, send, read } = folderOf(t);
    await send(changed(5));
    const error = await refused(send(sized(size)));
    t.equal(error?.contradicted, true, `and is told, at ${size}`);
    t.match(error?.message, /5\.checkpoint .*Keep both as they are: they are the proof/s);
    t.same(readdirSync(folder).toSorted(), ['5.checkpoint', 'latest']);
    t.equal(read('5.checkpoint'), changed(5).note);
  }
});

t.test('a ledger that shows less than the folder has', async (t) => {
  const { send, read } = folderOf(t);
  await send(sized(9));
  const error = await refused(send(sized(5)));
  t.match(error, { contradicted: false, message: /over 9 events, .* shows only 5.*restore/s });
  t.equal(read('latest'), sized(9).note, 'changes nothing');
});

t.test("another ledger's folder is left alone", async (t) => {
  const { folder, send } = folderOf(t);
  const other = over(leavesOf(3), [makeSigner('credits.example/other', Buffer.alloc(32, 6))]);
  await send(other);
  const error = await refused(send(sized(5)));
  t.match(error?.message, /3\.checkpoint is no checkpoint that this ledger signed/);
  t.same(readdirSync(folder).toSorted(), ['3.checkpoint', 'latest']);
});

t.test('what is in the way', async (t) => {
  const { folder, send } = folderOf(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '5.checkpoint'), 'x'.repeat(100_000));
  t.match(await refused(send(sized(5))), { message: /5\.checkpoint is no checkpoint\./ });
  rmSync(join(folder, '5.checkpoint'));
  mkdirSync(join(folder, 'latest'));
  t.match(await refused(send(sized(5))), { name: 'PublishError' }, 'is told, not replaced');
  rmSync(join(folder, 'latest'), { recursive: true });
  t.equal(await send(sized(5)), 'published', 'and once it is gone, all goes on');
  const file = folderAt(join(folder, '5.checkpoint'));
  t.match(await refused(file.send(sized(5), NEVER)), { message: /cannot be written \(EEXIST\)/ });
});

const root = process.getuid?.() === 0 && 'the superuser may write anywhere';
t.test('a folder that may not be written', { skip: root }, async (t) => {
  const { folder, send } = folderOf(t);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o500);
  t.match(await refused(send(sized(5))), { message: /cannot be written \(EACCES\)/ });
});

t.test('instances that publish at the same moment', async (t) => {
  const { folder } = folderOf(t);
  const sendings = Array.from({ length: 8 }, () => folderAt(folder).send(sized(5), NEVER));
  await t.resolves(Promise.all(sendings));
  t.same(readdirSync(folder).toSorted(), ['5.checkpoint', 'latest'], 'leave one file, whole');
  t.equal(readFileSync(join(folder, '5.checkpoint'), 'utf8'), sized(5).note);
});
