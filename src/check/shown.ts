import type { StreamEvent } from '../../schemas/events/index.ts';
import { breach, type Finding } from '../audit/model/invariant.ts';
import type { CheckpointStore, Shown } from '../checkpoints/store.ts';
import { openCheckpoint, type Opened } from '../proofs/checkpoint.ts';
import { Frontier } from '../proofs/merkle.ts';
import { verifierIn, type Verifier } from '../proofs/note.ts';
import type { Beside } from './index.ts';

const PAGE = 500;

export const SHOWN = {
  name: 'checkpoints',
  says: 'every checkpoint that was shown is signed, and the events are those that it is over',
};

export type ShownOptions = {
  readonly store: Pick<CheckpointStore, 'latest' | 'after' | 'keys'>;
  /** Whether the stream is a mirror, which may be behind the server that has all of it. */
  readonly mirror: boolean;
  readonly find: (finding: Finding) => void;
};

/**
 * Compares a stream with every checkpoint that was shown of it, as a service compares it with the
 * last one before it serves.
 */
export class ShownCheckpoints implements Beside {
  readonly rules = [SHOWN];
  /** How many hold. */
  holding = 0;
  /** How many are over more events than a mirror has yet. */
  ahead = 0;
  origin: string | undefined;
  readonly keys: readonly string[];
  readonly #options: ShownOptions;
  readonly #verifiers: readonly Verifier[];
  readonly #tree = new Frontier();
  readonly #last: number;
  #page: Shown[] = [];
  #read = -1;
  #held = 0;
  #parted = false;

  /** @throws Error where the store cannot be read */
  constructor(options: ShownOptions) {
    this.#options = options;
    const { store } = options;
    this.keys = store.keys();
    this.#verifiers = this.keys.map(verifierIn);
    const latest = store.latest();
    // A service that runs makes more of them meanwhile, over events that were not read.
    this.#last = latest?.size ?? -1;
    this.origin = latest && this.#opened(latest, () => undefined)?.origin;
  }

  take(revision: number, leaf: Uint8Array, { type, data }: StreamEvent): void {
    if (revision === 0) {
      this.#compareUpTo(0);
      if (type === 'LedgerOpened') this.#requireOther(data.predecessor?.origin);
    }
    this.#tree.add(leaf);
    this.#compareUpTo(this.#tree.size);
  }

  end(size: number): void {
    this.#compareUpTo(size);
    for (let shown = this.#next(); shown !== undefined; shown = this.#next()) {
      this.#page.shift();
      const opened = this.#opened(shown);
      if (opened === undefined) continue;
      this.ahead += 1;
      if (this.#options.mirror || this.ahead > 1) continue;
      const expected = `the ${opened.size} events of the checkpoint shown at ${shown.recordedAt}`;
      this.#find(breach(expected, `only ${size}: the end is lost`), { revision: size });
    }
  }

  #compareUpTo(size: number): void {
    for (let shown = this.#next(); shown !== undefined; shown = this.#next()) {
      if (shown.size > size) return;
      this.#page.shift();
      const opened = this.#opened(shown);
      if (opened !== undefined) this.#compare(shown, opened);
    }
  }

  #compare(shown: Shown, { root, size }: Opened): void {
    const found = Buffer.from(this.#tree.root());
    if (size === this.#tree.size && found.equals(root)) {
      this.holding += 1;
      this.#held = size;
      this.#parted = false;
      return;
    }
    // Behind the first that is bad all others are, until one holds again.
    if (this.#parted) return;
    this.#parted = true;
    const expected =
      `the root ${Buffer.from(root).toString('base64')} over ${size} events, as the checkpoint ` +
      `shown at ${shown.recordedAt} says`;
    const at = size > 0 ? { revision: this.#held, to: Math.max(this.#held, size - 1) } : {};
    this.#find(breach(expected, `${found.toString('base64')}: history was changed since`), at);
  }

  /** Opens one and says what is wrong with it; nothing where it is no proof of anything. */
  #opened(shown: Shown, find = this.#find.bind(this)): Opened | undefined {
    const name = `the checkpoint of ${shown.size} events, shown at ${shown.recordedAt},`;
    try {
      const opened = openCheckpoint(shown.note, this.#verifiers);
      if (opened.size !== shown.size) {
        find(breach(`${name} to say so`, `that its note is of ${opened.size}`));
        return undefined;
      }
      if (this.origin !== undefined && opened.origin !== this.origin) {
        find(breach(`${name} to be of ${this.origin}, as the last one is`, opened.origin));
        return undefined;
      }
      return opened;
    } catch (error) {
      const { message } = error as Error;
      find(breach(`${name} to be signed with a key that is kept with it`, message));
      return undefined;
    }
  }

  #requireOther(predecessor: string | undefined): void {
    if (predecessor === undefined || predecessor !== this.origin) return;
    const expected = `a name that the ledger before it, ${predecessor}, did not have`;
    this.#find(breach(expected, 'the same one in its checkpoints'), { revision: 0 });
  }

  #next(): Shown | undefined {
    if (this.#page.length === 0 && this.#read < this.#last) {
      this.#page = this.#options.store.after(this.#read, PAGE);
      this.#read = this.#page.at(-1)?.size ?? this.#last;
    }
    const next = this.#page[0];
    return next !== undefined && next.size <= this.#last ? next : undefined;
  }

  #find(found: { expected: string; found: string }, at: Partial<Finding> = {}): void {
    this.#options.find({ invariant: SHOWN.name, ...at, ...found });
  }
}
