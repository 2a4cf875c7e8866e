import { readdirSync } from 'node:fs';
import { HASH_BYTES, rootOver } from '../proofs/merkle.ts';
import {
  indexIn,
  rootAt,
  TILE_BYTES,
  TILE_WIDTH,
  tilePath,
  tilesOf,
  type Tile,
} from '../proofs/tiles.ts';
import { tileUnlike, type Spot } from './examine.ts';

/**
 * The tree worked out anew. It keeps the hashes from level 1 on, one for 256 events, and of the
 * leaves only those tiles that somebody will ask for.
 */
export class Tree {
  size = 0;
  readonly #levels: Hashes[] = [new Hashes()];
  readonly #leafTiles = new Map<number, Uint8Array>();
  readonly #kept: ReadonlySet<number>;

  /** @param kept the tiles of leaves that are asked for at the end */
  constructor(kept: ReadonlySet<number> = new Set()) {
    this.#kept = kept;
  }

  /**
   * Adds the leaves of whole tiles, or the last ones, with the root of each full tile.
   * @param sizes at which somebody will ask for the root before more is added
   */
  add(leaves: Uint8Array, roots: Uint8Array, sizes: readonly number[]): void {
    const first = this.size / TILE_WIDTH;
    for (const index of this.#leafTiles.keys()) {
      if (!this.#kept.has(index)) this.#leafTiles.delete(index);
    }
    const asked = new Set(sizes.map((size) => Math.floor(size / TILE_WIDTH)));
    for (let tile = 0; tile * TILE_BYTES < leaves.length; tile += 1) {
      const index = first + tile;
      const hashes = leaves.subarray(tile * TILE_BYTES, (tile + 1) * TILE_BYTES);
      const wanted = asked.has(index) || this.#kept.has(index) || hashes.length < TILE_BYTES;
      if (wanted) this.#leafTiles.set(index, hashes);
    }
    this.size += leaves.length / HASH_BYTES;
    for (let at = 0; at < roots.length; at += HASH_BYTES) {
      this.#addNode(0, roots.subarray(at, at + HASH_BYTES));
    }
  }

  root(size = this.size): Promise<Uint8Array> {
    return rootAt((tile) => Promise.resolve(this.tile(tile)), size);
  }

  /** The hashes of a tile, or as many of them as there are. */
  tile({ level, index, width }: Tile): Uint8Array {
    const [from, to] = [index * TILE_BYTES, index * TILE_BYTES + width * HASH_BYTES];
    const hashes =
      level === 0
        ? this.#leafTiles.get(index)?.subarray(0, width * HASH_BYTES)
        : this.#levels[level - 1]?.slice(from, to);
    return hashes ?? new Uint8Array();
  }

  #addNode(level: number, hash: Uint8Array): void {
    const hashes = (this.#levels[level] ??= new Hashes());
    hashes.push(hash);
    if (hashes.length % TILE_BYTES !== 0) return;
    this.#addNode(level + 1, rootOver(hashes.slice(hashes.length - TILE_BYTES, hashes.length)));
  }
}

/** Hashes in a row that grow. */
class Hashes {
  length = 0;
  #bytes = Buffer.alloc(TILE_BYTES);

  push(hash: Uint8Array): void {
    if (this.length === this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.length)]);
    }
    this.#bytes.set(hash, this.length);
    this.length += hash.length;
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, Math.min(to, this.length));
  }
}

/** The tiles that an auditor's directory has, but for the full ones of leaves. */
export class TileFiles {
  readonly tiles: readonly Tile[];
  /** Files that are no tiles. */
  readonly strange: readonly string[];
  readonly fullLeafTiles: number;
  readonly #folder: string;
  /** Full tiles of leaves, which are compared while the events are read, as far as these go. */
  readonly #full: Tile[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const tiles: Tile[] = [];
    const strange: string[] = [];
    for (const entry of entries) {
      if (entry.isDirectory()) continue;
      const path = `${entry.parentPath}/${entry.name}`.slice(folder.length + 1);
      const [level = '', ...rest] = path.split('/');
      const place = /^(0|[1-9]\d?)$/.test(level) ? indexIn(rest.join('/')) : undefined;
      if (place === undefined) strange.push(path);
      else if (level === '0' && place.width === TILE_WIDTH) this.#full.push({ level: 0, ...place });
      else tiles.push({ level: Number(level), ...place });
    }
    this.tiles = tiles;
    this.fullLeafTiles = this.#full.length;
    this.strange = strange.sort();
  }

  /** What is missing of a tree of some size, 0 if none is known, or is there and not its own. */
  *unlike(tree: Tree, size: number): Generator<Spot & { readonly to?: number }> {
    const there = new Set(this.tiles.map(tilePath));
    // Where events are missing that is told; a size may claim more tiles than could be counted.
    const all = size > tree.size ? [] : [...tilesOf(size)];
    const needed = all.filter(({ level, width }) => level > 0 || width < TILE_WIDTH);
    const missing = needed.filter((one) => !there.has(tilePath(one)));
    const beyond = this.#full.filter(({ index }) => (index + 1) * TILE_WIDTH > tree.size);
    for (const tile of [...this.tiles, ...missing, ...beyond]) {
      const span = TILE_WIDTH ** tile.level;
      const revision = tile.index * TILE_WIDTH * span;
      const found = tileUnlike(this.#folder, tilePath(tile), tree.tile(tile));
      if (found === undefined) continue;
      const { at, ...spot } = found;
      const first = revision + at * span;
      yield { revision: first, ...(span > 1 && { to: first + span - 1 }), ...spot };
    }
  }
}
