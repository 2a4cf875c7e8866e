import type { Hundredths } from '../../schemas/amounts.ts';
import type { Entries } from '../../projections/entries.ts';

/** So many accounts are added up in one go; then requests get their turn. */
const ACCOUNTS_A_TURN = 1_000;

/**
 * The sum of all balances, which must be zero, counted anew from every account. All are taken as
 * they were at one revision, however many are written meanwhile. What was counted at a revision is
 * kept, and whoever asks meanwhile shares it.
 */
export class Recount {
  readonly #entries: Pick<Entries, 'revision' | 'accounts' | 'balance'>;
  #counted: { readonly revision: number; readonly sum: Promise<Hundredths> } | undefined;

  constructor(entries: Pick<Entries, 'revision' | 'accounts' | 'balance'>) {
    this.#entries = entries;
  }

  sum(): Promise<Hundredths> {
    const { revision } = this.#entries;
    if (this.#counted?.revision !== revision) {
      this.#counted = { revision, sum: this.#count(revision) };
    }
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
