import { unverifiedIn, openCheckpoint } from '../proofs/checkpoint.ts';
import { isConsistent } from '../proofs/merkle.ts';
import { NoteError, partsOf, withSignatures, type Verifier } from '../proofs/note.ts';

/** A checkpoint that goes out, and what proves that it continues an earlier one. */
export type Published = {
  /** The signed note, with the cosignatures that were collected by now. */
  readonly note: string;
  /** Every key that signs or ever signed for the ledger. */
  readonly keys: readonly Verifier[];
  /** The proof that the tree at one size begins the tree at another; absent without a key. */
  readonly consistency?: ((from: number, to: number) => Promise<readonly Uint8Array[]>) | undefined;
};

/** The kinds of places that checkpoints go to. */
export const KINDS = ['folder', 'url', 'mail', 'witness'] as const;
export type Kind = (typeof KINDS)[number];

/** Somewhere outside that gets checkpoints. */
export type Destination = {
  readonly kind: Exclude<Kind, 'witness'>;
  /** How it is called in a log; no secret, and nobody's address. */
  readonly name: string;
  /**
   * Brings a checkpoint there, unless it is there already.
   * @throws PublishError
   */
  readonly send: (published: Published, signal: AbortSignal) => Promise<'published' | 'already'>;
};

/** What can become of a checkpoint at one place. */
export const OUTCOMES = ['published', 'already', 'failed', 'contradicted'] as const;

export type Sent = {
  readonly kind: Kind;
  readonly name: string;
  readonly outcome: (typeof OUTCOMES)[number];
  /** Why it failed. */
  readonly why?: string;
};

/** A checkpoint could not be published; says why, and what to do. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** Whether somebody outside holds another history than the ledger shows. */
  readonly contradicted: boolean;

  constructor(message: string, contradicted = false) {
    super(message);
    this.contradicted = contradicted;
  }
}

const EVIDENCE =
  'Keep both as they are: they are the proof that the ledger was changed. Stop publishing, and ' +
  'take them to whoever answers for the ledger.';

/** Two histories, of which both bear the ledger's signature. */
export function contradiction(what: string): PublishError {
  return new PublishError(`${what} ${EVIDENCE}`, true);
}

/**
 * Whether a checkpoint may stand beside or after one that is there already, and what is to be
 * written then: nothing where it is there with all its signatures. A file that gets further
 * signatures keeps those that it had.
 * @param where what is there, as the subject of a sentence
 * @throws PublishError where what is there is another ledger's, or of another history
 */
export async function continued(
  earlier: string,
  published: Published,
  where: string,
): Promise<string | undefined> {
  const { origin, size, root } = unverifiedIn(published.note);
  const there = opened(earlier, published, where);
  if (there.origin !== origin) {
    throw new PublishError(`${where} is of ${there.origin}, and this ledger is ${origin}.`);
  }
  if (there.size > size) throw behind(where, there.size, size);
  if (there.size === size) {
    if (Buffer.compare(there.root, root) === 0) return merged(earlier, published.note);
    throw contradiction(`${where} has another root over ${size} events than this ledger.`);
  }
  const { consistency } = published;
  if (consistency === undefined || there.size === 0) return published.note;
  const proof = await consistency(there.size, size);
  const [from, fromRoot] = [there.size, there.root];
  if (isConsistent({ from, to: size, fromRoot, toRoot: root, proof })) return published.note;
  throw contradiction(
    `${where} is over ${from} events, and the ${size} that this ledger shows do not begin so.`,
  );
}

/** The ledger shows less than somebody outside has seen of it. */
export function behind(where: string, seen: number, size: number): PublishError {
  return new PublishError(
    `${where} is over ${seen} events, but this ledger shows only ${size}. Where several ` +
      'instances write, one of them was ahead, and the next attempt settles it. If it stays so, ' +
      'the ledger has lost its end: stop it, and restore what is missing.',
  );
}

function opened(earlier: string, { keys }: Published, where: string) {
  try {
    return openCheckpoint(earlier, keys);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new PublishError(
      `${where} is no checkpoint that this ledger signed (${error.message}). It is left alone: ` +
        'look at what it is, and choose another place.',
    );
  }
}

/** What is there with the signatures that it lacks; nothing where it has them all. */
function merged(earlier: string, note: string): string | undefined {
  const both = withSignatures(note, partsOf(earlier).lines);
  return partsOf(both).lines.length > partsOf(earlier).lines.length ? both : undefined;
}
