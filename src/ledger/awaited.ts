import type { Timing } from './timing.ts';

export type AwaitedOptions = {
  /** The revision that can be read now. */
  readonly has: () => number;
  readonly timing: Pick<Timing, 'later'>;
  /** How long anybody waits. */
  readonly patience_ms?: number | undefined;
  /** How many may wait at once, and how many of them for one asker. */
  readonly most?: number | undefined;
  readonly mostOfOne?: number | undefined;
};

export const AWAITED_MS = 2_000;
const AWAITED_MOST = 1_000;
const AWAITED_MOST_OF_ONE = 100;

type Waiter = {
  readonly asker: string;
  readonly revision: number;
  readonly resolve: (there: boolean) => void;
};

/** Those who wait for a revision that is not here yet, for a while and in a bounded number. */
export class Awaited {
  readonly patience_ms: number;
  readonly #options: AwaitedOptions;
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #ofEach = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();

  constructor(options: AwaitedOptions) {
    this.#options = options;
    this.patience_ms = options.patience_ms ?? AWAITED_MS;
    this.#most = options.most ?? AWAITED_MOST;
    this.#mostOfOne = options.mostOfOne ?? AWAITED_MOST_OF_ONE;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** The revision that can be read now. */
  get revision(): number {
    return this.#options.has();
  }

  /**
   * Whether a revision is here in time; false at once where too many wait already.
   * @param asker on whose account, of whom no more than some wait
   */
  async until(revision: number, asker = ''): Promise<boolean> {
    if (revision <= this.revision) return true;
    const ofOne = this.#ofEach.get(asker) ?? 0;
    if (this.#waiters.size >= this.#most || ofOne >= this.#mostOfOne) return false;
    this.#ofEach.set(asker, ofOne + 1);
    return new Promise((resolve) => {
      const waiter = { asker, revision, resolve };
      this.#waiters.add(waiter);
      this.#options.timing.later(() => this.#answer(waiter, false), this.patience_ms);
    });
  }

  /** To be called when more can be read: lets those go on whose revision is here. */
  grown(): void {
    for (const waiter of this.#waiters) {
      if (waiter.revision <= this.revision) this.#answer(waiter, true);
    }
  }

  #answer(waiter: Waiter, there: boolean): void {
    if (!this.#waiters.delete(waiter)) return;
    const left = this.#ofEach.get(waiter.asker)! - 1;
    if (left > 0) this.#ofEach.set(waiter.asker, left);
    else this.#ofEach.delete(waiter.asker);
    waiter.resolve(there);
  }
}
