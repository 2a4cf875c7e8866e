import { UnwrittenError, type Page } from '../../schemas/stream.ts';
import { DamagedJournalError } from '../journal/journal.ts';
import { leafHash } from '../proofs/merkle.ts';
import { unverifiedIn } from '../proofs/checkpoint.ts';
import { partsOf, signNote, withSignatures, type Signer } from '../proofs/note.ts';
import { frontierAt, rootAt, type ReadTile } from '../proofs/tiles.ts';
import { ChangedHistoryError, LostEndError } from './changedHistory.ts';
import { HeadFile } from './head.ts';
import { Signing, UnsignedError } from './signing.ts';
import { signersIn, type SigningKeySource } from './signingKey.ts';
import { CheckpointStore, type Shown } from './store.ts';

/** One is made when there are as many events beyond the last one, or after as long a time. */
const DUE_EVENTS = 100_000;
const DUE_MS = 60 * 60 * 1000;
/** What is recorded is under a signature after this, and the time that one takes. */
const HEAD_MS = 1_000;
/** Nothing more is recorded once what was recorded could not be signed for so long. */
const UNSIGNED_MS = 5_000;

export type CheckpointsOptions = {
  readonly store: CheckpointStore;
  /** Where the head of the tree beyond the last checkpoint is kept; nowhere for one in memory. */
  readonly head?: HeadFile | undefined;
  /** The keys that sign, the newest first; all of one origin. */
  readonly signers: readonly Signer[];
  readonly tile: ReadTile;
  /** How many events are durable. */
  readonly size: () => number;
  readonly now_ms: () => number;
  /** Told once, when something is not as it was shown or cannot be known to be. */
  readonly broken: (why: string) => void;
  /** Why nothing may be signed over so many events; nothing where it may. */
  readonly withheld?: ((size: number) => string | undefined) | undefined;
};

/** Opens what is kept of checkpoints and reads the keys that sign them, as a ledger is set up. */
export function checkpointsAt(
  config: {
    readonly checkpointFile: string | undefined;
    readonly headFile: string | undefined;
    readonly signing: Omit<SigningKeySource, 'random'>;
  },
  random: SigningKeySource['random'],
): Pick<CheckpointsOptions, 'store' | 'head' | 'signers'> {
  const signers = signersIn({ ...config.signing, random });
  const head = config.headFile === undefined ? undefined : new HeadFile(config.headFile);
  return { store: new CheckpointStore(config.checkpointFile ?? ':memory:'), head, signers };
}

/** What the ledger says of itself, signed and kept before it is shown. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  readonly #signing: Signing;
  #latest: Shown | undefined;
  #making: Promise<Shown> | undefined;
  /** What is signed beyond the last checkpoint, and shown to nobody. */
  #head: Shown | undefined;
  #heading: Promise<void> | undefined;
  #headAt_ms = -Infinity;
  /** One was to be made at the start, and could not be yet. */
  #isOwed = false;
  #isBroken = false;
  #unkept: string | undefined;
  #unkeptHead: { readonly why: string; readonly since_ms: number } | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    const { store, head } = options;
    this.#latest = store.latest();
    this.#head = head?.read();
    this.#signing = new Signing({ ...options, keys: () => this.keys() });
  }

  /** The last one that was made; nothing before the first. */
  get latest(): Shown | undefined {
    return this.#latest;
  }

  /** Why what was recorded last cannot be signed, though it may be again; nothing while it can. */
  get trouble(): string | undefined {
    const { why, since_ms = Infinity } = this.#unkeptHead ?? {};
    return this.#unkept ?? (this.#options.now_ms() - since_ms >= UNSIGNED_MS ? why : undefined);
  }

  /** The same, having tried again. */
  async stillTroubled(): Promise<string | undefined> {
    if (this.trouble === undefined) return undefined;
    if (this.#unkept !== undefined) await this.make().catch(() => undefined);
    if (this.#unkeptHead !== undefined) await this.#signHead();
    return this.trouble;
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
   * Whether the stream still begins with what was last shown, under the same origin, and with what
   * was signed last.
   * @throws ChangedHistoryError, SigningKeyError, NoteError where a checkpoint was not signed with
   *   a known key
   */
  async requireUnchanged(): Promise<void> {
    const { head: kept } = this.#options;
    const [shown, head] = [this.#latest, this.#head];
    if (shown !== undefined) {
      await this.#signing.requireIn(shown, (...found) => new ChangedHistoryError(shown, ...found));
    }
    if (head === undefined || kept === undefined || head.size <= (shown?.size ?? 0)) return;
    await this.#signing.requireIn(head, (...found) => new LostEndError(head, ...found, kept.file));
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

  /** At a start: makes one, or later, where nothing can be signed yet. */
  async begin(): Promise<void> {
    try {
      await this.make();
    } catch (error) {
      if (!(error instanceof UnwrittenError)) throw error;
      this.#isOwed = true;
    }
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

  /** Makes one if it is time, or signs the head. What cannot be kept just now is tried again. */
  makeIfDue(): void {
    if (this.#making !== undefined || this.#isBroken) return;
    const size = this.#options.size();
    const beyond = size - (this.#latest?.size ?? 0);
    if (beyond === 0 || this.#options.withheld?.(size) !== undefined) return;
    const now_ms = this.#options.now_ms();
    const since_ms = now_ms - Date.parse(this.#latest?.recordedAt ?? '1970-01-01');
    if (this.#isOwed || beyond >= DUE_EVENTS || Math.abs(since_ms) >= DUE_MS) {
      void this.made();
    }
    if (size === this.#head?.size || Math.abs(now_ms - this.#headAt_ms) < HEAD_MS) return;
    this.#headAt_ms = now_ms;
    void this.#signHead();
  }

  /**
   * Makes one over all that is durable, with nobody there to be told of a failure: it is told of
   * where it happens. Then there is none, until it is tried again.
   */
  made(): Promise<Shown | undefined> {
    return this.make().catch(() => undefined);
  }

  /**
   * Keeps what witnesses added to a checkpoint that was shown: signatures that are verified.
   * Another note than the one that was shown, or one that nobody showed, is passed over.
   */
  keepCosigned(note: string): void {
    const { store } = this.#options;
    const { size, text } = { ...unverifiedIn(note), ...partsOf(note) };
    const shown = store.at(size);
    if (shown === undefined || partsOf(shown.note).text !== text) return;
    const cosigned = { ...shown, note: withSignatures(shown.note, partsOf(note).lines) };
    store.keep(cosigned);
    if (this.#latest?.size === size) this.#latest = cosigned;
  }

  async close(): Promise<void> {
    await this.#making?.catch(() => undefined);
    await this.#heading;
    this.#options.store.close();
  }

  /** Callers share the one that is being made. */
  #shared(): Promise<Shown> {
    this.#making ??= this.#made().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #made(): Promise<Shown> {
    try {
      const shown = await this.#make();
      this.#unkept = undefined;
      this.#isOwed = false;
      return shown;
    } catch (error) {
      if (!(error instanceof UnwrittenError)) this.#break(error as Error);
      else if (!(error instanceof UnsignedError)) this.#unkept = error.message;
      throw error;
    }
  }

  /** Whoever asks for it meanwhile waits for the same. */
  #signHead(): Promise<void> {
    const { head, size } = this.#options;
    if (head === undefined) return Promise.resolve();
    this.#heading ??= this.#headSigned(head, size()).finally(() => {
      this.#heading = undefined;
    });
    return this.#heading;
  }

  async #headSigned(head: HeadFile, size: number): Promise<void> {
    try {
      const last = (this.#head?.size ?? 0) > (this.#latest?.size ?? 0) ? this.#head : this.#latest;
      const shown = await this.#signing.signed(size, last);
      await head.keep(shown);
      this.#head = shown;
      this.#unkeptHead = undefined;
    } catch (error) {
      if (!(error instanceof UnwrittenError)) this.#break(error as Error);
      else if (!(error instanceof UnsignedError)) {
        const since_ms = this.#unkeptHead?.since_ms ?? this.#options.now_ms();
        this.#unkeptHead = { why: error.message, since_ms };
      }
    }
  }

  #break({ message }: Error): void {
    if (!this.#isBroken) this.#options.broken(message);
    this.#isBroken = true;
  }

  /** The last one also under keys that are new since; what is signed is the same. */
  async #signedByAll(shown: Shown): Promise<Shown> {
    const { verified } = this.#signing.opened(shown);
    const known = new Set(verified.map(({ verifier }) => verifier.text));
    const missing = this.#options.signers.filter(({ verifier }) => !known.has(verifier.text));
    if (missing.length === 0) return shown;
    this.#signing.requireAllowed(shown.size);
    await this.requireUnchanged();
    const { text } = partsOf(shown.note);
    const added = signNote(text, missing).slice(text.length + 1);
    return this.#kept({ ...shown, note: shown.note + added });
  }

  async #make(): Promise<Shown> {
    const size = this.#options.size();
    if (this.#latest?.size === size) return this.#signedByAll(this.#latest);
    this.#signing.requireAllowed(size);
    // What is signed can never be taken back, so it is compared each time.
    await this.requireUnchanged();
    return this.#kept(await this.#signing.signed(size, this.#latest));
  }

  /** With the keys that signed it, which before might be those of another ledger. */
  #kept(shown: Shown): Shown {
    const { store, signers } = this.#options;
    for (const { verifier } of signers.toReversed()) store.keepKey(verifier.text);
    store.keep(shown);
    this.#latest = shown;
    return shown;
  }
}

function encoded(root: Uint8Array): string {
  return Buffer.from(root).toString('base64');
}
