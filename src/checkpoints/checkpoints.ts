import { UnwrittenError, type Page } from '../../schemas/stream.ts';
import { DamagedJournalError } from '../journal/journal.ts';
import { checkpointText, openCheckpoint, type Opened } from '../proofs/checkpoint.ts';
import { isConsistent, leafHash } from '../proofs/merkle.ts';
import { signNote, verifierIn, type Signer } from '../proofs/note.ts';
import { consistencyProof, frontierAt, rootAt, type ReadTile } from '../proofs/tiles.ts';
import { requireOrigin, signersIn, type SigningKeySource } from './signingKey.ts';
import { CheckpointStore, type Shown } from './store.ts';

/** One is made when there are as many events beyond the last one, or after as long a time. */
const DUE_EVENTS = 100_000;
const DUE_MS = 60 * 60 * 1000;

/** The stream is not the one that was shown; says what was shown, what is there, what to do. */
export class ChangedHistoryError extends Error {
  override readonly name = 'ChangedHistoryError';

  constructor(shown: Shown, root: string, found: string) {
    super(
      `The history has changed. The checkpoint shown at ${shown.recordedAt} is over ` +
        `${shown.size} events with root ${root}, but ${found}. Nothing is served. Put the stream ` +
        'that was shown back into an empty folder from a backup, and what a backup lacks from an ' +
        "auditor's (timecredits restore --from BACKUP --data EMPTY_DIR --tail-from AUDITOR_DIR); " +
        'or, where its end is lost for good, open a successor in an empty folder, with ORIGIN ' +
        'set to a new name and PREDECESSOR to a file with this checkpoint.',
    );
  }
}

export type CheckpointsOptions = {
  readonly store: CheckpointStore;
  /** The keys that sign, the newest first; all of one origin. */
  readonly signers: readonly Signer[];
  readonly tile: ReadTile;
  /** How many events are durable. */
  readonly size: () => number;
  readonly now_ms: () => number;
  readonly broken: (why: string) => void;
};

/** Opens what is kept of checkpoints and reads the keys that sign them, as a ledger is set up. */
export function checkpointsAt(
  config: {
    readonly checkpointFile: string | undefined;
    readonly signing: Omit<SigningKeySource, 'random'>;
  },
  random: SigningKeySource['random'],
): Pick<CheckpointsOptions, 'store' | 'signers'> {
  const signers = signersIn({ ...config.signing, random });
  return { store: new CheckpointStore(config.checkpointFile ?? ':memory:'), signers };
}

/** What the ledger says of itself, signed and kept before it is shown. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  #latest: Shown | undefined;
  #making: Promise<Shown> | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    this.#latest = options.store.latest();
  }

  /** The last one that was made; nothing before the first. */
  get latest(): Shown | undefined {
    return this.#latest;
  }

  /** The keys that verify all of them, the newest first. */
  keys(): string[] {
    return this.#options.store.keys();
  }

  /** Those beyond a size, the smallest first. */
  after(size: number, limit: number): Shown[] {
    return this.#options.store.after(size, limit);
  }

  /**
   * Whether the stream still begins with what was last shown, under the same origin.
   * @throws ChangedHistoryError, SigningKeyError, NoteError where a checkpoint was not signed with
   *   a known key
   */
  async requireUnchanged(): Promise<void> {
    const shown = this.#latest;
    if (shown === undefined) return;
    const { origin, root } = this.#opened(shown);
    requireOrigin(this.#options.signers, origin);
    const expected = encoded(root);
    const size = this.#options.size();
    if (size < shown.size) {
      throw new ChangedHistoryError(shown, expected, `the stream has only ${size}`);
    }
    const found = encoded(await rootAt(this.#options.tile, shown.size));
    if (found === expected) return;
    throw new ChangedHistoryError(shown, expected, `the first ${shown.size} now have ${found}`);
  }

  /**
   * Whether the tree beyond what was last shown is that of its events. At a start those up to there
   * may still be unproved, since their root is under a signature; those beyond are under none, and
   * what is signed over a tile that was changed could never be taken back.
   * @param read gives the events from a revision on
   * @throws DamagedJournalError
   */
  async requireOwnTree(
    read: (fromRevision: number, limit: number) => AsyncIterable<Page>,
  ): Promise<void> {
    const size = this.#options.size();
    const from = this.#latest?.size ?? 0;
    if (from === size) return;
    const grown = await frontierAt(this.#options.tile, from);
    for await (const { lines } of read(from, size - from)) {
      for (const line of lines) grown.add(leafHash(line));
    }
    const expected = encoded(grown.root());
    const found = encoded(await rootAt(this.#options.tile, size));
    if (found === expected) return;
    const what = `the events up to ${size} lead to the root ${expected}, but the tree to ${found}`;
    throw new DamagedJournalError(from, what);
  }

  /** Makes one over all that is durable by now, unless the last one covers it. */
  async make(): Promise<Shown> {
    const revision = this.#options.size() - 1;
    const shown = await this.#shared();
    return shown.size > revision ? shown : this.covering(revision);
  }

  /** One that covers a revision that is durable: the last one, if it does. */
  async covering(revision: number): Promise<Shown> {
    let shown = this.#latest;
    while (shown === undefined || shown.size <= revision) shown = await this.#shared();
    return shown;
  }

  /**
   * Makes one if it is time; a failure ends the process, since nothing may be signed then. What
   * cannot be stored just now is tried again.
   */
  makeIfDue(): void {
    if (this.#making !== undefined) return;
    const beyond = this.#options.size() - (this.#latest?.size ?? 0);
    const since_ms = this.#options.now_ms() - Date.parse(this.#latest?.recordedAt ?? '1970-01-01');
    if (beyond < DUE_EVENTS && (beyond === 0 || since_ms < DUE_MS)) return;
    this.make().catch((error: unknown) => {
      if (!(error instanceof UnwrittenError)) this.#options.broken((error as Error).message);
    });
  }

  async close(): Promise<void> {
    await this.#making?.catch(() => undefined);
    this.#options.store.close();
  }

  /** Callers share the one that is being made. */
  #shared(): Promise<Shown> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** The last one also under keys that are new since; what is signed is the same. */
  async #signedByAll(shown: Shown): Promise<Shown> {
    const { verified } = this.#opened(shown);
    const known = new Set(verified.map(({ verifier }) => verifier.text));
    const missing = this.#options.signers.filter(({ verifier }) => !known.has(verifier.text));
    if (missing.length === 0) return shown;
    await this.requireUnchanged();
    const text = shown.note.slice(0, shown.note.lastIndexOf('\n\n') + 1);
    const added = signNote(text, missing).slice(text.length + 1);
    this.#keepKeys();
    this.#latest = { ...shown, note: shown.note + added };
    this.#options.store.keep(this.#latest);
    return this.#latest;
  }

  async #make(): Promise<Shown> {
    const { store, signers, tile, size: sizeNow, now_ms } = this.#options;
    const size = sizeNow();
    if (this.#latest?.size === size) return this.#signedByAll(this.#latest);
    // What is signed can never be taken back, so it is compared each time.
    await this.requireUnchanged();
    const root = await rootAt(tile, size);
    if (this.#latest !== undefined) await this.#requireGrown(this.#latest, size, root);
    const origin = signers[0]!.verifier.name;
    const text = checkpointText({ origin, size, root });
    const recordedAt = new Date(now_ms()).toISOString();
    const shown = { size, note: signNote(text, signers), recordedAt };
    this.#keepKeys();
    store.keep(shown);
    this.#latest = shown;
    return shown;
  }

  /** Only once something is signed with them: those of another ledger are not taken for its own. */
  #keepKeys(): void {
    const { store, signers } = this.#options;
    for (const { verifier } of signers.toReversed()) store.keepKey(verifier.text);
  }

  /** Proves it, since tiles that are kept in memory need not be those that a root is made of. */
  async #requireGrown(shown: Shown, size: number, root: Uint8Array): Promise<void> {
    if (shown.size === 0) return;
    const { root: before } = this.#opened(shown);
    const proof = await consistencyProof(this.#options.tile, shown.size, size);
    const grown = { from: shown.size, to: size, fromRoot: before, toRoot: root, proof };
    if (isConsistent(grown)) return;
    const found = `the ${size} that are there now, with ${encoded(root)}, do not begin with them`;
    throw new ChangedHistoryError(shown, encoded(before), found);
  }

  #opened({ note }: Shown): Opened {
    return openCheckpoint(note, this.keys().map(verifierIn));
  }
}

function encoded(root: Uint8Array): string {
  return Buffer.from(root).toString('base64');
}
