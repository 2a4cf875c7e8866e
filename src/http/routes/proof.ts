import { transactionParams } from '../../../schemas/http/account.ts';
import {
  bundleAnswer,
  bundleParams,
  consistencyAnswer,
  consistencyQuery,
  inclusionAnswer,
  inclusionQuery,
  receiptAnswer,
  tileAnswer,
  tileParams,
} from '../../../schemas/http/proof.ts';
import { HASH_BYTES } from '../../proofs/merkle.ts';
import { standingProofText } from '../../proofs/receipt.ts';
import {
  consistencyProof,
  inclusionProof,
  indexIn,
  rootAt,
  TILE_WIDTH,
  widthOf,
  type ReadTile,
  type Tile,
} from '../../proofs/tiles.ts';
import { callerIn } from '../authentication.ts';
import { stop } from '../problems.ts';
import type { Routes } from '../route.ts';
import { transactionAsked } from '../transactions.ts';
import { creditKnown } from '../visibility.ts';

const TAG = 'Proofs';
/** A proof names nothing but hashes; it is for those who record what is proved, or check it. */
export const PROVERS = ['admin', 'auditor', 'coordinator', 'partner', 'network'] as const;
const BYTES = 'application/octet-stream';
/** A tile that was served never changes; it may be kept, though not by a cache for many. */
const FOR_EVER = 'private, max-age=31536000, immutable';
const LENGTH_BYTES = 2;

export function proofRoutes(routes: Routes): void {
  proofs(routes);
  receipts(routes);
  tiles(routes);
}

function proofs(routes: Routes): void {
  const { checkpoints, tile, sequencer } = routes.services;
  const sizeNow = () => sequencer.ledger.revision + 1;
  const sizeOr = async (size: number | undefined) => size ?? (await checkpoints.covering(0)).size;
  const requireWithin = (size: number) => {
    if (size > sizeNow()) stop('beyond_the_tree', { size: sizeNow() });
  };

  routes.read({
    url: '/v1/proofs/inclusion',
    tag: TAG,
    summary: 'The proof that an event stands at its revision of the tree at some size',
    policy: PROVERS,
    query: inclusionQuery,
    answer: inclusionAnswer,
    handle: async ({ query: { revision, size: asked } }) => {
      const size = await sizeOr(asked);
      requireWithin(size);
      if (revision >= size) return stop('beyond_the_tree', { size });
      const { index, at } = { index: Math.floor(revision / TILE_WIDTH), at: revision % TILE_WIDTH };
      const leaves = await tile({ level: 0, index, width: widthOf(0, index, size) });
      const proof = await inclusionProof(tile, revision, size);
      const leaf = leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
      const root = encoded(await rootAt(tile, size));
      return { revision, size, leaf: encoded(leaf), proof: proof.map(encoded), root };
    },
  });

  routes.read({
    url: '/v1/proofs/consistency',
    tag: TAG,
    summary: 'The proof that the tree at one size is the beginning of the tree at another',
    policy: PROVERS,
    query: consistencyQuery,
    answer: consistencyAnswer,
    handle: async ({ query: { from, to: asked } }) => {
      const to = await sizeOr(asked);
      requireWithin(to);
      if (from === 0 || from > to) return stop('beyond_the_tree', { size: to });
      return consistencyBetween(tile, from, to);
    },
  });
}

/** The proof that the tree at one size begins the tree at another, with both roots, as answered. */
export async function consistencyBetween(tile: ReadTile, from: number, to: number) {
  const proof = (await consistencyProof(tile, from, to)).map(encoded);
  const [fromRoot, toRoot] = await Promise.all([rootAt(tile, from), rootAt(tile, to)]);
  return { from, to, fromRoot: encoded(fromRoot), toRoot: encoded(toRoot), proof };
}

function receipts(routes: Routes): void {
  const { services } = routes;
  const { checkpoints, tile } = services;

  routes.read({
    url: '/v1/transactions/:id/receipt',
    tag: TAG,
    summary: 'An event with the proof that it is in the ledger, to keep and to verify offline',
    policy: ['admin', 'auditor', 'coordinator', 'partner'],
    params: transactionParams,
    answer: receiptAnswer,
    handle: async ({ params: { id }, request }) => {
      const caller = callerIn(request);
      const { revision, event } = await transactionAsked(services, caller, id);
      const { credit } = event.data as { credit?: string };
      if ((await creditKnown(services, caller, event)) !== credit) return stop('receipt_withheld');
      const { size, note: checkpoint } = await checkpoints.covering(revision);
      const proof = await inclusionProof(tile, revision, size);
      const text = standingProofText({ index: revision, proof, checkpoint });
      return { transactionId: id, revision, event, proof: text };
    },
  });
}

function tiles(routes: Routes): void {
  const { services } = routes;
  const tileIn = (level: number, path: string): Tile => {
    const found = indexIn(path) ?? stop('not_found');
    const size = services.sequencer.ledger.revision + 1;
    if (found.width > widthOf(level, found.index, size)) stop('beyond_the_tree', { size });
    return { level, ...found };
  };

  routes.read({
    url: '/v1/tile/:level/*',
    tag: TAG,
    summary: 'A piece of the tree, such as 0/x001/x234/067 or 0/003.p/17',
    policy: PROVERS,
    params: tileParams,
    forms: [BYTES],
    answer: tileAnswer,
    handle: async ({ params, reply }) => {
      const hashes = await services.tile(tileIn(Number(params.level), params['*']));
      return reply.type(BYTES).header('cache-control', FOR_EVER).send(Buffer.from(hashes));
    },
  });

  routes.read({
    url: '/v1/tile/entries/*',
    tag: TAG,
    summary: 'The events under a tile of leaves',
    policy: ['admin', 'auditor'],
    params: bundleParams,
    forms: [BYTES],
    answer: bundleAnswer,
    handle: async ({ params, request, reply }) => {
      const { index, width } = tileIn(0, params['*']);
      const first = index * TILE_WIDTH;
      request.log.info({ access: request.caller?.accessId, first }, 'the stream is read');
      const entries: Buffer[] = [];
      for await (const { lines } of services.read(first, width)) {
        for (const line of lines) entries.push(prefixed(line));
      }
      const bytes = Buffer.concat(entries);
      return reply.type(BYTES).header('cache-control', FOR_EVER).send(bytes);
    },
  });
}

/** An event after its length, as entries of tlog-tiles are. */
function prefixed(line: string): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(Buffer.byteLength(line));
  return Buffer.concat([length, Buffer.from(line)]);
}

function encoded(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64');
}
