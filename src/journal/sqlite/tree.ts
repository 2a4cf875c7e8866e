import type { DatabaseSync } from 'node:sqlite';
import { HASH_BYTES, leafHash } from '../../proofs/merkle.ts';
import { GrowingTiles, TILE_WIDTH, tilePath, type Tile } from '../../proofs/tiles.ts';
import { DamagedJournalError } from '../journal.ts';
import { endOf, pagesOf } from './file.ts';

/**
 * The Merkle tree of the embedded journal. Full tiles of leaves, and all tiles above, are stored
 * by the append that makes them; the leaves of the last tile, fewer than 256, are hashed anew from
 * their events wherever they are needed, so that most appends store nothing more.
 */
export class StoredTree {
  readonly #store: (tile: Tile, hashes: Uint8Array) => void;
  #tiles: GrowingTiles;

  /**
   * Hashes every event again and compares; stores the tiles that an older file has none of.
   * @param database the connection that writes
   * @throws DamagedJournalError naming the first event that is not the one its tile was made of
   */
  constructor(database: DatabaseSync) {
    const write = database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?)');
    const stored = storedTiles(database);
    this.#store = ({ level, index }, hashes) => void write.run(level, index, hashes);
    const compared = new GrowingTiles((tile, hashes) => {
      const found = stored(tile);
      if (found === undefined || found.length < hashes.length) this.#store(tile, hashes);
      else requireSame(tile, found.subarray(0, hashes.length), hashes);
    });
    database.exec('BEGIN IMMEDIATE');
    for (const { lines } of pagesOf(database, 0)) {
      for (const line of lines) compared.add(leafHash(line));
    }
    requireNoMore(database);
    database.exec('COMMIT');
    this.#tiles = compared.draft(this.#store);
  }

  /**
   * Adds events within the append's own transaction, on a draft: `publish` it once they are
   * durable, and forget it where they are not.
   */
  draft(lines: readonly string[]): GrowingTiles {
    const draft = this.#tiles.draft(this.#store);
    for (const line of lines) draft.add(leafHash(line));
    return draft;
  }

  publish(draft: GrowingTiles): void {
    this.#tiles = draft;
  }
}

/**
 * Reads tiles, beside the connection that writes or without one.
 * @throws DamagedJournalError where the tree has no such tile
 */
export function tileReader(database: DatabaseSync): (tile: Tile) => Uint8Array {
  const stored = storedTiles(database);
  return (tile) => {
    const bytes = tile.width * HASH_BYTES;
    const found = stored(tile) ?? hashedTile(database, tile);
    if (found.length >= bytes) return found.subarray(0, bytes);
    const { revision } = endOf(database);
    throw new DamagedJournalError(revision + 1, `the tree has no tile ${tilePath(tile)}`);
  };
}

function storedTiles(database: DatabaseSync): (tile: Tile) => Uint8Array | undefined {
  const select = database.prepare('SELECT hashes FROM tile WHERE level = ? AND number = ?');
  return ({ level, index }) =>
    (select.get(level, index) as { hashes: Uint8Array } | undefined)?.hashes;
}

function hashedTile(database: DatabaseSync, { level, index, width }: Tile): Uint8Array {
  if (level > 0) return new Uint8Array();
  const pages = [...pagesOf(database, index * TILE_WIDTH, width)];
  return Buffer.concat(pages.flatMap(({ lines }) => lines.map(leafHash)));
}

function requireSame(tile: Tile, stored: Uint8Array, hashed: Uint8Array): void {
  if (Buffer.compare(stored, hashed) === 0) return;
  const span = TILE_WIDTH ** tile.level;
  const at = Math.floor(hashed.findIndex((byte, index) => byte !== stored[index]) / HASH_BYTES);
  const revision = (tile.index * TILE_WIDTH + at) * span;
  const hashOf = (hashes: Uint8Array) =>
    Buffer.from(hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)).toString('hex');
  throw new DamagedJournalError(
    revision,
    `its hash is ${hashOf(hashed)}, but the tree was made with ${hashOf(stored)} ` +
      `(tile ${tilePath(tile)})`,
  );
}

/** A tree with more tiles than the events fill was made of events that are no longer there. */
function requireNoMore(database: DatabaseSync): void {
  const size = endOf(database).revision + 1;
  const { number } = database
    .prepare('SELECT max(number) AS number FROM tile WHERE level = 0')
    .get() as { number: number | null };
  const hashed = ((number ?? -1) + 1) * TILE_WIDTH;
  if (hashed <= size) return;
  throw new DamagedJournalError(size, `the tree was made of at least ${hashed} events`);
}
