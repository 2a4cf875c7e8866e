import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HASH_BYTES, leafHash, rootOver } from '../proofs/merkle.ts';
import { TILE_BYTES, TILE_WIDTH, tilePath } from '../proofs/tiles.ts';
import { LINE_BYTES_MAX } from './lines.ts';
import { formOf } from './model/form.ts';
import { breach, type Breach } from './model/invariant.ts';
import { hasShape } from './shape.ts';

/** Some lines to hash and to hold against their schemas and the tiles of their leaves. */
export type Task = {
  readonly firstRevision: number;
  readonly count: number;
  /** Whole lines; the first is the first of a tile. */
  readonly bytes: Uint8Array;
  /**
   * Where tiles are, and how many full ones of leaves there must be; there may be more, which are
   * compared as well. Nothing: none are held.
   */
  readonly tiles: { readonly folder: string; readonly full: number } | undefined;
};

/** What does not hold at a revision. */
export type Spot = Breach & { readonly revision: number; readonly event?: string };

export type Examined = {
  /** The hash of each leaf, and the root of each full tile of them. */
  readonly leaves: Uint8Array;
  readonly roots: Uint8Array;
  /** Lines that are not as their schemas say, or not in their canonical bytes. */
  readonly forms: readonly Spot[];
  /** The first line that nothing can be made of. */
  readonly unreadable: number | undefined;
  /** In each tile the first leaf that is not the one in it; or that it is not there. */
  readonly unlike: readonly Spot[];
};

const NEWLINE = 0x0a;
/** Ends what is said of a hash that is not the one in a tile. */
export const OF_EVENTS = 'that of the events';

/** The part of the work that looks at each line alone, so every thread can do it. */
export function examine({ firstRevision, count, bytes, tiles }: Task): Examined {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // Not out of Node's pool, so that another thread can be given them.
  const leaves = Buffer.alloc(count * HASH_BYTES);
  const forms: Spot[] = [];
  let unreadable: number | undefined;
  let start = 0;
  for (let index = 0; index < count; index += 1) {
    const newline = lines.indexOf(NEWLINE, start);
    const end = newline === -1 ? lines.length : newline;
    leaves.set(leafHash(lines.subarray(start, end)), index * HASH_BYTES);
    if (newline === -1 || !hasShape(lines.toString('latin1', start, end))) {
      const found = formIn(lines.subarray(start, end), newline !== -1);
      const revision = firstRevision + index;
      if (found.breach !== undefined) forms.push({ revision, ...named(found), ...found.breach });
      if (found.event === undefined) unreadable ??= revision;
    }
    start = end + 1;
  }
  const roots = rootsOf(leaves);
  return { leaves, roots, forms, unreadable, unlike: unlikeTiles(leaves, firstRevision, tiles) };
}

function formIn(line: Buffer, ends: boolean): ReturnType<typeof formOf> {
  if (!ends && line.length > LINE_BYTES_MAX) {
    return { breach: breach(`a newline after at most ${LINE_BYTES_MAX} bytes`, 'none') };
  }
  if (!ends) return { breach: breach('a newline at the end of the line', 'the end of the file') };
  if (!isUtf8(line)) return { breach: breach('text in UTF-8', 'bytes that are not') };
  return formOf(line.toString('utf8'));
}

function named({ event }: ReturnType<typeof formOf>): { event?: string } {
  return event === undefined ? {} : { event: event.type };
}

function rootsOf(leaves: Buffer): Uint8Array {
  const full = Math.floor(leaves.length / TILE_BYTES);
  const roots = Buffer.alloc(full * HASH_BYTES);
  for (let tile = 0; tile < full; tile += 1) {
    const hashes = leaves.subarray(tile * TILE_BYTES, (tile + 1) * TILE_BYTES);
    roots.set(rootOver(hashes), tile * HASH_BYTES);
  }
  return roots;
}

function unlikeTiles(leaves: Buffer, firstRevision: number, tiles: Task['tiles']): Spot[] {
  if (tiles === undefined) return [];
  const first = firstRevision / TILE_WIDTH;
  const there = Math.floor(leaves.length / TILE_BYTES);
  const needed = Math.min(Math.ceil(leaves.length / TILE_BYTES), tiles.full - first);
  return Array.from({ length: Math.max(there, needed) }, (_, tile) => {
    const path = tilePath({ level: 0, index: first + tile, width: TILE_WIDTH });
    if (tile >= needed && !existsSync(join(tiles.folder, path))) return [];
    const hashes = leaves.subarray(tile * TILE_BYTES, (tile + 1) * TILE_BYTES);
    const found = tileUnlike(tiles.folder, path, hashes);
    if (found === undefined) return [];
    const { at, ...spot } = found;
    return [{ revision: (first + tile) * TILE_WIDTH + at, ...spot }];
  }).flat();
}

/** Where the file of a tile differs from its hashes as they were worked out anew, if as many. */
export function tileUnlike(
  folder: string,
  path: string,
  hashes: Uint8Array,
): (Breach & { readonly at: number }) | undefined {
  const name = `tile/${path}`;
  const found = tileIn(join(folder, path));
  if (found === undefined) return { at: 0, ...breach(`the file ${name}`, 'none') };
  if (hashes.length > 0 && Buffer.compare(found, hashes) === 0) return undefined;
  let at = 0;
  const hashOf = (of: Uint8Array) =>
    Buffer.from(of.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  while (at * HASH_BYTES < hashes.length && hashOf(hashes).equals(hashOf(found))) at += 1;
  const shown = (hash: Uint8Array) =>
    hash.length === 0 ? 'none' : Buffer.from(hash).toString('base64');
  const expected = `${shown(hashOf(found))}, hash ${at} of ${name}`;
  const anew = hashOf(hashes);
  const got = anew.length === 0 ? 'no more events' : `${shown(anew)}, ${OF_EVENTS}`;
  return { at, ...breach(expected, got) };
}

/** The bytes of a tile's file; nothing where there is none, or what is there is no tile's. */
function tileIn(file: string): Buffer | undefined {
  try {
    const status = statSync(file);
    // What stands under the name may be a device without end.
    return status.isFile() && status.size <= TILE_BYTES ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}
