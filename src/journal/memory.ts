import type { Appended, Page } from '../../schemas/stream.ts';
import { HASH_BYTES, leafHash } from '../proofs/merkle.ts';
import { GrowingTiles, tilePath, TILE_WIDTH } from '../proofs/tiles.ts';
import { encode } from './encode.ts';
import { DamagedJournalError, type Journal } from './journal.ts';

const PAGE_EVENTS = 1000;
const PICKED_EVENTS = 500;

/** What a test may ask of one append: to fail, to lose its answer, or to let another in first. */
export type Fault =
  | { readonly kind: 'unavailable' | 'unsound' | 'broken' }
  | { readonly kind: 'unknown_not_written' | 'unknown_written' }
  | { readonly kind: 'overtaken'; readonly by: readonly string[] };

export type MemoryJournal = Journal & {
  /** The faults of the next appends, in order; after them all goes well. */
  readonly faults: Fault[];
  readonly lines: string[];
};

/** A journal in memory, for tests and trials: nothing outlives the process. */
export function memoryJournal(lines: string[] = []): MemoryJournal {
  const faults: Fault[] = [];
  const tree = memoryTree();
  const write = (given: readonly string[], expectedRevision: number): Appended => {
    if (lines.length - 1 !== expectedRevision) return { outcome: 'conflict' };
    const encoded = encode(given);
    if ('malformed' in encoded) return { outcome: 'malformed', ...encoded.malformed };
    lines.push(...encoded.lines);
    return { outcome: 'written' };
  };
  return {
    faults,
    lines,
    async append(given, expectedRevision) {
      const fault = faults.shift();
      const why = 'a test asked for it';
      if (fault === undefined) return write(given, expectedRevision);
      switch (fault.kind) {
        case 'overtaken':
          write(fault.by, expectedRevision);
          return write(given, expectedRevision);
        case 'unknown_written':
          write(given, expectedRevision);
          return { outcome: 'unknown', why };
        case 'unknown_not_written':
          return { outcome: 'unknown', why };
        default:
          return { outcome: fault.kind, why };
      }
    },
    async *read(fromRevision, limit = Infinity): AsyncGenerator<Page> {
      const end = Math.min(lines.length, fromRevision + limit);
      for (let first = fromRevision; first < end; first += PAGE_EVENTS) {
        const page = lines.slice(first, Math.min(end, first + PAGE_EVENTS));
        yield { firstRevision: first, lines: page };
      }
    },
    async *pick(revisions): AsyncGenerator<readonly string[]> {
      for (let first = 0; first < revisions.length; first += PICKED_EVENTS) {
        yield revisions.slice(first, first + PICKED_EVENTS).map((revision) => {
          const line = lines[revision];
          if (line !== undefined) return line;
          throw new DamagedJournalError(revision, 'no row is stored there');
        });
      }
    },
    async tile(tile) {
      tree.grow(lines);
      const hashes = tree.tile(tile)?.subarray(0, tile.width * HASH_BYTES);
      if (hashes?.length === tile.width * HASH_BYTES) return hashes;
      throw new DamagedJournalError(lines.length, `the tree has no tile ${tilePath(tile)}`);
    },
    async close() {},
  };
}

/** The tree over lines, hashed only once somebody asks for a tile. */
function memoryTree() {
  const kept = new Map<string, Uint8Array>();
  const keyOf = ({ level, index }: { level: number; index: number }) => `${level}/${index}`;
  const tiles = new GrowingTiles((tile, hashes) => {
    if (tile.width === TILE_WIDTH) kept.set(keyOf(tile), Uint8Array.from(hashes));
  });
  let size = 0;
  return {
    grow(lines: readonly string[]): void {
      for (; size < lines.length; size += 1) tiles.add(leafHash(lines[size]!));
    },
    tile: (tile: { level: number; index: number }) => {
      const hashes = kept.get(keyOf(tile)) ?? tiles.edge(tile.level, tile.index);
      return hashes && Uint8Array.from(hashes);
    },
  };
}
