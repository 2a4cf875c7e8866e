import type { Recorded } from '../schemas/events/index.ts';
import { revisionIn } from '../schemas/ids.ts';

/** Which reversals cite which transaction, by revision. */
export class Reversals {
  revision = -1;
  #of = new Map<number, number[]>();

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    if (event.type !== 'TransactionReversed') return;
    const original = revisionIn(event.data.reverses);
    this.#of.set(original, [...this.of(original), revision]);
  }

  /** The revisions of a transaction's reversals, oldest first. */
  of(revision: number): readonly number[] {
    return this.#of.get(revision) ?? [];
  }

  saved() {
    return { revision: this.revision, of: this.#of };
  }

  static restored({ revision, of }: ReturnType<Reversals['saved']>): Reversals {
    const reversals = new Reversals();
    reversals.revision = revision;
    reversals.#of = of;
    return reversals;
  }
}
