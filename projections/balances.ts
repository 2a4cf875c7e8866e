import type { Hundredths } from '../schemas/amounts.ts';
import type { Recorded } from '../schemas/events/index.ts';
import type { Account } from '../schemas/ids.ts';
import { movementOf } from './movement.ts';

/** The balance of every account, and their sum, which is zero. */
export class Balances {
  revision = -1;
  readonly #balances = new Map<Account, Hundredths>();

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    const movement = movementOf(event);
    if (movement === undefined) return;
    this.#add(movement.debit, -movement.amount);
    this.#add(movement.credit, movement.amount);
  }

  of(account: Account): Hundredths {
    return this.#balances.get(account) ?? 0;
  }

  all(): IterableIterator<[Account, Hundredths]> {
    return this.#balances.entries();
  }

  sum(): Hundredths {
    return this.#balances.values().reduce((sum, balance) => sum + balance, 0);
  }

  #add(account: Account, amount: Hundredths): void {
    this.#balances.set(account, (this.#balances.get(account) ?? 0) + amount);
  }
}
