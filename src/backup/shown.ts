import type { CheckpointStore } from '../checkpoints/store.ts';
import { unverifiedIn, openCheckpoint } from '../proofs/checkpoint.ts';
import { verifierIn, type Verifier } from '../proofs/note.ts';
import type { Kept } from './mirror.ts';
import { BackupError } from './parts.ts';
import type { StagedStream } from './staged.ts';

const PAGE = 500;

/** A checkpoint that was shown, with its signature verified. */
export type Signed = Kept & {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
};

/** Every checkpoint that a store has, the smallest first. */
export function storedIn(store: CheckpointStore, where = 'the backup'): Kept[] {
  const kept: Kept[] = [];
  for (let page = store.after(-1, PAGE); page.length > 0;) {
    kept.push(...page.map((shown) => ({ where, ...shown })));
    page = store.after(page.at(-1)!.size, PAGE);
  }
  return kept;
}

/**
 * Opens checkpoints with the keys of the ledger, the smallest first.
 * @throws BackupError where one is of another ledger; NoteError where none of the keys signed it
 */
export function signedIn(kept: readonly Kept[], keys: readonly string[]): Signed[] {
  const verifiers = keys.map(verifierIn);
  return kept.map((one) => opened(one, verifiers)).toSorted((one, other) => one.size - other.size);
}

function opened(kept: Kept, verifiers: readonly Verifier[]): Signed {
  const { origin } = named(kept);
  const own = verifiers.find(({ type }) => type === 'signature')?.name;
  if (own !== undefined && !verifiers.some(({ name }) => name === origin)) {
    throw new BackupError(
      'another_ledger',
      `The checkpoint in ${kept.where} is of ${origin}, but this ledger is ${own}.`,
    );
  }
  try {
    const { size, root } = openCheckpoint(kept.note, verifiers);
    return { ...kept, origin, size, root: Buffer.from(root).toString('base64') };
  } catch (error) {
    throw notVerified(kept, error as Error);
  }
}

function named(kept: Kept): { readonly origin: string } {
  try {
    return unverifiedIn(kept.note);
  } catch (error) {
    throw notVerified(kept, error as Error);
  }
}

function notVerified({ where }: Kept, { message }: Error): BackupError {
  return new BackupError(
    'not_verified',
    `The checkpoint in ${where} cannot be verified: ${message}. If the signing key was replaced ` +
      'after the backup, name every key with --keys: an auditor has them all in the file keys.',
  );
}

/**
 * Compares the stream with the checkpoints that it reaches.
 * @throws BackupError naming the first whose root is another
 */
export async function requireShown(
  stream: Pick<StagedStream, 'rootAt'>,
  signed: readonly Signed[],
  whatHas: string,
): Promise<void> {
  for (const { where, size, root } of signed) {
    const found = await stream.rootAt(size);
    if (found === root) continue;
    throw new BackupError(
      'history_changed',
      `The history has changed. The checkpoint in ${where} is over ${size} events with root ` +
        `${root}, but ${whatHas} ${found} there. Nothing is put to service.`,
    );
  }
}
