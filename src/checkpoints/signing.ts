import { UnwrittenError } from '../../schemas/stream.ts';
import { checkpointText, openCheckpoint, type Opened } from '../proofs/checkpoint.ts';
import { isConsistent } from '../proofs/merkle.ts';
import { signNote, verifierIn, type Signer } from '../proofs/note.ts';
import { consistencyProof, rootAt, type ReadTile } from '../proofs/tiles.ts';
import { ChangedHistoryError } from './changedHistory.ts';
import { requireOrigin } from './signingKey.ts';
import type { Shown } from './store.ts';

/** Nothing is signed just now; says why. */
export class UnsignedError extends UnwrittenError {
  override readonly name = 'UnsignedError';
}

export type SigningOptions = {
  /** The keys that sign, the newest first; all of one origin. */
  readonly signers: readonly Signer[];
  /** The keys that verify what was ever signed. */
  readonly keys: () => readonly string[];
  readonly tile: ReadTile;
  /** How many events are durable. */
  readonly size: () => number;
  readonly now_ms: () => number;
  /** Why nothing may be signed over so many events; nothing where it may. */
  readonly withheld?: ((size: number) => string | undefined) | undefined;
};

/** Signs the tree at a size, never one that does not begin with the one that was signed before. */
export class Signing {
  readonly #options: SigningOptions;

  constructor(options: SigningOptions) {
    this.#options = options;
  }

  /** @throws NoteError where no known key signed it */
  opened({ note }: Shown): Opened {
    return openCheckpoint(note, this.#options.keys().map(verifierIn));
  }

  /**
   * Whether the stream begins with what was signed.
   * @param changed the error that says it does not
   * @throws what that gives, SigningKeyError, NoteError
   */
  async requireIn(
    signed: Shown,
    changed: (root: string, found: string) => ChangedHistoryError,
  ): Promise<void> {
    const { origin, root } = this.opened(signed);
    requireOrigin(this.#options.signers, origin);
    const expected = encoded(root);
    const size = this.#options.size();
    if (size < signed.size) throw changed(expected, `the stream has only ${size}`);
    const found = encoded(await rootAt(this.#options.tile, signed.size));
    if (found !== expected) throw changed(expected, `the first ${signed.size} now have ${found}`);
  }

  /**
   * Signs the tree at a size, which begins with the one that was signed last.
   * @throws ChangedHistoryError where it does not, UnsignedError
   */
  async signed(size: number, last: Shown | undefined): Promise<Shown> {
    const { signers, tile, now_ms } = this.#options;
    const root = await rootAt(tile, size);
    if (last !== undefined) await this.#requireGrown(last, size, root);
    // Damage may have been found meanwhile.
    this.requireAllowed(size);
    const origin = signers[0]!.verifier.name;
    const text = checkpointText({ origin, size, root });
    const recordedAt = new Date(now_ms()).toISOString();
    return { size, note: signNote(text, signers), recordedAt };
  }

  /** @throws UnsignedError where nothing may be signed over so many events just now */
  requireAllowed(size: number): void {
    const why = this.#options.withheld?.(size);
    if (why !== undefined) throw new UnsignedError(`nothing is signed: ${why}`);
  }

  /** Proves it, since tiles that are kept in memory need not be those that a root is made of. */
  async #requireGrown(shown: Shown, size: number, root: Uint8Array): Promise<void> {
    if (shown.size === 0) return;
    const { root: before } = this.opened(shown);
    const proof = await consistencyProof(this.#options.tile, shown.size, size);
    const grown = { from: shown.size, to: size, fromRoot: before, toRoot: root, proof };
    if (isConsistent(grown)) return;
    const found = `the ${size} that are there now, with ${encoded(root)}, do not begin with them`;
    throw new ChangedHistoryError(shown, encoded(before), found);
  }
}

function encoded(root: Uint8Array): string {
  return Buffer.from(root).toString('base64');
}
