import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Checkpoints } from '../../src/checkpoints/checkpoints.ts';
import { CheckpointStore } from '../../src/checkpoints/store.ts';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { verifierIn } from '../../src/proofs/note.ts';
import { folderAt } from '../../src/publish/folder.ts';
import { Publications } from '../../src/publish/publications.ts';
import { Publisher } from '../../src/publish/publisher.ts';
import type { Destination } from '../../src/publish/published.ts';
import { leavesOf, tilesOver } from '../proofs/tree.ts';
import { SIGNER } from './ledger.ts';
import { witnessFor, type TestWitness } from './witness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

type Told = { level: string; kind?: string; name?: string; why?: string };

/** A service's publisher over a made-up tree, on a clock that the test moves. */
function publisherOver(
  t: Test,
  destinations: readonly Destination[],
  witnesses: readonly TestWitness[] = [],
) {
  const leaves = leavesOf(5);
  const world = { elapsed_ms: 1_000, broken: [] as string[], told: [] as Told[] };
  const tile: ReturnType<typeof tilesOver> = (asked) => tilesOver(leaves)(asked);
  const checkpoints = new Checkpoints({
    store: new CheckpointStore(':memory:'),
    signers: [SIGNER],
    tile,
    size: () => leaves.length,
    now_ms: () => Date.parse('2026-06-10T12:00:00.000Z') + world.elapsed_ms,
    broken: (why) => world.broken.push(why),
  });
  const tell = (level: string) => (what: object) => world.told.push({ level, ...what });
  const publications = new Publications();
  const publisher = new Publisher({
    places: { witnesses, destinations },
    every_ms: HOUR_MS,
    checkpoint: () => checkpoints.made(),
    keep: (note) => checkpoints.keepCosigned(note),
    keys: () => checkpoints.keys().map(verifierIn),
    tile,
    fetch,
    elapsed_ms: () => world.elapsed_ms,
    publications,
    log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
  });
  t.teardown(() => publisher.close());
  const after = async (ms: number) => {
    world.elapsed_ms += ms;
    publisher.publishIfDue();
    await publisher.idle();
  };
  return { leaves, world, checkpoints, publications, publisher, after };
}

/** A place of a kind that takes what the test lets it. */
function placeOf(kind: Destination['kind'], name = kind as string) {
  const place = { sizes: [] as string[], why: undefined as string | undefined };
  const destination: Destination = {
    ...{ kind, name },
    send: async ({ note }) => {
      place.sizes.push(note.split('\n')[1]!);
      if (place.why !== undefined) throw new Error(place.why);
      return 'published';
    },
  };
  return { place, destination };
}

t.test('a service publishes by itself', async (t) => {
  const witness = await witnessFor(t, [SIGNER.verifier]);
  const folder = t.testdir();
  const { leaves, checkpoints, publications, after } = publisherOver(
    ...([t, [folderAt(folder)], [witness]] as const),
  );
  await after(0);
  t.equal(witness.exchanges.length, 0, 'not at once');
  await after(MINUTE_MS);
  const keys = [SIGNER.verifier, witness.verifier];
  const published = readFileSync(join(folder, '5.checkpoint'), 'utf8');
  t.equal(openCheckpoint(published, keys).verified.length, 2, 'with the cosignature');
  t.equal(checkpoints.latest?.note, published, 'which is kept and shown from then on');
  t.equal((await checkpoints.covering(4)).note, published, 'also in receipts');
  leaves.push(leafHash('more'));
  await after(HOUR_MS - 1);
  t.equal(witness.exchanges.length, 1, 'nothing before it is time');
  await after(1);
  t.equal(readFileSync(join(folder, 'latest'), 'utf8').split('\n')[1], '6');
  await after(HOUR_MS);
  t.match(publications.count, {
    witness: { published: 2, already: 1, failed: 0, contradicted: 0 },
    folder: { published: 2, already: 1, failed: 0, contradicted: 0 },
  });
  t.equal(witness.exchanges.length, 3, 'and where nothing is new, nobody is asked');
});

t.test('what fails', async (t) => {
  const { place, destination } = placeOf('url');
  const other = placeOf('folder');
  const { world, publications, after } = publisherOver(t, [destination, other.destination]);
  place.why = 'it answered 500';
  await after(MINUTE_MS);
  t.equal(publications.failing, 1);
  t.same(other.place.sizes, ['5'], 'keeps no other place from having it');
  for (const minutes of [5, 10, 20, 40, 60, 60]) {
    await after(minutes * MINUTE_MS - 1);
    const before = place.sizes.length;
    await after(1);
    t.equal(place.sizes.length, before + 1, `is tried again after ${minutes} minutes`);
  }
  t.match(world.told, [{ level: 'warn', kind: 'url', why: 'it answered 500' }]);
  t.equal(world.told.length, 1, 'but told once');
  place.why = undefined;
  await after(HOUR_MS);
  t.match(world.told[1], { level: 'info', kind: 'url' }, 'and when it is over');
  t.match([publications.failing, publications.count.url.failed], [0, 7]);
  await after(HOUR_MS);
  t.equal(world.told.length, 2);
});

t.test('somebody outside who holds another history', async (t) => {
  const witness = await witnessFor(t, [SIGNER.verifier]);
  const { leaves, world, publications, after } = publisherOver(t, [], [witness]);
  await after(MINUTE_MS);
  witness.seen = { size: 3, root: leafHash('another') };
  leaves.push(leafHash('more'));
  await after(HOUR_MS);
  t.equal(publications.count.witness.contradicted, 1);
  t.match(world.told, [{ level: 'error', why: /of another history.*they are the proof/ }]);
  t.same(world.broken, [], 'does not end the service: a witness may be wrong');
});

t.test('a mailbox gets one mail a day, where something is new', async (t) => {
  const { place, destination } = placeOf('mail', 'mailbox 1');
  const { leaves, after } = publisherOver(t, [destination]);
  place.why = 'it was full';
  await after(MINUTE_MS);
  place.why = undefined;
  for (let hour = 0; hour < 24; hour += 1) {
    leaves.push(leafHash('more'));
    await after(HOUR_MS);
  }
  t.equal(place.sizes.length, 2, 'and again the same day only where that failed');
  leaves.push(leafHash('more'));
  await after(HOUR_MS);
  t.equal(place.sizes.length, 3);
  for (let hour = 0; hour < 48; hour += 1) await after(HOUR_MS);
  t.equal(place.sizes.length, 3);
});

t.test('a changed history is not published', async (t) => {
  const { place, destination } = placeOf('url');
  const { leaves, world, after } = publisherOver(t, [destination]);
  await after(MINUTE_MS);
  leaves[2] = leafHash('another');
  leaves.push(leafHash('more'));
  await after(HOUR_MS);
  t.same(place.sizes, ['5']);
  t.match(world.broken, [/history has changed/], 'and ends the process, as it does anywhere');
});

t.test('a service that ends', async (t) => {
  const begun = Promise.withResolvers<AbortSignal>();
  const destination: Destination = {
    ...{ kind: 'url', name: 'silent' },
    send: (_, signal) => {
      begun.resolve(signal);
      return new Promise(() => undefined);
    },
  };
  const { world, publisher } = publisherOver(t, [destination]);
  world.elapsed_ms += MINUTE_MS;
  publisher.publishIfDue();
  const signal = await begun.promise;
  await publisher.close();
  t.equal(signal.aborted, true, 'waits for no place');
  t.same(world.told, [], 'nor does it blame it');
  world.elapsed_ms += HOUR_MS;
  publisher.publishIfDue();
  await publisher.idle();
  t.pass('and begins nothing more');
});

t.test('cosignatures of what nobody showed are not kept', async (t) => {
  const { checkpoints } = publisherOver(t, []);
  const shown = await checkpoints.make();
  for (const note of [
    shown.note.replace('\n5\n', '\n7\n'),
    shown.note.replace('credits.example/test\n', 'credits.example/other\n'),
  ]) {
    checkpoints.keepCosigned(note);
    t.equal(checkpoints.latest?.note, shown.note);
  }
});
