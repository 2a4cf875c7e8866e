import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { unverifiedIn, openCheckpoint, type Checkpoint } from '../proofs/checkpoint.ts';
import { HASH_BYTES, isConsistent } from '../proofs/merkle.ts';
import { verifierIn } from '../proofs/note.ts';
import { FETCHED, noteOf, touchedSince } from './fetched.ts';
import { bundlePath, tilePath, tilesOf, widthOf, TILE_WIDTH, type Tile } from '../proofs/tiles.ts';

/** A checkpoint as the ledger shows it. */
export type ShownCheckpoint = {
  readonly size: number;
  readonly note: string;
  readonly recordedAt: string;
};

/** What a ledger lets an auditor read. */
export type Source = {
  /** Every key that signs or ever signed, a line each. */
  readonly keys: () => Promise<string>;
  /** A checkpoint over all that is recorded by now. */
  readonly checkpoint: () => Promise<ShownCheckpoint>;
  /** Those beyond a size, the smallest first; fewer than there are, or all. */
  readonly checkpointsAfter: (size: number) => Promise<readonly ShownCheckpoint[]>;
  /** The proof that the tree at one size is the beginning of the tree at another. */
  readonly consistency: (from: number, to: number) => Promise<readonly Uint8Array[]>;
  /** What is below `/v1/tile/`. */
  readonly tile: (path: string) => Promise<Uint8Array>;
};

export type Fetched = {
  readonly size: number;
  readonly newEvents: number;
  readonly newTiles: number;
  readonly newCheckpoints: number;
  readonly newKeys: readonly string[];
};

/** What the ledger shows does not go with what this directory has of it; says what that means. */
export class MirrorError extends Error {
  override readonly name = 'MirrorError';
}

const AT_ONCE = 4;
const NEWLINE = 0x0a;
const CHUNK_BYTES = 1024 * 1024;
const LENGTH_BYTES = 2;
const OWNER_ONLY = 0o700;

/**
 * Takes into a directory all that the ledger shows: events, tiles, checkpoints, keys. It goes on
 * where it stopped, and takes nothing that does not continue what is there, so that two histories
 * are never mixed; everything else is for `verify`.
 * @throws MirrorError where the ledger shows less than it did, or something else, or does not name
 *   a key any more, or gives what could not be kept in order
 */
export async function fetchInto(
  directory: string,
  source: Source,
  progress: (events: number, size: number) => void,
): Promise<Fetched> {
  mkdirSync(directory, { recursive: true, mode: OWNER_ONLY });
  const newKeys = keepKeys(directory, await source.keys());
  const newest = await source.checkpoint();
  const shown = openCheckpoint(newest.note, readKeys(directory).map(verifierIn));
  const { size } = shown;
  if (newest.size !== size) {
    throw new MirrorError(
      `The ledger shows a checkpoint as one of ${newest.size} events, but its note says ${size}.`,
    );
  }
  const kept = new Kept(directory);
  const touched = touchedSince(directory);
  if (touched !== undefined) throw new MirrorError(touched);
  if (kept.size > size || kept.checkpointed > size) {
    throw new MirrorError(
      `This directory has ${Math.max(kept.size, kept.checkpointed)} events of the ledger, which ` +
        `now shows only ${size}. What was shown has been taken back: keep this directory, it is ` +
        'the proof.',
    );
  }
  if (kept.last !== undefined && !(await continues(unverifiedIn(kept.last.note), shown, source))) {
    const file = join(directory, `conflict-${size}.checkpoint`);
    writeFileSync(file, newest.note, { flush: true });
    throw new MirrorError(
      `The ledger now signs ${size} events that do not begin with the ${kept.checkpointed} of ` +
        'this directory. Either it has rewritten what it showed, or the directory was changed ' +
        `since: audit verify tells which. Nothing was taken but the checkpoint, into ${file}. ` +
        'Keep the directory with it: where the directory holds, they are the proof.',
    );
  }
  const newEvents = await fetchEvents(kept, size, source, progress);
  const newTiles = await fetchTiles(directory, size, source);
  const newCheckpoints = await fetchCheckpoints(kept, newest, source);
  replaceFile(join(directory, FETCHED), noteOf(directory));
  return { size, newEvents, newTiles, newCheckpoints, newKeys };
}

/** Whether a checkpoint is of the same history as an earlier one. */
async function continues(
  { size: from, root: fromRoot }: Checkpoint,
  { size: to, root: toRoot }: Checkpoint,
  { consistency }: Source,
): Promise<boolean> {
  const proof = from === to ? [] : await consistency(from, to);
  return isConsistent({ from, to, fromRoot, toRoot, proof });
}

/** What a directory has already; a line that was torn when fetching stopped is dropped. */
class Kept {
  readonly events: string;
  readonly checkpoints: string;
  readonly newest: string;
  readonly size: number;
  /** The last checkpoint, where there is one. */
  readonly last: ShownCheckpoint | undefined;
  readonly checkpointed: number;

  constructor(directory: string) {
    this.events = join(directory, 'events.ndjson');
    this.checkpoints = join(directory, 'checkpoints.ndjson');
    this.newest = join(directory, 'checkpoint');
    this.size = wholeLines(this.events);
    wholeLines(this.checkpoints);
    const last = readFileSync(this.checkpoints, 'utf8').trimEnd().split('\n').at(-1)!;
    this.last = last === '' ? undefined : lastIn(last, this.checkpoints);
    this.checkpointed = this.last?.size ?? 0;
  }
}

function lastIn(line: string, file: string): ShownCheckpoint {
  try {
    return JSON.parse(line) as ShownCheckpoint;
  } catch {
    throw new MirrorError(
      `The last line of ${file} is no checkpoint: somebody has changed this directory. Put it ` +
        'aside, and fetch into a new one.',
    );
  }
}

/** How many whole lines a file has, without what follows the last of them. */
function wholeLines(path: string): number {
  if (!existsSync(path)) writeFileSync(path, '');
  const file = openSync(path, 'r+');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let [lines, end, size] = [0, 0, 0];
  for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
    const bytes = chunk.subarray(0, read);
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
      lines += 1;
      end = size + at + 1;
    }
    size += read;
  }
  ftruncateSync(file, end);
  closeSync(file);
  return lines;
}

async function fetchEvents(
  { events, size: first }: Kept,
  size: number,
  { tile }: Source,
  progress: (events: number, size: number) => void,
): Promise<number> {
  const last = Math.ceil(size / TILE_WIDTH);
  for (let index = Math.floor(first / TILE_WIDTH); index < last; index += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, last - index) }, (_, at) => index + at);
    const bundles = await Promise.all(
      indexes.map(async (one) => {
        const width = widthOf(0, one, size);
        const path = `entries/${bundlePath({ index: one, width })}`;
        return entriesIn(await tile(path), path, width);
      }),
    );
    const entries = bundles.flat().slice(Math.max(0, first - index * TILE_WIDTH));
    appendFileSync(events, entries.map((entry) => `${entry}\n`).join(''), { flush: true });
    progress(Math.min(size, (index + indexes.length) * TILE_WIDTH), size);
  }
  return size - first;
}

/** The entries of a bundle, each after its length in two bytes: so many, each a line. */
function entriesIn(bundle: Uint8Array, path: string, count: number): string[] {
  const bytes = Buffer.from(bundle);
  const entries: string[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= bytes.length && entries.length < count) {
    const end = at + LENGTH_BYTES + bytes.readUInt16BE(at);
    if (end > bytes.length) break;
    entries.push(bytes.toString('utf8', at + LENGTH_BYTES, end));
    at = end;
  }
  const lines = entries.every((entry) => !entry.includes('\n'));
  if (lines && entries.length === count && at === bytes.length) return entries;
  throw new MirrorError(`What the ledger shows as ${path} is not ${count} entries of a line each.`);
}

async function fetchTiles(directory: string, size: number, source: Source): Promise<number> {
  const missing = [...tilesOf(size)].filter((tile) => !isThere(fileOf(directory, tile), tile));
  for (let first = 0; first < missing.length; first += AT_ONCE) {
    await Promise.all(
      missing.slice(first, first + AT_ONCE).map(async (tile) => {
        const hashes = await source.tile(tilePath(tile));
        const file = fileOf(directory, tile);
        const partial = `${fileOf(directory, { ...tile, width: TILE_WIDTH })}.p`;
        rmSync(partial, { recursive: true, force: true });
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, hashes, { flush: true });
      }),
    );
  }
  return missing.length;
}

/** A tile that was torn when fetching stopped is shorter. */
function isThere(file: string, { width }: Tile): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === width * HASH_BYTES;
}

function fileOf(directory: string, tile: Tile): string {
  return join(directory, 'tile', tilePath(tile));
}

async function fetchCheckpoints(
  kept: Kept,
  newest: ShownCheckpoint,
  { checkpointsAfter }: Source,
): Promise<number> {
  let after = kept.checkpointed;
  let count = 0;
  while (after < newest.size) {
    const shown = (await checkpointsAfter(after)).filter(({ size }) => size <= newest.size);
    if (shown.length === 0) {
      throw new MirrorError(
        `The ledger made a checkpoint of ${newest.size}, but does not list it.`,
      );
    }
    const lines = shown.map(({ note, recordedAt, size }) => {
      if (size <= after) {
        throw new MirrorError(
          `The ledger lists its checkpoint of ${size} behind that of ${after}.`,
        );
      }
      after = size;
      return JSON.stringify({ note, recordedAt, size });
    });
    appendFileSync(kept.checkpoints, `${lines.join('\n')}\n`, { flush: true });
    count += shown.length;
  }
  replaceFile(kept.newest, newest.note);
  return count;
}

/** Writes a file whole or not at all. */
function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { flush: true });
  renameSync(`${file}.new`, file);
}

function readKeys(directory: string): string[] {
  const file = join(directory, 'keys');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

/** Keeps the keys that the ledger names; those of before must be among them. */
function keepKeys(directory: string, text: string): string[] {
  const before = readKeys(directory);
  const named = text.trim().split('\n');
  const gone = before.find((key) => !named.includes(key));
  if (gone !== undefined) {
    throw new MirrorError(
      `The ledger no longer names the key ${gone}, with which this directory was begun. It may ` +
        'be another ledger; if it is not, ask why before you trust it.',
    );
  }
  // What is no key is not kept, or the ledger would have to name it for ever.
  named.forEach(verifierIn);
  replaceFile(join(directory, 'keys'), named.map((key) => `${key}\n`).join(''));
  return named.filter((key) => !before.includes(key));
}
