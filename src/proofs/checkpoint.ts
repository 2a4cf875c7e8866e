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
 * Reads what the note of a checkpoint says, whoever signed it.
 * @throws NoteError
 */
export function unverifiedIn(note: string): Checkpoint {
  const end = note.lastIndexOf('\n\n');
  if (end === -1) throw new NoteError('the note has no signatures');
  return checkpointIn(note.slice(0, end + 1));
}

/**
 * Reads the text of a checkpoint. Lines after the third are extensions and are passed over; none
 * of them is empty.
 * @throws NoteError
 */
export function checkpointIn(text: string): Checkpoint {
  const [origin, size, encoded, ...extensions] = text.split('\n');
  const root = bytesIn(encoded ?? '');
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? '') || !Number.isSafeInteger(Number(size))) {
    throw new NoteError('a checkpoint begins with its origin and its size');
  }
  if (root?.length !== HASH_BYTES) throw new NoteError('the root of the checkpoint is no hash');
  if (extensions.pop() !== '' || extensions.includes('')) {
    throw new NoteError('the text of the checkpoint has an empty line, or no newline at its end');
  }
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
