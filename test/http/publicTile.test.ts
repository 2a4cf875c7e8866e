import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { buildApp } from '../../src/http/app.ts';
import type { Services } from '../../src/http/services.ts';
import { unverifiedIn, openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { isConsistent } from '../../src/proofs/merkle.ts';
import { verifierIn } from '../../src/proofs/note.ts';
import {
  consistencyProof,
  rootAt,
  tilePath,
  tilesOf,
  type ReadTile,
} from '../../src/proofs/tiles.ts';
import { cosignedBy } from '../../src/publish/witness.ts';
import { NEVER } from '../publish/ledger.ts';
import { witnessFor } from '../publish/witness.ts';
import { smallWorld } from '../support/world.ts';

/* What anybody may read of the tree, where a ledger lets them. */

type Shown = { size: number; note: string };
type Proof = { from: number; to: number; fromRoot: string; toRoot: string; proof: string[] };

/** A ledger of more than a tile, which every test shows in its own way. */
const world = await smallWorld();
while (world.service.sequencer.ledger.revision < 260) await world.enrol(60);

const make = async () => (await world.admin.post<Shown>('/v1/checkpoints', {}, null)).body;

/** The ledger as it shows itself, where its events have salts from a revision on. */
async function shown(publicTiles: Services['publicTiles'], saltedFrom = 0) {
  const { service } = world;
  const eventAt: Services['eventAt'] = async (revision) => {
    const event = { ...(await service.eventAt(revision)), salt: 'salt' };
    if (revision < saltedFrom) Reflect.deleteProperty(event, 'salt');
    return event;
  };
  const first = await make();
  const app = await buildApp({ ...service, publicTiles, eventAt });
  return { ...world, make, first, app, read: readerOf(app) };
}

/** Reads tiles as a tool for transparency logs does, without a key. */
function readerOf(app: FastifyInstance): ReadTile {
  return async (tile) => {
    const url = `/tile/${tilePath(tile)}`;
    const { statusCode, rawPayload } = await app.inject({ url });
    if (statusCode !== 200) throw new Error(`${url} is answered with ${statusCode}`);
    return new Uint8Array(rawPayload);
  };
}

async function checkpointOf(app: FastifyInstance) {
  const { body, headers, statusCode } = await app.inject({ url: '/checkpoint' });
  return { body, headers, statusCode };
}

t.test('the tree is for nobody, unless it is said', async (t) => {
  for (const setting of [undefined, 'off'] as const) {
    const { app } = await shown(setting);
    for (const url of [
      '/checkpoint',
      '/tile/0/000',
      '/tile/1/000.p/1',
      '/v1/checkpoint/consistency?from=1',
    ]) {
      t.equal((await app.inject({ url })).statusCode, 404, `${url} is not there`);
    }
  }
});

t.test('a tool for transparency logs', async (t) => {
  const { app, read, first, make, enrol, service } = await shown('salted');
  const keys = service.checkpoints.keys().map(verifierIn);
  const { body, headers } = await checkpointOf(app);
  t.equal(headers['content-type'], 'text/plain; charset=utf-8');
  t.equal(headers['cache-control'], 'no-cache');
  const { size, root } = openCheckpoint(body, keys);
  t.same(Buffer.from(await rootAt(read, size)), root, 'works out the root that is signed');

  t.test('brings what it reads to a witness', async (t) => {
    const witness = await witnessFor(t, keys);
    const consistency = (from: number, to: number) => consistencyProof(read, from, to);
    await cosignedBy(witness, { note: first.note, keys, consistency }, fetch, NEVER);
    await enrol(60);
    await make();
    const later = (await checkpointOf(app)).body;
    await cosignedBy(witness, { note: later, keys, consistency }, fetch, NEVER);
    t.equal(witness.seen?.size, unverifiedIn(later).size);
  });

  t.test('may keep a tile for ever', async (t) => {
    const tile = await app.inject({ url: '/tile/0/000' });
    t.match(tile.headers, {
      'content-type': 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    t.equal(tile.rawPayload.length, 256 * 32);
  });
});

t.test('leaves whose events could be guessed', async (t) => {
  for (const [saltedFrom, status] of [
    [0, [200, 200]],
    [256, [404, 200]],
    [257, [404, 404]],
  ] as const) {
    const { app, first } = await shown('salted', saltedFrom);
    const urls = ['/tile/0/000', `/tile/0/001.p/${first.size - 256}`];
    const answers = await Promise.all(urls.map((url) => app.inject({ url })));
    const statuses = answers.map(({ statusCode }) => statusCode);
    t.same(statuses, status, `are not shown where salts begin at ${saltedFrom}`);
    t.equal((await app.inject({ url: '/tile/1/000.p/1' })).statusCode, 200, 'those above are');
  }
});

t.test('a ledger may show them all the same', async (t) => {
  const { read, first } = await shown('all', Infinity);
  for (const tile of tilesOf(first.size)) await t.resolves(read(tile), tilePath(tile));
});

t.test('a proof of consistency', async (t) => {
  const { app, first, make, enrol, service } = await shown('salted', 256);
  await enrol(60);
  const { size } = await make();
  const ask = async (query: string) => {
    const answer = await app.inject({ url: `/v1/checkpoint/consistency?${query}` });
    return { status: answer.statusCode, body: answer.json<Proof>() };
  };
  const { status, body } = await ask(`from=${first.size}`);
  t.equal(status, 200, 'is for anybody');
  const { from, to, fromRoot, toRoot, proof } = body;
  const bytes = (text: string) => Buffer.from(text, 'base64');
  const roots = { fromRoot: bytes(fromRoot), toRoot: bytes(toRoot) };
  t.ok(isConsistent({ from, to, ...roots, proof: proof.map(bytes) }));
  t.same([from, to], [first.size, size]);
  const { root } = openCheckpoint(first.note, service.checkpoints.keys().map(verifierIn));
  t.same(roots.fromRoot, root, 'from the root that was signed');
  for (const [query, expected] of [
    ['from=256', 404],
    ['from=257', 200],
    ['from=0', 404],
    [`from=257&to=${size + 1}`, 404],
    ['from=1&to=257', 404],
  ] as const) {
    t.equal((await ask(query)).status, expected, query);
  }
});

t.test('what is not under a checkpoint yet is not shown', async (t) => {
  const { app, enrol, first, make } = await shown('all');
  await enrol(60);
  const url = `/tile/0/001.p/${first.size - 256 + 1}`;
  t.equal((await app.inject({ url })).statusCode, 404, 'so that nobody watches events come');
  await make();
  t.equal((await app.inject({ url })).statusCode, 200);
});

t.test('events are never shown, nor what is no tile', async (t) => {
  const { app } = await shown('all');
  for (const url of [
    '/tile/entries/000',
    '/tile/data/000',
    '/tile/64/000',
    '/tile/00/000',
    '/tile/0/0',
    '/tile/0/000.p/0',
    '/tile/0/000.p/256',
    '/tile/0/000/..%2f..%2fentries%2f000',
    '/tile/0/x999/x999/x999/x999/x999/999',
    '/tile/0/900',
    '/tile/3/000.p/1',
  ]) {
    const { statusCode } = await app.inject({ url });
    t.ok([400, 404].includes(statusCode), `${url} is answered with ${statusCode}`);
  }
});
