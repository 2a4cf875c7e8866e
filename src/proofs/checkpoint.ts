import { HASH_BYTES } from './merkle.ts';
import { bytesIn, NoteError, openNote, type Verified, type Verifier } from './note.ts';

/** What a ledger says of itself at one size (c2sp.org/tlog-checkpoint v1.0.0). */
export type Checkpoint = {
  /** The ledger's name for ever, such as `credits.example/medway`. */
  readonly origin: string;
  /** How many events it has: the last revision and one. */
  readonly size: number;
  readonly root: Uint8Array;
};

/** A checkpoint as it was shown: its note, what it says, and whose signatures were verified. */
export type Opened = Checkpoint & {
  readonly note: string;
  readonly verified: readonly Verified[];
};

/** The text of a checkpoint, ready to be signed. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/**
 * Reads the text of a checkpoint; lines after the third are extensions and are passed over.
 * @throws NoteError
 */
export function checkpointIn(text: string): Checkpoint {
  const [origin, size, encoded] = text.split('\n');
  const root = bytesIn(encoded ?? '');
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? '') || !Number.isSafeInteger(Number(size))) {
    throw new NoteError('a checkpoint begins with its origin and its size');
  }
  if (root?.length !== HASH_BYTES) throw new NoteError('the root of the checkpoint is no hash');
  return { origin, size: Number(size), root };
}

/**
 * Opens a checkpoint that the ledger itself signed; cosignatures may come with it.
 * @param verifiers keys of the ledger, old and new, and of witnesses
 * @throws NoteError
 */
export function openCheckpoint(note: string, verifiers: readonly Verifier[]): Opened {
  const { text, verified } = openNote(note, verifiers);
  const checkpoint = checkpointIn(text);
  const own = verified.some(
    ({ verifier: { name, type } }) => name === checkpoint.origin && type === 'signature',
  );
  if (!own) {
    throw new NoteError(`${checkpoint.origin} did not sign this checkpoint with a known key`);
  }
  return { ...checkpoint, note, verified };
}
