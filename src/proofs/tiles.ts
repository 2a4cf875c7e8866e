import {
  EMPTY_ROOT,
  Frontier,
  HASH_BYTES,
  nodeHash,
  rootOver,
  rowAbove,
  splitOf,
} from './merkle.ts';

/**
 * The tree as tiles of 256 hashes (c2sp.org/tlog-tiles): at level 0 those of the leaves, at each
 * level above the roots of the full tiles below. Every root and every proof, at every size, is
 * worked out from a few of them.
 */

export const TILE_WIDTH = 256;
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
const TILE_HEIGHT = 8;

export type Tile = {
  readonly level: number;
  readonly index: number;
  /** How many hashes it has, 1 to 256. */
  readonly width: number;
};

/** Gives the first `width` hashes of a tile, 32 bytes each. */
export type ReadTile = (tile: Tile) => Promise<Uint8Array>;

/** How many hashes a tile has in a tree of some size; 0 where it has none. */
export function widthOf(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
  return Math.max(0, Math.min(TILE_WIDTH, hashes));
}

/** Every tile of a tree, full or not, level by level. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0; widthOf(level, 0, size) > 0; level += 1) {
    for (let index = 0; ; index += 1) {
      const width = widthOf(level, index, size);
      if (width === 0) break;
      yield { level, index, width };
    }
  }
}

/** The path of a tile below `tile/`, such as `0/x001/x234/067.p/8`. */
export function tilePath({ level, index, width }: Tile): string {
  return `${level}/${bundlePath({ index, width })}`;
}

/** The path of some entries below `tile/entries/`, written as a tile's. */
export function bundlePath({ index, width }: Omit<Tile, 'level'>): string {
  const parts = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    parts.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return parts.join('/') + (width === TILE_WIDTH ? '' : `.p/${width}`);
}

const INDEX = /^((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Reads the path of a tile's index and width; nothing where it is not one. */
export function indexIn(path: string): Omit<Tile, 'level'> | undefined {
  const match = INDEX.exec(path);
  if (match === null) return undefined;
  const digits = `${match[1]!.replaceAll(/[x/]/g, '')}${match[2]!}`;
  const read = { index: Number(digits), width: Number(match[3] ?? TILE_WIDTH) };
  const there = read.width <= TILE_WIDTH && Number.isSafeInteger(read.index);
  return there && bundlePath(read) === path ? read : undefined;
}

/**
 * The tiles at the right edge of a tree that grows leaf by leaf. Whatever must be kept of them is
 * handed out as it comes to be: at level 0 the tiles that are full, at each level above every
 * tile, again each time that it has one hash more.
 */
export class GrowingTiles {
  readonly #keep: (tile: Tile, hashes: Uint8Array) => void;
  readonly #edge: { index: number; width: number; hashes: Buffer }[] = [];

  /** @param keep gets bytes that change with the next leaf */
  constructor(keep: (tile: Tile, hashes: Uint8Array) => void) {
    this.#keep = keep;
  }

  /** The edge of a tree that was kept, read from its tiles there that are not full yet. */
  static from(
    size: number,
    read: (tile: Tile) => Uint8Array,
    keep: (tile: Tile, hashes: Uint8Array) => void,
  ): GrowingTiles {
    const tiles = new GrowingTiles(keep);
    for (let level = 0, count = size; count > 0; level += 1) {
      const index = Math.floor(count / TILE_WIDTH);
      const width = count % TILE_WIDTH;
      const hashes = Buffer.alloc(TILE_BYTES);
      if (width > 0) hashes.set(read({ level, index, width }));
      tiles.#edge.push({ index, width, hashes });
      count = index;
    }
    return tiles;
  }

  /**
   * The same edge, to grow instead of this one. Both write into the same bytes, behind what both
   * have, so of several drafts the last one counts.
   */
  draft(keep: (tile: Tile, hashes: Uint8Array) => void): GrowingTiles {
    const draft = new GrowingTiles(keep);
    draft.#edge.push(...this.#edge.map((edge) => ({ ...edge })));
    return draft;
  }

  /** Adds a leaf by its hash. */
  add(leaf: Uint8Array): void {
    this.#put(0, leaf);
  }

  /** The tile at the right edge of a level that is not full yet; nothing where there is none. */
  edge(level: number, index: number): Uint8Array | undefined {
    const edge = this.#edge[level];
    if (edge?.index !== index) return undefined;
    return edge.hashes.subarray(0, edge.width * HASH_BYTES);
  }

  #put(level: number, hash: Uint8Array): void {
    const edge = (this.#edge[level] ??= { index: 0, width: 0, hashes: Buffer.alloc(TILE_BYTES) });
    edge.hashes.set(hash, edge.width * HASH_BYTES);
    edge.width += 1;
    const { index, width, hashes } = edge;
    const full = width === TILE_WIDTH;
    if (level > 0 || full) {
      this.#keep({ level, index, width }, hashes.subarray(0, width * HASH_BYTES));
    }
    if (!full) return;
    const root = rootOver(hashes);
    edge.index += 1;
    edge.width = 0;
    edge.hashes = Buffer.alloc(TILE_BYTES);
    this.#put(level + 1, root);
  }
}

/** The root of the tree at a size. */
export async function rootAt(read: ReadTile, size: number): Promise<Uint8Array> {
  return size === 0 ? EMPTY_ROOT : new Ranges(read, size).hash(0, size);
}

/** The right edge of the tree at a size, from which its roots at larger sizes are worked out. */
export async function frontierAt(read: ReadTile, size: number): Promise<Frontier> {
  const ranges = new Ranges(read, size);
  const roots: Promise<Uint8Array>[] = [];
  for (let start = 0; start < size;) {
    const end = start + splitOf(size - start + 1);
    roots.push(ranges.hash(start, end));
    start = end;
  }
  return new Frontier(size, await Promise.all(roots));
}

/** The proof that a leaf stands at an index of the tree at a size (RFC 9162, 2.1.3.1). */
export async function inclusionProof(
  read: ReadTile,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  const ranges = new Ranges(read, size);
  const proof: Promise<Uint8Array>[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      proof.unshift(ranges.hash(middle, end));
      end = middle;
    } else {
      proof.unshift(ranges.hash(start, middle));
      start = middle;
    }
  }
  return Promise.all(proof);
}

/** The proof that the tree at a size is the beginning of a larger one (RFC 9162, 2.1.4.1). */
export async function consistencyProof(
  read: ReadTile,
  from: number,
  to: number,
): Promise<Uint8Array[]> {
  const ranges = new Ranges(read, to);
  const proof: Promise<Uint8Array>[] = [];
  let [start, end] = [0, to];
  while (from !== end) {
    const middle = start + splitOf(end - start);
    if (from <= middle) {
      proof.unshift(ranges.hash(middle, end));
      end = middle;
    } else {
      proof.unshift(ranges.hash(start, middle));
      start = middle;
    }
  }
  if (start > 0) proof.unshift(ranges.hash(start, end));
  return Promise.all(proof);
}

/** The roots over all runs of 2, 4, 8 … hashes of a tile, each worked out once. */
class TileNodes {
  /** By height, the roots over 2^height hashes in a row, 32 bytes each; the first is the tile. */
  readonly #rows: Uint8Array[];

  constructor(hashes: Uint8Array) {
    this.#rows = [hashes];
    for (let row = hashes; row.length >= 2 * HASH_BYTES;) {
      row = rowAbove(row);
      this.#rows.push(row);
    }
  }

  /** The root over the run of `count` hashes, a power of two, with a number among those runs. */
  root(number: number, count: number): Uint8Array {
    const at = number * HASH_BYTES;
    return this.#rows[Math.log2(count)]!.subarray(at, at + HASH_BYTES);
  }
}

/** For as long as somebody keeps a tile, its nodes are kept with it. */
const kept = new WeakMap<Uint8Array, TileNodes>();

function nodesOf(tile: Uint8Array): TileNodes {
  let nodes = kept.get(tile);
  if (nodes === undefined) {
    nodes = new TileNodes(tile);
    kept.set(tile, nodes);
  }
  return nodes;
}

/** Keeps the tiles that were read last, at most so many: a tile of one width never changes. */
export function keepingTiles(read: ReadTile, most: number): ReadTile {
  const tiles = new Map<string, Promise<Uint8Array>>();
  return (tile) => {
    const key = tilePath(tile);
    const found = tiles.get(key) ?? read(tile);
    tiles.delete(key);
    tiles.set(key, found);
    if (tiles.size > most) tiles.delete(tiles.keys().next().value!);
    found.catch(() => tiles.delete(key));
    return found;
  };
}

/** The roots over ranges of leaves that the tree of some size is split into. */
class Ranges {
  readonly #read: ReadTile;
  readonly #size: number;
  readonly #tiles = new Map<string, Promise<Uint8Array>>();

  constructor(read: ReadTile, size: number) {
    this.#read = read;
    this.#size = size;
  }

  async hash(start: number, end: number): Promise<Uint8Array> {
    const height = Math.log2(end - start);
    if (Number.isInteger(height)) return this.#full(height, start);
    const middle = start + splitOf(end - start);
    const halves = await Promise.all([this.hash(start, middle), this.hash(middle, end)]);
    return nodeHash(...halves);
  }

  /** The root over 2^height leaves from `start` on, a multiple of as many. */
  async #full(height: number, start: number): Promise<Uint8Array> {
    const level = Math.floor(height / TILE_HEIGHT);
    const first = start / TILE_WIDTH ** level;
    const count = 2 ** (height % TILE_HEIGHT);
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH));
    return nodesOf(tile).root((first % TILE_WIDTH) / count, count);
  }

  #tile(level: number, index: number): Promise<Uint8Array> {
    const key = `${level}/${index}`;
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      tile = this.#read({ level, index, width: widthOf(level, index, this.#size) });
      this.#tiles.set(key, tile);
    }
    return tile;
  }
}
