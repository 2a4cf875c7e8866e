import { checkpointAnswer, tileAnswer, tileParams } from '../../../schemas/http/proof.ts';
import { indexIn, TILE_WIDTH, widthOf, type Tile } from '../../proofs/tiles.ts';
import { stop } from '../problems.ts';
import type { Routes } from '../route.ts';
import type { Services } from '../services.ts';
import { sendCheckpoint } from './checkpoint.ts';

const TAG = 'Proofs';
const BYTES = 'application/octet-stream';
/** A tile of one width never changes, and any cache may keep it. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/**
 * The checkpoint and the hashes of the tree at the addresses of c2sp.org/tlog-tiles, for anybody:
 * where the settings say so, and never an event.
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
      if (publicTiles === 'salted' && !(await isSalted(services, tile))) stop('not_found');
      const hashes = await services.tile(tile);
      return reply.type(BYTES).header('cache-control', FOR_EVER).send(Buffer.from(hashes));
    },
  });
}

/**
 * Whether nobody can find an event of a tile by guessing at its hash. From the first event that
 * has a salt on all have one; above the leaves each hash is over so many that none is guessed.
 */
async function isSalted({ eventAt }: Services, { level, index }: Tile): Promise<boolean> {
  if (level > 0) return true;
  return 'salt' in (await eventAt(index * TILE_WIDTH));
}
