import { existsSync, readFileSync } from 'node:fs';
import { CardKeyError, cardKeyCheck, cardKeyIn } from './cardKey.ts';
import { ChangedHistoryError } from './checkpoints/changedHistory.ts';
import { requireOrigin, SigningKeyError, signersIn } from './checkpoints/signingKey.ts';
import { CheckpointStoreError, lookAt, type Kept } from './checkpoints/store.ts';
import type { Config } from './config.ts';
import { hasEvents } from './journal/sqlite/file.ts';
import { openCheckpoint, unverifiedIn } from './proofs/checkpoint.ts';
import { verifierIn } from './proofs/note.ts';

/** The name under which the check value of the card key is kept. */
export const CARD_KEY_CHECK = 'card.key';

type Found = {
  readonly config: Config;
  readonly journalFile: string;
  readonly checkpointFile: string;
  /** Whether the stream, or the mirror of it, has begun. */
  readonly begun: boolean;
  /** What is kept of checkpoints; nothing where nothing is. */
  readonly kept: Kept | undefined;
};

/**
 * Whether the keys are those that the ledger has had so far. With another card key no card would be
 * known; with another signing key nobody could verify what is shown; where what was shown is gone,
 * any history would be signed. It only reads, so that a start that is refused has changed nothing.
 * @returns whether there is nothing to compare the card key of a ledger with
 * @throws CardKeyError, SigningKeyError, CheckpointStoreError, ChangedHistoryError, NoteError
 */
export function requireOwnKeys(config: Config): { readonly unproved: boolean } {
  const found = foundAt(config);
  if (found === undefined) return { unproved: false };
  requireCardKey(found);
  requireShownBySigner(found);
  return { unproved: found.begun && found.kept?.checks.get(CARD_KEY_CHECK) === undefined };
}

/**
 * The same of the key that signs alone, for who has to do with no card.
 * @throws SigningKeyError, CheckpointStoreError, ChangedHistoryError, NoteError
 */
export function requireOwnSigner(config: Config): void {
  const found = foundAt(config);
  if (found !== undefined) requireShownBySigner(found);
}

function requireShownBySigner(found: Found): void {
  requireCheckpoints(found);
  requireSigner(found);
}

function foundAt(config: Config): Found | undefined {
  const { journalFile, checkpointFile } = config;
  if (journalFile === undefined || checkpointFile === undefined) return undefined;
  const begun = hasEvents(journalFile);
  return { config, journalFile, checkpointFile, begun, kept: lookAt(checkpointFile) };
}

function requireCheckpoints({ config, journalFile, checkpointFile, begun, kept }: Found): void {
  // A new instance of several has neither, or reads its mirror anew.
  if (config.eventstore !== undefined) return;
  if (begun && kept === undefined) {
    throw new CheckpointStoreError(
      `There is a ledger in ${journalFile}, but ${checkpointFile}, which keeps what was shown of ` +
        'it, is missing. Without it any history would be signed. Put it back, with the rest of ' +
        'the folder, from a backup; where no backup has it, restore this folder into an empty ' +
        'one (timecredits restore --bare --from DIR --data EMPTY_DIR --checkpoint FILE), with ' +
        'every checkpoint that anybody has kept.',
    );
  }
  const shown = kept?.latest;
  if (begun || shown === undefined || shown.size === 0) return;
  const root = Buffer.from(unverifiedIn(shown.note).root).toString('base64');
  throw new ChangedHistoryError(shown, root, `there is none at ${journalFile}`);
}

function requireSigner({ config, begun, kept }: Found): void {
  const { signing } = config;
  const signed = signersOf(kept);
  const { file = '' } = signing;
  const text = signing.text ?? (existsSync(file) ? readFileSync(file, 'utf8') : '');
  if (text.trim() === '') {
    if (begun || signed.length > 0) throw missingSigner(file, signed);
    if (signing.shared !== true) return;
  }
  const random = () => {
    throw new Error('no key is made while keys are compared');
  };
  const signers = signersIn({ ...signing, random });
  if (kept?.latest !== undefined) requireOrigin(signers, unverifiedIn(kept.latest.note).origin);
  const given = signers.map(({ verifier }) => verifier.text);
  if (signed.length === 0 || given.some((key) => signed.includes(key))) return;
  const where = signing.text === undefined ? file : 'SIGNING_KEY';
  throw new SigningKeyError(
    `The signing key in ${where} is ${given[0]}, but the checkpoints that were shown of this ` +
      `ledger are signed with ${signed.join(' and ')}. Nobody who knows that key could verify ` +
      'what is signed with another. Put the right key back. Where it is lost for good, ' +
      lost('signing.key'),
  );
}

/** The keys that signed what was last shown; without that, those that verify it. */
function signersOf(kept: Kept | undefined): readonly string[] {
  if (kept?.latest === undefined) return kept?.keys ?? [];
  const { verified } = openCheckpoint(kept.latest.note, kept.keys.map(verifierIn));
  return verified.map(({ verifier }) => verifier.text);
}

function missingSigner(file: string, signed: readonly string[]): SigningKeyError {
  const known = signed.length === 0 ? '' : `, which is ${signed.join(' and ')},`;
  return new SigningKeyError(
    `The key that signs the checkpoints of this ledger${known} is missing: there is no ${file}. ` +
      'No other is made, since nobody who knows that key could verify what another signs. Put ' +
      `it back from where the keys are kept. Where it is lost for good, ${lost('signing.key')}`,
  );
}

function requireCardKey({ config, journalFile, begun, kept }: Found): void {
  const { key, keep } = cardKeyIn(config.cardKey);
  const { file, text } = config.cardKey;
  if (keep !== undefined) {
    if (!begun) return;
    const cards = hasEvents(journalFile, 'CardIssued');
    throw new CardKeyError(
      `${cards ? 'The members have cards' : 'The ledger has begun'}, but the key to the cards, ` +
        `${file}, is missing. Put it back from where the keys are kept; without it no card is ` +
        `known. Where it is lost for good, ${lost('card.key')}`,
    );
  }
  const check = kept?.checks.get(CARD_KEY_CHECK);
  if (check === undefined || check === cardKeyCheck(key)) return;
  throw new CardKeyError(
    `The card key in ${text === undefined ? file : 'CARD_KEY'} is not the one that the cards of ` +
      'this ledger were issued with, so no card would be known. Put the right key back from ' +
      `where the keys are kept. Where it is lost for good, ${lost('card.key')}`,
  );
}

function lost(name: string): string {
  return `stop the service and run timecredits keys --data DIR --lost ${name}.`;
}
