import type { Hundredths } from '../../schemas/amounts.ts';
import type { Entries } from '../../projections/entries.ts';

/** So many accounts are added up in one go; then requests get their turn. */
const ACCOUNTS_A_TURN = 1_000;
/** However often somebody asks, it is counted once a minute: it goes over every account. */
const ANEW_MS = 60_000;

type Balances = Pick<Entries, 'revision' | 'accounts' | 'balance'>;

type Counted = {
  readonly revision: number;
  readonly since_ms: number;
  readonly sum: Promise<Hundredths>;
};

/**
 * The sum of all balances, which must be zero, counted anew from every account. All are taken as
 * they were at one revision, however many are written meanwhile. Whoever asks within a minute, or
 * before anything more is written, is told what was counted last.
 */
export class Recount {
  readonly #entries: Balances;
  readonly #elapsed_ms: () => number;
  #counted: Counted | undefined;

  constructor(entries: Balances, elapsed_ms: () => number) {
    this.#entries = entries;
    this.#elapsed_ms = elapsed_ms;
  }

  sum(): Promise<Hundredths> {
    const { revision } = this.#entries;
    const now_ms = this.#elapsed_ms();
    const last = this.#counted;
    if (last?.revision === revision || (last && now_ms - last.since_ms < ANEW_MS)) return last.sum;
    this.#counted = { revision, since_ms: now_ms, sum: this.#count(revision) };
    return this.#counted.sum;
  }

  async #count(revision: number): Promise<Hundredths> {
    let sum = 0;
    let accounts = 0;
    for (const account of this.#entries.accounts()) {
      sum += this.#entries.balance(account, revision);
      accounts += 1;
      if (accounts % ACCOUNTS_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return sum;
  }
}
