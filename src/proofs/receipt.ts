import { canonical } from '../../schemas/canonical.ts';
import { openCheckpoint, type Opened } from './checkpoint.ts';
import { HASH_BYTES, isIncluded, leafHash } from './merkle.ts';
import { bytesIn, NoteError, type Verifier } from './note.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';

/** A proof that stands alone (c2sp.org/tlog-proof): an index, hashes and a checkpoint's note. */
export type StandingProof = {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
};

/** The text of a proof that stands alone. */
export function standingProofText({ index, proof, checkpoint }: StandingProof): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  return `${HEADER}\nindex ${index}\n${hashes}\n${checkpoint}`;
}

/**
 * Reads the text of a proof that stands alone.
 * @throws NoteError
 */
export function standingProofIn(text: string): StandingProof {
  const end = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, end === -1 ? undefined : end).split('\n');
  if (header !== HEADER || end === -1) throw new NoteError(`a proof begins with ${HEADER}`);
  const extra = /^extra (.*)$/s.exec(lines[0] ?? '')?.[1];
  if (extra !== undefined && bytesIn(extra) === undefined) {
    throw new NoteError(`the extra data of the proof is not base64: ${extra}`);
  }
  if (extra !== undefined) lines.shift();
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined) throw new NoteError('the proof does not say its index');
  const proof = lines.map((line) => {
    const hash = bytesIn(line);
    if (hash?.length === HASH_BYTES) return hash;
    throw new NoteError(`the proof has a line that is no hash: ${line}`);
  });
  return { index: Number(index), proof, checkpoint: text.slice(end + 2) };
}

/** What a partner or member keeps: an event as the stream holds it, and the proof of it. */
export type Receipt = { readonly event: object; readonly proof: string };

/** What a receipt proves. */
export type Proven = { readonly revision: number; readonly checkpoint: Opened };

/**
 * Verifies a receipt with nothing but itself and the keys that are trusted.
 * @throws NoteError saying what does not fit
 */
export function verifyReceipt(receipt: Receipt, verifiers: readonly Verifier[]): Proven {
  const { index, proof, checkpoint } = standingProofIn(receipt.proof);
  const opened = openCheckpoint(checkpoint, verifiers);
  const leaf = leafHash(bytesOf(receipt.event));
  const { size, root } = opened;
  if (!isIncluded({ index, size, leaf, proof, root })) {
    throw new NoteError(
      `the event is not the one at revision ${index} of the tree of ${size} that was signed`,
    );
  }
  return { revision: index, checkpoint: opened };
}

function bytesOf(event: object): string {
  try {
    return canonical(event);
  } catch (error) {
    throw new NoteError(`the event cannot stand in a ledger: ${(error as Error).message}`);
  }
}
