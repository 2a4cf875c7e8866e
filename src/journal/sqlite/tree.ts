import type { DatabaseSync } from 'node:sqlite';
import { HASH_BYTES, leafHash } from '../../proofs/merkle.ts';
import { GrowingTiles, TILE_WIDTH, tilePath, type Tile } from '../../proofs/tiles.ts';
import { DamagedJournalError } from '../errors.ts';
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
   * Reads the right edge alone. Whether the tiles are those of the events is for `compared`. An
   * older file, which has none, gets them first.
   * @param database the connection that writes
   * @throws DamagedJournalError where the tiles there are do not fit the number of events
   */
  constructor(database: DatabaseSync) {
    const write = database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?)');
    this.#store = ({ level, index }, hashes) => void write.run(level, index, hashes);
    const size = endOf(database).revision + 1;
    requireNoMore(database, size);
    if (!isFilled(database, size)) this.#fill(database, size);
    this.#tiles = GrowingTiles.from(size, tileReader(database), this.#store);
  }

  #fill(database: DatabaseSync, size: number): void {
    database.exec('BEGIN IMMEDIATE');
    for (const _ of hashed(database, size, this.#store));
    database.exec('COMMIT');
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

/**
 * Compares as a start and its proof would, without writing anything: an older file, which lacks
 * tiles, would get those that are missing.
 * @throws DamagedJournalError
 */
export function* proved(database: DatabaseSync, size: number): Generator<number> {
  if (!hasTiles(database)) return;
  requireNoMore(database, size);
  yield* isFilled(database, size) ? compared(database, size) : hashed(database, size, () => {});
}

/** Whether a file is not so old that it has no place for tiles. */
function hasTiles(database: DatabaseSync): boolean {
  const names = database.prepare("SELECT name FROM sqlite_master WHERE name = 'tile'");
  return names.get() !== undefined;
}

/**
 * Hashes every event up to a size again, and compares with the tiles: the proof that the tree is
 * that of the events. Gives after each page how many were compared.
 * @throws DamagedJournalError naming the first event that is not the one its tile was made of
 */
export function compared(database: DatabaseSync, size: number): Generator<number> {
  return hashed(database, size, (tile) => {
    throw new DamagedJournalError(firstOf(tile, 0), `the tree has no tile ${tilePath(tile)}`);
  });
}

function* hashed(
  database: DatabaseSync,
  size: number,
  missing: (tile: Tile, hashes: Uint8Array) => void,
): Generator<number> {
  const stored = storedTiles(database);
  const tiles = new GrowingTiles((tile, hashes) => {
    const found = stored(tile);
    if (found === undefined || found.length < hashes.length) missing(tile, hashes);
    else requireSame(tile, found.subarray(0, hashes.length), hashes);
  });
  let count = 0;
  for (const { lines } of pagesOf(database, 0, size)) {
    for (const line of lines) tiles.add(leafHash(line));
    count += lines.length;
    yield count;
  }
  if (count < size) throw new DamagedJournalError(count, 'no row is stored there');
}

function requireSame(tile: Tile, stored: Uint8Array, hashes: Uint8Array): void {
  if (Buffer.compare(stored, hashes) === 0) return;
  const at = Math.floor(hashes.findIndex((byte, index) => byte !== stored[index]) / HASH_BYTES);
  const hashOf = (row: Uint8Array) =>
    Buffer.from(row.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)).toString('hex');
  throw new DamagedJournalError(
    firstOf(tile, at),
    `its hash is ${hashOf(hashes)}, but the tree was made with ${hashOf(stored)} ` +
      `(tile ${tilePath(tile)})`,
  );
}

/** The first revision below a hash of a tile. */
function firstOf({ level, index }: Tile, at: number): number {
  return (index * TILE_WIDTH + at) * TILE_WIDTH ** level;
}

/** A tree with more tiles than the events fill was made of events that are no longer there. */
function requireNoMore(database: DatabaseSync, size: number): void {
  const { number } = database
    .prepare('SELECT max(number) AS number FROM tile WHERE level = 0')
    .get() as { number: number | null };
  const leaves = ((number ?? -1) + 1) * TILE_WIDTH;
  if (leaves <= size) return;
  throw new DamagedJournalError(size, `the tree was made of at least ${leaves} events`);
}

/** Whether there are as many tiles as the events fill. */
function isFilled(database: DatabaseSync, size: number): boolean {
  const count = database.prepare('SELECT count(*) AS count FROM tile WHERE level = ?');
  let hashes = size;
  for (let level = 0; hashes > 0; level += 1) {
    const full = Math.floor(hashes / TILE_WIDTH);
    const expected = level === 0 ? full : Math.ceil(hashes / TILE_WIDTH);
    if ((count.get(level) as { count: number }).count < expected) return false;
    hashes = full;
  }
  return true;
}
