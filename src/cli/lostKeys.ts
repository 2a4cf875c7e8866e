import { cardKeyCheck, cardKeyIn } from '../cardKey.ts';
import { keepSigners, signersIn } from '../checkpoints/signingKey.ts';
import { CheckpointStore, lookAt } from '../checkpoints/store.ts';
import type { Config } from '../config.ts';
import { AlreadyRunningError, takeLock } from '../journal/sqlite/lock.ts';
import { CARD_KEY_CHECK } from '../ownKeys.ts';
import { openCheckpoint } from '../proofs/checkpoint.ts';
import { makeSigner, signNote, verifierIn } from '../proofs/note.ts';
import { faulty } from './failure.ts';
import type { Io } from './io.ts';
import { dataConfig, ledgerIn } from './offline.ts';

const SEED_BYTES = 32;

/**
 * Makes the card key that is there that of a ledger, or a new one where there is none.
 * @throws Failure
 */
export function replaceCardKey(directory: string, io: Io): void {
  withStore(directory, io, (store, config) => {
    const { key, keep } = cardKeyIn(config.cardKey);
    keep?.();
    store.keepCheck(CARD_KEY_CHECK, cardKeyCheck(key));
  });
}

/**
 * Makes the signing key that is there that of a ledger, or a new one of the same origin where there
 * is none: it signs the last checkpoint too, by which the service takes it for the ledger's own.
 * @returns the key that verifies it
 * @throws Failure
 */
export function replaceSigner(directory: string, io: Io): string {
  return withStore(directory, io, (store, { signing }) => {
    const shown = store.latest();
    const known = store.keys().map(verifierIn);
    const opened = shown && openCheckpoint(shown.note, known);
    const origin = opened?.origin ?? signing.origin ?? signing.defaultOrigin;
    const there = signing.text !== undefined || io.files.exists(signing.file!);
    const made = there ? undefined : makeSigner(origin, io.random(SEED_BYTES));
    const [signer] = made ? [made] : signersIn({ ...signing, origin, random: io.random });
    const key = signer!.verifier.text;
    const signed = opened?.verified.some(({ verifier }) => verifier.text === key) ?? false;
    store.keepKey(key);
    if (shown !== undefined && !signed) {
      const text = shown.note.slice(0, shown.note.lastIndexOf('\n\n') + 1);
      const added = signNote(text, [signer!]).slice(text.length + 1);
      store.keep({ ...shown, note: shown.note + added });
    }
    if (made) keepSigners(signing.file!, [made]);
    return key;
  });
}

/** Lets a service that runs stand in the way: it would go on with the keys that it has. */
function withStore<T>(
  directory: string,
  io: Io,
  change: (store: CheckpointStore, config: Config) => T,
): T {
  const config = dataConfig(directory, io);
  const file = config.checkpointFile!;
  if (lookAt(file) === undefined) {
    throw faulty(
      'no_checkpoints',
      `There is no ${file}, which keeps what was shown of a ledger. Put that back first.`,
    );
  }
  const release = lockOf(ledgerIn(directory, io).file);
  const store = new CheckpointStore(file);
  try {
    return change(store, config);
  } finally {
    store.close();
    release();
  }
}

function lockOf(file: string): () => void {
  try {
    return takeLock(`${file}-lock`);
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    throw faulty('in_use', error.message);
  }
}
