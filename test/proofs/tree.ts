import { leafHash, splitOf, nodeHash, EMPTY_ROOT } from '../../src/proofs/merkle.ts';
import { TILE_WIDTH, type ReadTile } from '../../src/proofs/tiles.ts';

/** The leaves of a made-up tree, each its own number. */
export function leavesOf(size: number): Buffer[] {
  return Array.from({ length: size }, (_, index) => leafHash(String(index)));
}

/** The root as RFC 6962 defines it, from all the leaves at once. */
export function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  const left = splitOf(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, left)), naiveRoot(leaves.slice(left)));
}

/** Tiles of a made-up tree, worked out from all its leaves each time. */
export function tilesOver(leaves: readonly Uint8Array[]): ReadTile {
  return async ({ level, index, width }) => {
    const span = TILE_WIDTH ** level;
    const first = index * TILE_WIDTH;
    const hashes = Array.from({ length: width }, (_, at) =>
      naiveRoot(leaves.slice((first + at) * span, (first + at + 1) * span)),
    );
    return Buffer.concat(hashes);
  };
}
