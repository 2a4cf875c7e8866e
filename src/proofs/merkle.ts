import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962 and RFC 9162 with SHA-256: leaf n is the canonical JSON of the event
 * at revision n. A leaf and a node are hashed with different first bytes, so that neither can be
 * shown as the other, and an odd leaf is never doubled.
 */

export const HASH_BYTES = 32;

/** The root of a tree without leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = hash('sha256', '', 'buffer');

/** What most events fit in; longer ones get bytes of their own. */
let leafBytes = Buffer.alloc(4096);
const nodeBytes = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeBytes[0] = 1;

/** Asked for as text Node gives a hash in half the time that it takes to give bytes. */
function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}

/** The hash of a leaf, which is text in UTF-8 or bytes. */
export function leafHash(data: string | Uint8Array): Buffer {
  const most = 1 + (typeof data === 'string' ? 3 * data.length : data.length);
  if (most > leafBytes.length) leafBytes = Buffer.alloc(2 * most);
  let length = data.length;
  if (typeof data === 'string') length = leafBytes.write(data, 1);
  else leafBytes.set(data, 1);
  return sha256(leafBytes.subarray(0, 1 + length));
}

/** The hash of a node above two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + left.length);
  return sha256(nodeBytes.subarray(0, 1 + left.length + right.length));
}

/** The hashes of the nodes above a row of hashes, 32 bytes each; above an odd last one is none. */
export function rowAbove(row: Uint8Array): Buffer {
  const below = Buffer.from(row.buffer, row.byteOffset, row.length);
  const above = Buffer.alloc(Math.floor(row.length / (2 * HASH_BYTES)) * HASH_BYTES);
  for (let at = 0; at < above.length; at += HASH_BYTES) {
    below.copy(nodeBytes, 1, 2 * at, 2 * at + 2 * HASH_BYTES);
    above.write(hash('sha256', nodeBytes, 'binary'), at, 'binary');
  }
  return above;
}

/** The root over some hashes in a row, 32 bytes each, at least one. */
export function rootOver(hashes: Uint8Array): Uint8Array {
  const count = hashes.length / HASH_BYTES;
  if (count === 1) return hashes;
  if (Number.isInteger(Math.log2(count))) return rootOver(rowAbove(hashes));
  const left = splitOf(count) * HASH_BYTES;
  return nodeHash(rootOver(hashes.subarray(0, left)), rootOver(hashes.subarray(left)));
}

/** Where a tree of at least two leaves is split: the largest power of two below its size. */
export function splitOf(size: number): number {
  let split = 1;
  while (2 * split < size) split *= 2;
  return split;
}

/**
 * The right edge of a tree that grows leaf by leaf: the roots of its full subtrees, the largest
 * first. It is all that is needed to work out the root at every size on the way.
 */
export class Frontier {
  size: number;
  readonly #roots: Uint8Array[];

  /** @param roots those of the full subtrees that a tree of this size has, the largest first */
  constructor(size = 0, roots: readonly Uint8Array[] = []) {
    this.size = size;
    this.#roots = [...roots];
  }

  /** Adds a leaf by its hash. */
  add(leaf: Uint8Array): void {
    let root = leaf;
    for (let full = this.size; full % 2 === 1; full = (full - 1) / 2) {
      root = nodeHash(this.#roots.pop()!, root);
    }
    this.#roots.push(root);
    this.size += 1;
  }

  /** The root at this size. */
  root(): Uint8Array {
    if (this.size === 0) return EMPTY_ROOT;
    return this.#roots.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** A claim that a leaf stands in a tree, and the hashes that prove it. */
export type Inclusion = {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
};

/** Whether a leaf stands at an index of the tree with a root (RFC 9162, section 2.1.3.2). */
export function isIncluded({ index, size, leaf, proof, root }: Inclusion): boolean {
  if (!isIndex(index) || !isIndex(size) || index >= size) return false;
  if (!areHashes(leaf, root, ...proof)) return false;
  let [at, last] = [index, size - 1];
  let found = leaf;
  for (const hash of proof) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      found = nodeHash(hash, found);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      found = nodeHash(found, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(found, root);
}

/** A claim that a tree has only grown, and the hashes that prove it. */
export type Consistency = {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * Whether one tree is the beginning of another (RFC 9162, section 2.1.4.2). A tree without leaves
 * proves nothing, and so is no beginning.
 */
export function isConsistent({ from, to, fromRoot, toRoot, proof }: Consistency): boolean {
  if (!isIndex(from) || !isIndex(to) || from === 0 || from > to) return false;
  if (!areHashes(fromRoot, toRoot, ...proof)) return false;
  if (from === to) return proof.length === 0 && same(fromRoot, toRoot);
  let [at, last] = [from - 1, to - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  const hashes = at === 0 ? [fromRoot, ...proof] : [...proof];
  const first = hashes.shift();
  if (first === undefined) return false;
  let [older, newer] = [first, first];
  for (const hash of hashes) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      older = nodeHash(hash, older);
      newer = nodeHash(hash, newer);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      newer = nodeHash(newer, hash);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && same(older, fromRoot) && same(newer, toRoot);
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** What is shorter or longer than a hash proves nothing, even where it is the same as another. */
function areHashes(...all: readonly Uint8Array[]): boolean {
  return all.every(({ length }) => length === HASH_BYTES);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
