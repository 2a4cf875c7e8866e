import type { Timing } from './timing.ts';

export type AwaitedOptions = {
  /** The revision that can be read now. */
  readonly has: () => number;
  readonly timing: Pick<Timing, 'later'>;
  /** How long anybody waits. */
  readonly patience_ms?: number | undefined;
  /** How many may wait at once. */
  readonly most?: number | undefined;
};

export const AWAITED_MS = 2_000;
const AWAITED_MOST = 1_000;

type Waiter = { readonly revision: number; readonly resolve: (there: boolean) => void };

/** Those who wait for a revision that is not here yet, for a while and in a bounded number. */
export class Awaited {
  readonly patience_ms: number;
  readonly #options: AwaitedOptions;
  readonly #most: number;
  readonly #waiters = new Set<Waiter>();

  constructor(options: AwaitedOptions) {
    this.#options = options;
    this.patience_ms = options.patience_ms ?? AWAITED_MS;
    this.#most = options.most ?? AWAITED_MOST;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** The revision that can be read now. */
  get revision(): number {
    return this.#options.has();
  }

  /** Whether a revision is here in time; false at once where too many wait already. */
  async until(revision: number): Promise<boolean> {
    if (revision <= this.revision) return true;
    if (this.#waiters.size >= this.#most) return false;
    return new Promise((resolve) => {
      const waiter = { revision, resolve };
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
    if (this.#waiters.delete(waiter)) waiter.resolve(there);
  }
}
