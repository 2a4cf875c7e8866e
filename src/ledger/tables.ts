import type { Digest } from '../../schemas/ids.ts';

/**
 * The tables that the ledger's state is made of. A draft lays an overlay over each of them, so
 * that a whole batch can be decided, and dropped or published at once.
 */
export interface Table<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
}

/** A table whose entries can be gone through, each key once, always in the same order. */
export interface ListedTable<K, V> extends Table<K, V> {
  entries(): Iterable<readonly [K, V]>;
}

/** Several revisions under one digest; a hit is a candidate, confirmed by reading the event. */
export interface DigestIndex {
  candidates(digest: Digest): readonly number[];
  add(digest: Digest, revision: number): void;
}

/** A table over another: reads fall through, writes stay here until they are settled. */
export class Overlay<K, V> implements Table<K, V> {
  readonly #base: Table<K, V>;
  #changes: Map<K, V> | undefined;

  constructor(base: Table<K, V>) {
    this.#base = base;
  }

  get(key: K): V | undefined {
    return this.#changes?.get(key) ?? this.#base.get(key);
  }

  set(key: K, value: V): void {
    (this.#changes ??= new Map()).set(key, value);
  }

  /** What was written here, over what is below. */
  protected changes(): Iterable<readonly [K, V]> {
    return this.#changes ?? [];
  }

  /** Writes what changed into the table below. */
  settle(): void {
    this.#changes?.forEach((value, key) => this.#base.set(key, value));
  }
}

/** An overlay over a listed table: the entries below with the changes laid over, then new ones. */
export class ListedOverlay<K, V> extends Overlay<K, V> implements ListedTable<K, V> {
  readonly #below: ListedTable<K, V>;

  constructor(below: ListedTable<K, V>) {
    super(below);
    this.#below = below;
  }

  *entries(): Generator<readonly [K, V]> {
    for (const [key, value] of this.#below.entries()) yield [key, this.get(key) ?? value];
    for (const [key, value] of this.changes()) {
      if (this.#below.get(key) === undefined) yield [key, value];
    }
  }
}

/** A listed table that things leave again. */
export interface ShrinkingTable<K, V> extends ListedTable<K, V> {
  delete(key: K): void;
}

/** The same over another. */
export class ShrinkingOverlay<K, V> implements ShrinkingTable<K, V> {
  readonly #base: ShrinkingTable<K, V>;
  readonly #changes = new Map<K, V | undefined>();

  constructor(base: ShrinkingTable<K, V>) {
    this.#base = base;
  }

  get(key: K): V | undefined {
    return this.#changes.has(key) ? this.#changes.get(key) : this.#base.get(key);
  }

  set(key: K, value: V): void {
    this.#changes.set(key, value);
  }

  delete(key: K): void {
    this.#changes.set(key, undefined);
  }

  *entries(): Generator<readonly [K, V]> {
    for (const [key] of this.#base.entries()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
    for (const [key, value] of this.#changes) {
      if (value !== undefined && this.#base.get(key) === undefined) yield [key, value];
    }
  }

  settle(): void {
    for (const [key, value] of this.#changes) {
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    }
  }
}

/** An index over another, exact for what was added here. */
export class OverlayIndex implements DigestIndex {
  readonly #base: DigestIndex;
  #added: Map<Digest, number[]> | undefined;

  constructor(base: DigestIndex) {
    this.#base = base;
  }

  candidates(digest: Digest): readonly number[] {
    const below = this.#base.candidates(digest);
    const here = this.#added?.get(digest);
    return here === undefined ? below : [...below, ...here];
  }

  add(digest: Digest, revision: number): void {
    const here = (this.#added ??= new Map<Digest, number[]>()).get(digest);
    if (here === undefined) this.#added.set(digest, [revision]);
    else here.push(revision);
  }

  settle(): void {
    this.#added?.forEach((revisions, digest) => {
      for (const revision of revisions) this.#base.add(digest, revision);
    });
  }
}

const SEGMENTS = 64;
const FIRST_SLOTS = 64;
const FULL = 0.7;

/**
 * Numbers under whole numbers below 2^52, in typed arrays: twelve bytes a slot, so what grows with
 * history costs no objects. Open addressing in segments that grow one at a time, so that no single
 * insertion waits for the whole table to move.
 */
export class FlatTable implements Table<number, number> {
  #segments = Array.from({ length: SEGMENTS }, () => new Segment());

  get(key: number): number | undefined {
    return this.#segmentOf(key).find(key);
  }

  /** Sets the one value of a key. */
  set(key: number, value: number): void {
    this.#segmentOf(key).put(key, value, true);
  }

  /** Adds a value beside those that the key has. */
  add(key: number, value: number): void {
    this.#segmentOf(key).put(key, value, false);
  }

  all(key: number): number[] {
    return this.#segmentOf(key).all(key);
  }

  saved(): SavedTable {
    return this.#segments.map((segment) => segment.saved());
  }

  static restored(saved: SavedTable): FlatTable {
    const table = new FlatTable();
    table.#segments = saved.map((segment) => Segment.restored(segment));
    return table;
  }

  #segmentOf(key: number): Segment {
    return this.#segments[mixed(key) >>> 26]!;
  }
}

type SavedSegment = {
  readonly keys: Float64Array<ArrayBuffer>;
  readonly values: Uint32Array<ArrayBuffer>;
  readonly used: number;
};
/** A flat table as it can be written down: slot by slot, so that it grows as it would have. */
export type SavedTable = readonly SavedSegment[];

class Segment {
  #keys = new Float64Array(FIRST_SLOTS);
  #values = new Uint32Array(FIRST_SLOTS);
  #used = 0;

  find(key: number): number | undefined {
    const slot = this.#slotOf(key);
    return this.#keys[slot] === key + 1 ? this.#values[slot] : undefined;
  }

  all(key: number): number[] {
    const found: number[] = [];
    const mask = this.#keys.length - 1;
    for (let slot = mixed(key) & mask; this.#keys[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.#keys[slot] === key + 1) found.push(this.#values[slot]!);
    }
    return found;
  }

  put(key: number, value: number, replace: boolean): void {
    if (this.#used >= this.#keys.length * FULL) this.#grow();
    const mask = this.#keys.length - 1;
    let slot = replace ? this.#slotOf(key) : mixed(key) & mask;
    while (!replace && this.#keys[slot] !== 0) slot = (slot + 1) & mask;
    if (this.#keys[slot] === 0) this.#used += 1;
    this.#keys[slot] = key + 1;
    this.#values[slot] = value;
  }

  saved(): SavedSegment {
    return { keys: this.#keys, values: this.#values, used: this.#used };
  }

  static restored({ keys, values, used }: SavedSegment): Segment {
    const segment = new Segment();
    segment.#keys = keys;
    segment.#values = values;
    segment.#used = used;
    return segment;
  }

  /** The slot that holds the key, or the empty one where it would go. */
  #slotOf(key: number): number {
    const mask = this.#keys.length - 1;
    let slot = mixed(key) & mask;
    while (this.#keys[slot] !== 0 && this.#keys[slot] !== key + 1) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2);
    this.#values = new Uint32Array(keys.length * 2);
    this.#used = 0;
    keys.forEach((key, slot) => {
      if (key !== 0) this.put(key - 1, values[slot]!, false);
    });
  }
}

/** Thirty-two well mixed bits of a whole number. */
function mixed(key: number): number {
  let bits = Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key / 0x100000000) | 0, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  return (bits ^ (bits >>> 13)) >>> 0;
}

const FINGERPRINT_CHARACTERS = 8;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SIXES = new Uint8Array(128);
for (let index = 0; index < 64; index += 1) SIXES[ALPHABET.charCodeAt(index)] = index;

/** A digest index in a flat table, by the first 48 bits of each digest. */
export class FlatIndex implements DigestIndex {
  #table = new FlatTable();

  candidates(digest: Digest): readonly number[] {
    return this.#table.all(fingerprint(digest));
  }

  add(digest: Digest, revision: number): void {
    this.#table.add(fingerprint(digest), revision);
  }

  saved(): SavedTable {
    return this.#table.saved();
  }

  static restored(saved: SavedTable): FlatIndex {
    const index = new FlatIndex();
    index.#table = FlatTable.restored(saved);
    return index;
  }
}

function fingerprint(digest: Digest): number {
  let bits = 0;
  for (let index = 0; index < FINGERPRINT_CHARACTERS; index += 1) {
    bits = bits * 64 + SIXES[digest.charCodeAt(index)]!;
  }
  return bits;
}
