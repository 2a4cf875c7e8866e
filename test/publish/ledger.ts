import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { makeSigner, signNote, type Signer } from '../../src/proofs/note.ts';
import { consistencyProof } from '../../src/proofs/tiles.ts';
import type { Published } from '../../src/publish/published.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { leavesOf, naiveRoot, tilesOver } from '../proofs/tree.ts';

export const ORIGIN = 'credits.example/test';
export const SIGNER = makeSigner(ORIGIN, Buffer.alloc(32, 5));
export const NEVER = new AbortController().signal;

/** A checkpoint over some leaves, ready to go out. */
export function over(leaves: readonly Buffer[], signers: readonly Signer[] = [SIGNER]): Published {
  const { name } = signers[0]!.verifier;
  const text = checkpointText({ origin: name, size: leaves.length, root: naiveRoot(leaves) });
  return {
    note: signNote(text, signers),
    keys: signers.map(({ verifier }) => verifier),
    consistency: (from, to) => consistencyProof(tilesOver(leaves), from, to),
  };
}

/** The checkpoint of a ledger of so many events. */
export function sized(size: number): Published {
  return over(leavesOf(size));
}

/** That of a ledger whose second event was changed. */
export function changed(size: number): Published {
  return over(leavesOf(size).with(1, leafHash('another')));
}
