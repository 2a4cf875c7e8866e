import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { UnwrittenError } from '../../schemas/stream.ts';
import { Checkpoints } from '../../src/checkpoints/checkpoints.ts';
import { signersIn } from '../../src/checkpoints/signingKey.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { makeSigner, signerText, verifierIn } from '../../src/proofs/note.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { keepingTiles, type ReadTile } from '../../src/proofs/tiles.ts';
import { leavesOf, naiveRoot, tilesOver } from '../proofs/tree.ts';
import { ADMIN_KEY, Client, testApp, testCheckpoints } from '../support/service.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { memoryJournal } from '../../src/journal/memory.ts';

const HOLDS_FOR_A_MOMENT = `
  const { parentPort, workerData } = require('node:worker_threads');
  const database = new (require('node:sqlite').DatabaseSync)(workerData);
  database.exec('BEGIN IMMEDIATE');
  parentPort.postMessage('held');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  database.exec('COMMIT');
`;
const NOON_MS = Date.parse('2026-06-10T12:00:00.000Z');
const signer = makeSigner('credits.example/test', Buffer.alloc(32, 5));

/** Checkpoints over a made-up tree that a test can let grow, or change. */
function over(
  leaves: Buffer[],
  store = new CheckpointStore(':memory:'),
  signers = [signer],
  read: ReadTile = (tile) => tilesOver(leaves)(tile),
) {
  const world = { now_ms: NOON_MS, broken: [] as string[] };
  const checkpoints = new Checkpoints({
    store,
    signers,
    tile: read,
    size: () => leaves.length,
    now_ms: () => world.now_ms,
    broken: (why) => world.broken.push(why),
  });
  return { checkpoints, store, world };
}

t.test('a checkpoint is kept before it is shown', async (t) => {
  const { checkpoints, store } = over(leavesOf(5));
  const shown = await checkpoints.make();
  t.same(store.latest(), shown);
  t.equal(checkpoints.latest, shown);
  t.same(openCheckpoint(shown.note, [signer.verifier]).root, naiveRoot(leavesOf(5)));
});

t.test('callers at the same moment share one', async (t) => {
  const { checkpoints, store } = over(leavesOf(5));
  const [one, other] = await Promise.all([checkpoints.make(), checkpoints.make()]);
  t.equal(one, other);
  t.equal(store.after(0, 9).length, 1);
});

t.test('one that covers a revision is made only where the last does not', async (t) => {
  const leaves = leavesOf(5);
  const { checkpoints } = over(leaves);
  const first = await checkpoints.covering(4);
  leaves.push(leafHash('more'));
  t.equal(await checkpoints.covering(4), first);
  t.equal((await checkpoints.covering(5)).size, 6);
});

t.test('one is due', async (t) => {
  const leaves = leavesOf(5);
  const { checkpoints, store, world } = over(leaves);
  await checkpoints.make();
  const dueAfter = async () => {
    const before = store.latest()!.size;
    checkpoints.makeIfDue();
    await checkpoints.make().then(() => undefined);
    return before;
  };
  checkpoints.makeIfDue();
  t.equal(store.after(0, 9).length, 1, 'never where nothing is new');
  leaves.push(leafHash('more'));
  checkpoints.makeIfDue();
  t.equal(store.latest()?.size, 5, 'not yet for a little more');
  world.now_ms += 60 * 60 * 1000;
  t.equal(await dueAfter(), 5);
  t.equal(store.latest()?.size, 6, 'after an hour');
  t.same(world.broken, []);
});

t.test('one that is due while its events cannot be stored', async (t) => {
  const leaves = leavesOf(5);
  let stored = false;
  const { checkpoints, world } = over(leaves, undefined, undefined, async (tile) => {
    if (!stored) throw new UnwrittenError('the disk is full');
    return tilesOver(leaves)(tile);
  });
  checkpoints.makeIfDue();
  await t.rejects(checkpoints.make(), { name: 'UnwrittenError' });
  t.same(world.broken, [], 'ends nothing');
  stored = true;
  checkpoints.makeIfDue();
  t.equal((await checkpoints.make()).size, 5, 'but is made once they are');
});

t.test('a changed history', async (t) => {
  const store = new CheckpointStore(':memory:');
  const shown = await over(leavesOf(5), store).checkpoints.make();
  const changed = leavesOf(7);
  changed[3] = leafHash('another');
  const root = (leaves: Buffer[]) => Buffer.from(naiveRoot(leaves.slice(0, 5))).toString('base64');

  t.test('is refused at the start, and both are shown', async (t) => {
    const { checkpoints } = over(changed, store);
    const message = await checkpoints
      .requireUnchanged()
      .catch((error: unknown) => (error as Error).message);
    t.match(message, /^The history has changed/);
    t.match(message, root(leavesOf(5)), 'what was shown');
    t.match(message, root(changed), 'what is there');
    t.match(message, /2026-06-10T12:00:00.000Z is over 5 events/);
  });

  t.test('is not signed, and ends the process where it is found on the way', async (t) => {
    const { checkpoints, world } = over(changed, store);
    await t.rejects(checkpoints.make(), { name: 'ChangedHistoryError' });
    t.same(store.latest(), shown);
    world.now_ms += 60 * 60 * 1000;
    checkpoints.makeIfDue();
    checkpoints.makeIfDue();
    await t.rejects(checkpoints.make(), { name: 'ChangedHistoryError' });
    t.match(world.broken, [/history has changed/]);
    t.equal(world.broken.length, 1, 'once');
  });

  t.test('is also one that lost its end', async (t) => {
    const { checkpoints } = over(leavesOf(4), store);
    const message = /the stream has only 4.*--tail-from/s;
    await t.rejects(checkpoints.requireUnchanged(), { name: 'ChangedHistoryError', message });
  });

  t.test('is one whose checkpoint somebody else signed', async (t) => {
    const forged = new CheckpointStore(':memory:');
    const stranger = makeSigner('credits.example/test', Buffer.alloc(32, 6));
    const { note } = await over(changed, undefined, [stranger]).checkpoints.make();
    forged.keep({ ...shown, note, size: 7 });
    const { checkpoints } = over(changed, forged);
    await t.rejects(checkpoints.requireUnchanged(), { name: 'NoteError' });
  });

  t.test('while one that only grew is not', async (t) => {
    const { checkpoints } = over(leavesOf(9), store);
    await checkpoints.requireUnchanged();
    t.equal((await checkpoints.make()).size, 9);
  });
});

t.test('what was changed behind tiles that are kept in memory is not signed', async (t) => {
  const leaves = leavesOf(5);
  const read = keepingTiles((tile) => tilesOver(leaves)(tile), 9);
  const { checkpoints, store } = over(leaves, undefined, undefined, read);
  const shown = await checkpoints.make();
  leaves[3] = leafHash('another');
  leaves.push(leafHash('more'));
  await t.rejects(checkpoints.make(), { name: 'ChangedHistoryError' });
  t.same(store.latest(), shown);
});

t.test('a tree that is not that of its events', async (t) => {
  const lines = Array.from({ length: 9 }, (_, index) => `line ${index}`);
  const leaves = lines.map(leafHash);
  const read = async function* (first: number, limit: number) {
    yield { firstRevision: first, lines: lines.slice(first, first + limit) };
  };
  const store = new CheckpointStore(':memory:');
  await over(leaves.slice(0, 5), store).checkpoints.make();

  t.test('beyond what was shown is found before any of it is signed', async (t) => {
    const { checkpoints } = over(leaves.with(7, leafHash('another')), store);
    const message = /damaged at revision 5: the events up to 9 lead to the root .*, but the tree/;
    await t.rejects(checkpoints.requireOwnTree(read), { name: 'DamagedJournalError', message });
  });

  t.test('is also one that lacks an event', async (t) => {
    const { checkpoints } = over([...leaves, leafHash('one more')], store);
    await t.rejects(checkpoints.requireOwnTree(read), { name: 'DamagedJournalError', revision: 5 });
  });

  t.test('which one over all of them is', async (t) => {
    await t.resolves(over(leaves, store).checkpoints.requireOwnTree(read));
    await t.resolves(over(leaves).checkpoints.requireOwnTree(read), 'also where nothing was shown');
    await t.resolves(over(leaves.slice(0, 5), store).checkpoints.requireOwnTree(read), 'or all');
  });
});

t.test('whoever asks for one over all that is there does not get one begun before', async (t) => {
  const leaves = leavesOf(5);
  const { checkpoints } = over(leaves);
  const begun = checkpoints.make();
  leaves.push(leafHash('more'));
  t.equal((await checkpoints.make()).size, 6);
  t.equal((await begun).size, 5);
});

t.test('a ledger keeps its origin, whatever its signing key says', async (t) => {
  const store = new CheckpointStore(':memory:');
  await over(leavesOf(5), store).checkpoints.make();
  const renamed = makeSigner('credits.example/other', Buffer.alloc(32, 5));
  const { checkpoints } = over(leavesOf(5), store, [renamed]);
  const message = /is that of credits.example\/other.*credits.example\/test/s;
  await t.rejects(checkpoints.requireUnchanged(), { name: 'SigningKeyError', message });
});

t.test('while a key is replaced, both sign; old checkpoints verify for ever', async (t) => {
  const store = new CheckpointStore(':memory:');
  const leaves = leavesOf(5);
  const first = await over(leaves, store).checkpoints.make();
  const next = makeSigner('credits.example/test', Buffer.alloc(32, 6));
  leaves.push(leafHash('more'));
  const second = await over(leaves, store, [next, signer]).checkpoints.make();
  leaves.push(leafHash('and more'));
  const { checkpoints } = over(leaves, store, [next]);
  const third = await checkpoints.make();
  t.equal(openCheckpoint(second.note, [signer.verifier]).size, 6, 'for who knows the old key');
  t.equal(openCheckpoint(second.note, [next.verifier]).size, 6, 'for who knows the new one');
  t.throws(() => openCheckpoint(third.note, [signer.verifier]), { name: 'NoteError' });
  t.same(checkpoints.keys(), [next.verifier.text, signer.verifier.text], 'both are named');
  const verifiers = checkpoints.keys().map(verifierIn);
  t.same(
    [first, second, third].map(({ note }) => openCheckpoint(note, verifiers).size),
    [5, 6, 7],
  );
});

t.test(
  'a key that is new is put under the last checkpoint, also where nothing is new',
  async (t) => {
    const store = new CheckpointStore(':memory:');
    const first = await over(leavesOf(5), store).checkpoints.make();
    const next = makeSigner('credits.example/test', Buffer.alloc(32, 6));
    const second = await over(leavesOf(5), store, [next, signer]).checkpoints.make();
    for (const { verifier } of [signer, next]) {
      t.equal(openCheckpoint(second.note, [verifier]).size, 5, 'whoever knows either can verify');
    }
    t.equal(second.recordedAt, first.recordedAt);
    const third = await over(leavesOf(5), store, [next]).checkpoints.make();
    t.same([third, store.latest()], [second, second], 'once, and for ever');
    t.equal(store.after(0, 9).length, 1);
  },
);

t.test('a service on a stream that was changed behind its back does not open', async (t) => {
  const checkpoints = testCheckpoints();
  const journal = memoryJournal();
  const { app } = await testApp({ journal, checkpoints });
  const admin = new Client(app, ADMIN_KEY);
  await admin.post('/v1/organisations', { name: 'Strood Gardeners', roles: ['earn'] });
  await admin.post('/v1/checkpoints', {}, null);
  const lines = journal.lines.map((line) => line.replace('Strood', 'Rainham'));
  const opened = (stream: string[]) => testApp({ journal: memoryJournal(stream), checkpoints });
  await t.rejects(opened(lines), { name: 'ChangedHistoryError' }, 'where a line was altered');
  await t.rejects(opened(journal.lines.slice(0, -1)), { name: 'ChangedHistoryError' }, 'or lost');
  await t.rejects(opened([]), { name: 'ChangedHistoryError' }, 'or all of them');
  await t.resolves(opened([...journal.lines]), 'but does where nothing was');
});

t.test('a service on a stream that lacks an event says so', async (t) => {
  const lines = await busyLines();
  const opened = (stream: readonly string[]) =>
    testApp({ journal: memoryJournal([...stream]), checkpoints: testCheckpoints() });
  const at = lines.findIndex((line) => line.includes('"VenueRegistered"'));
  await t.rejects(opened(lines.toSpliced(at, 1)), {
    name: 'DamagedJournalError',
    message: /damaged at revision \d+: the event does not fit those before it \(.*or changed/,
  });
  await t.rejects(opened(lines.with(20, 'null')), { name: 'UnreadableEventError', revision: 20 });
});

t.test(
  'somebody who holds the file for a moment, as a replicator does, is waited for',
  async (t) => {
    const file = join(t.testdir(), 'checkpoints.sqlite');
    const { checkpoints, store } = over(leavesOf(5), new CheckpointStore(file));
    const holder = new Worker(HOLDS_FOR_A_MOMENT, { eval: true, workerData: file });
    const ended = once(holder, 'exit');
    await once(holder, 'message');
    t.equal((await checkpoints.make()).size, 5);
    await ended;
    store.close();
  },
);

t.test('the signing key', async (t) => {
  const file = join(t.testdir(), 'data', 'signing.key');
  const random = (bytes: number) => Buffer.alloc(bytes, 3);
  const source = { file, defaultOrigin: 'timecredits.local/medway', random };
  const [made] = signersIn({ ...source, origin: 'credits.example/medway' });
  t.equal(made?.verifier.name, 'credits.example/medway', 'is made for its origin');
  const [again] = signersIn({ ...source, random: (bytes) => Buffer.alloc(bytes, 4) });
  t.equal(again?.verifier.text, made?.verifier.text, 'and is read from its file');
  t.throws(
    () => signersIn({ ...source, origin: 'credits.example/swale' }),
    { name: 'SigningKeyError', message: /keeps its origin for ever/ },
    'which fits no other origin',
  );
  t.throws(() => signersIn({ ...source, text: 'nonsense' }), { name: 'NoteError' });
  const witness = makeSigner('credits.example/medway', Buffer.alloc(32, 3), 'cosignature');
  t.throws(
    () => signersIn({ ...source, text: signerText(witness) }),
    { name: 'SigningKeyError', message: /that of a witness/ },
    'nor is it that of a witness',
  );
  const shared = { ...source, file: `${file}.none`, shared: true };
  t.throws(
    () => signersIn(shared),
    { name: 'SigningKeyError', message: /no SIGNING_KEY\. Every instance .*timecredits keys/ },
    'and none is made where other instances sign too',
  );
  t.same(signersIn({ ...shared, file }), signersIn(source), 'which take one that is there');
  const torn = join(t.testdir(), 'signing.key');
  writeFileSync(`${torn}.new`, '', { mode: 0o644 });
  signersIn({ ...source, file: torn });
  t.equal(statSync(torn).mode & 0o777, 0o600, 'and only its owner may ever read it');
});
