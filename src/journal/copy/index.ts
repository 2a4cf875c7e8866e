import { leafHash } from '../../proofs/merkle.ts';
import { GrowingTiles, rootAt, tilePath } from '../../proofs/tiles.ts';
import type { Journal } from '../journal.ts';
import { Appends } from './appends.ts';
import { CopyError } from './fault.ts';
import { SideReader, told, type Side } from './reader.ts';
import { requireEnd, Writer, type WriterOptions } from './writer.ts';

const OTHER_LEDGER =
  'Nothing was written. Copy to a place that is empty, or find out who wrote this one.';

export type CopyOptions = WriterOptions & {
  readonly source: Journal;
  /** Told how many events of the target were compared, or written, so far. */
  readonly progress: (done: 'compared' | 'copied', events: number) => void;
};

/** How far two streams are the same, from the first event on. */
export type Compared = {
  /** How many events both have, byte by byte the same. */
  readonly size: number;
  readonly sourceSize: number;
  readonly targetSize: number;
  /** The root over the events that both have, base64. */
  readonly root: string;
};

/**
 * Appends to the target what it lacks of the source. What it has already must be the beginning of
 * the source, byte by byte, and so a copy that was interrupted goes on where it was.
 * @returns how many events the target had before, and has now
 * @throws CopyError
 */
export async function copyStream(
  options: CopyOptions,
): Promise<{ readonly had: number; readonly size: number }> {
  const { source, target, progress } = options;
  const reader = new SideReader('source', source);
  const had = await requireBeginning(reader, options);
  const writer = new Writer(options, had.size);
  const write = async (lines: readonly string[]) => {
    if (lines.length === 0) return;
    await writer.append(lines);
    progress('copied', writer.size);
  };
  const appends = new Appends();
  let revision = had.size;
  for (let page = had.beyond; page.length > 0; page = await reader.page()) {
    for (const line of page) {
      await write(appends.take(line, commandOf(line, revision)));
      revision += 1;
    }
  }
  for (const lines of appends.rest()) await write(lines);
  await requireEnd('source', source, writer.size, options);
  await requireEnd('target', target, writer.size, options);
  return { had: had.size, size: writer.size };
}

/**
 * Compares all of two streams, and each with the tree that it keeps of itself.
 * @throws CopyError where an event differs, or a tree is not the one over the events
 */
export async function compareStreams(
  options: Pick<CopyOptions, 'source' | 'target' | 'progress'>,
): Promise<Compared> {
  const { source, target, progress } = options;
  const sides = {
    source: new SideReader('source', source),
    target: new SideReader('target', target),
  };
  const root = new Root();
  let sourceSize = 0;
  let targetSize = 0;
  for (;;) {
    const page = await sides.source.page();
    const found = await sides.target.take(page.length);
    requireSame(sourceSize, page, found, 'They are two ledgers: serve only the one you trust.');
    for (const line of found) root.add(line);
    sourceSize += page.length;
    targetSize += found.length;
    if (page.length === 0) break;
    progress('compared', targetSize);
  }
  for (let more = await sides.target.page(); more.length > 0; more = await sides.target.page()) {
    targetSize += more.length;
  }
  const size = Math.min(sourceSize, targetSize);
  const compared = await root.base64(size);
  for (const [side, journal] of Object.entries({ source, target }) as [Side, Journal][]) {
    const kept = await told(side, () => rootOf(journal, size));
    if (kept === compared) continue;
    throw new CopyError(
      'damaged',
      `The ${side}: its tree has the root ${kept} over ${size} events, but they have ${compared}.`,
    );
  }
  return { size, sourceSize, targetSize, root: compared };
}

/** The root that a journal's own tree has at a size, base64. */
export async function rootOf(journal: Pick<Journal, 'tile'>, size: number): Promise<string> {
  return Buffer.from(await rootAt((tile) => journal.tile(tile), size)).toString('base64');
}

/** Compares what the target has with the source; what was read beyond it comes back too. */
async function requireBeginning(
  reader: SideReader,
  { target, progress }: CopyOptions,
): Promise<{ readonly size: number; readonly beyond: readonly string[] }> {
  const stored = new SideReader('target', target);
  let size = 0;
  for (;;) {
    const page = await reader.page();
    const found = await stored.take(page.length);
    requireSame(size, page, found, OTHER_LEDGER);
    size += found.length;
    if (found.length > 0) progress('compared', size);
    if (found.length < page.length) return { size, beyond: page.slice(found.length) };
    if (page.length > 0) continue;
    const [more] = await stored.take(1);
    if (more === undefined) return { size, beyond: [] };
    throw new CopyError(
      'longer',
      `The target goes on where the source ends: its event at revision ${size} is ${more}. ` +
        'Either the target is in service by now, or the two were given the wrong way round. ' +
        'Nothing was written.',
      size,
    );
  }
}

function commandOf(line: string, revision: number): string {
  try {
    const { command } = JSON.parse(line) as { command: { id: unknown } };
    if (typeof command.id === 'string') return command.id;
  } catch {
    // What is no event at all is told like one that names no command.
  }
  throw new CopyError(
    'unknown_event',
    `The source has no event of a ledger at revision ${revision}, but ${line}. Find out who ` +
      'wrote it; what stands before it may be copied by now.',
    revision,
  );
}

function requireSame(
  firstRevision: number,
  expected: readonly string[],
  found: readonly string[],
  meaning: string,
): void {
  const other = found.findIndex((line, index) => line !== expected[index]);
  if (other === -1) return;
  const revision = firstRevision + other;
  throw new CopyError(
    'differs',
    `The target is not a beginning of the source: at revision ${revision} it has ` +
      `${found[other]}, and the source ${expected[other]}. ${meaning}`,
    revision,
  );
}

/** The root over events in a row, with only the tiles above the leaves kept. */
class Root {
  readonly #kept = new Map<string, Uint8Array>();
  readonly #tiles = new GrowingTiles((tile, hashes) => {
    if (tile.level > 0) this.#kept.set(`${tile.level}/${tile.index}`, Uint8Array.from(hashes));
  });

  add(line: string): void {
    this.#tiles.add(leafHash(line));
  }

  async base64(size: number): Promise<string> {
    const root = await rootAt(async (tile) => {
      const { level, index } = tile;
      const hashes = this.#kept.get(`${level}/${index}`) ?? this.#tiles.edge(level, index);
      if (hashes !== undefined) return hashes;
      throw new Error(`the tile ${tilePath(tile)} is not at the edge`);
    }, size);
    return Buffer.from(root).toString('base64');
  }
}
