import { hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, kindOf, type Account, type AccountKind } from '../../../schemas/ids.ts';

/** The accounts and credits that an event names, as it names them. */
export type Sides = {
  readonly debit?: Account;
  readonly credit?: Account;
  readonly credits?: string;
};

export function sidesOf(event: StreamEvent): Sides {
  return event.data as Sides;
}

/** One account, as an auditor keeps it. */
export type Kept = {
  readonly account: Account;
  readonly kind: AccountKind;
  readonly holder: string;
  /** The first revision that names it. */
  readonly since: number;
  balance: Hundredths;
};

/** Balances of an auditor's own, from the amounts and nothing else. */
export class Books {
  sum: Hundredths = 0;
  readonly #accounts = new Map<Account, Kept>();

  /** Books each side that an event names, also where the other is missing. */
  book(event: StreamEvent, revision: number): { debited?: Kept; credited?: Kept } {
    const { debit, credit, credits = '0' } = sidesOf(event);
    if (debit === undefined && credit === undefined) return {};
    const amount = hundredths(credits);
    return {
      ...(debit !== undefined && { debited: this.#add(debit, -amount, revision) }),
      ...(credit !== undefined && { credited: this.#add(credit, amount, revision) }),
    };
  }

  of(account: Account): Hundredths {
    return this.#accounts.get(account)?.balance ?? 0;
  }

  all(): IterableIterator<Kept> {
    return this.#accounts.values();
  }

  get accountCount(): number {
    return this.#accounts.size;
  }

  #add(account: Account, amount: Hundredths, since: number): Kept {
    let kept = this.#accounts.get(account);
    if (kept === undefined) {
      kept = { account, kind: kindOf(account), holder: holderOf(account), since, balance: 0 };
      this.#accounts.set(account, kept);
    }
    kept.balance += amount;
    this.sum += amount;
    return kept;
  }
}
