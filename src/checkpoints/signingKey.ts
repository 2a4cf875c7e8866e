import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hash } from 'node:crypto';
import { dirname } from 'node:path';
import { ownFolder } from '../journal/ownerOnly.ts';
import { makeSigner, signerIn, signerText, type Signer } from '../proofs/note.ts';

const SEED_BYTES = 32;

/** The signing key cannot be used; says what to do. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
}

export type SigningKeySource = {
  /** The keys as text, which come before the file. */
  readonly text?: string | undefined;
  /** The file of the keys, which only its owner may read; made where there is none. */
  readonly file?: string | undefined;
  /** Whether other instances sign for the same ledger, so that none may make a key of its own. */
  readonly shared?: boolean;
  /** The ledger's name for ever; counts where a key is made, and must fit where there is one. */
  readonly origin?: string | undefined;
  readonly defaultOrigin: string;
  readonly random: (bytes: number) => Uint8Array;
};

/**
 * The keys that sign checkpoints, the newest first. While a key is being replaced there are two,
 * and both sign, so that whoever knows either one can verify.
 * @throws SigningKeyError, NoteError
 */
export function signersIn(source: SigningKeySource): readonly Signer[] {
  const { text, file, shared, origin, defaultOrigin, random } = source;
  const kept = text ?? (file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '');
  if (kept.trim() === '') {
    if (shared) throw noSharedKey(file!);
    const signer = makeSigner(origin ?? defaultOrigin, random(SEED_BYTES));
    if (file !== undefined) keepSigners(file, [signer]);
    return [signer];
  }
  const signers = kept.trim().split(/\s+/).map(signerIn);
  const witness = signers.find(({ verifier }) => verifier.type !== 'signature');
  if (witness !== undefined) {
    throw new SigningKeyError(
      `The signing key ${witness.verifier.text} is that of a witness, which cosigns the ` +
        'checkpoints of others and signs none of its own.',
    );
  }
  requireOrigin(signers, origin ?? signers[0]!.verifier.name);
  return signers;
}

/**
 * Whether keys are of the ledger that its checkpoints name.
 * @throws SigningKeyError
 */
export function requireOrigin(signers: readonly Signer[], origin: string): void {
  const other = signers.find(({ verifier }) => verifier.name !== origin);
  if (other === undefined) return;
  throw new SigningKeyError(
    `The signing key is that of ${other.verifier.name}, but the ORIGIN is ${origin}. A ledger ` +
      'keeps its origin for ever, since every checkpoint names it: put back the key and ORIGIN.',
  );
}

function noSharedKey(file: string): SigningKeyError {
  return new SigningKeyError(
    'There is no SIGNING_KEY. Every instance of a ledger on EventStoreDB must sign with the same ' +
      'one, or the checkpoints of one do not verify with the key of another, so none is made ' +
      'here. For a new ledger make one (timecredits keys --origin credits.example/medway) and ' +
      'give it to all instances; for one that was served before take the one it has, as ' +
      `SIGNING_KEY or as ${file}.`,
  );
}

/**
 * A secret for what the ledger keeps for itself alone, made of the newest signing key: whoever has
 * not that key can make nothing that is taken for the ledger's own.
 */
export function stateKey([newest]: readonly Signer[]): string {
  return hash('sha256', `derived state\0${signerText(newest!)}`, 'hex');
}

/** Writes the keys to a file that only its owner may read, whole or not at all. */
export function keepSigners(file: string, signers: readonly Signer[]): void {
  ownFolder(dirname(file));
  const text = signers.map((signer) => `${signerText(signer)}\n`).join('');
  // One that is left over need not be its owner's alone.
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true, flag: 'wx' });
  renameSync(`${file}.new`, file);
}
