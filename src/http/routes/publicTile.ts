import {
  checkpointAnswer,
  consistencyAnswer,
  consistencyQuery,
  tileAnswer,
  tileParams,
} from '../../../schemas/http/proof.ts';
import { indexIn, TILE_WIDTH, widthOf, type Tile } from '../../proofs/tiles.ts';
import { stop } from '../problems.ts';
import type { Routes } from '../route.ts';
import type { Services } from '../services.ts';
import { sendCheckpoint } from './checkpoint.ts';
import { consistencyBetween } from './proof.ts';

const TAG = 'Proofs';
const BYTES = 'application/octet-stream';
/** A tile of one width never changes, and any cache may keep it. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The checkpoint and the hashes of the tree at the addresses of c2sp.org/tlog-tiles, and proofs of
 * consistency, for anybody: where the settings say so, and never an event.
 */
export function publicTileRoutes(routes: Routes): void {
  const { services } = routes;
  const { checkpoints, publicTiles = 'off' } = services;
  if (publicTiles === 'off') return;

  routes.read({
    url: '/checkpoint',
    tag: TAG,
    summary: 'The last checkpoint, where tools for transparency logs look for it',
    policy: 'public',
    forms: ['text/plain'],
    answer: checkpointAnswer,
    handle: ({ reply }) => sendCheckpoint(checkpoints, reply),
  });

  routes.read({
    url: '/v1/checkpoint/consistency',
    tag: TAG,
    summary: 'The proof that the last checkpoint, or one before it, continues an earlier size',
    policy: 'public',
    query: consistencyQuery,
    answer: consistencyAnswer,
    handle: async ({ query: { from, to: asked } }) => {
      const size = checkpoints.latest?.size ?? 0;
      const to = asked ?? size;
      if (from === 0 || from > to || to > size) return stop('beyond_the_tree', { size });
      // The first leaf that such a proof may have, or the root at the first size be.
      await requireHidden(services, from - 1);
      return consistencyBetween(services.tile, from, to);
    },
  });

  routes.read({
    url: '/tile/:level/*',
    tag: TAG,
    summary: 'A piece of the tree under the last checkpoint, such as 1/000.p/17',
    policy: 'public',
    params: tileParams,
    forms: [BYTES],
    answer: tileAnswer,
    handle: async ({ params, reply }) => {
      const found = indexIn(params['*']) ?? stop('not_found');
      const tile: Tile = { level: Number(params.level), ...found };
      // Beyond what was shown, whoever asks again and again would learn when something happens.
      const size = checkpoints.latest?.size ?? 0;
      if (tile.width > widthOf(tile.level, tile.index, size)) stop('not_found');
      // Above the leaves each hash is over so many that nobody guesses what is below.
      if (tile.level === 0) await requireHidden(services, tile.index * TILE_WIDTH);
      const hashes = await services.tile(tile);
      return reply.type(BYTES).header('cache-control', FOR_EVER).send(Buffer.from(hashes));
    },
  });
}

/**
 * Whether nobody finds events by guessing at hashes of leaves from a revision on: from the first
 * event that has a salt on all have one.
 */
async function requireHidden(
  { publicTiles, eventAt }: Services,
  firstRevision: number,
): Promise<void> {
  if (publicTiles === 'all' || 'salt' in (await eventAt(firstRevision))) return;
  stop('not_found');
}
