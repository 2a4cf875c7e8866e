import { hundredths, type Hundredths } from '../schemas/amounts.ts';
import type { Recorded } from '../schemas/events/index.ts';
import { accountOf, revisionIn, type Account, type HoldId, type VenueId } from '../schemas/ids.ts';
import { Column } from './columns.ts';

/** An open booking. */
export type OpenHold = {
  readonly revision: number;
  readonly account: Account;
  readonly amount: Hundredths;
  readonly venueId: VenueId;
  readonly reference?: string | undefined;
};

/** The bookings that are open, what they hold of each account, and what ended the others. */
export class Holds {
  revision = -1;
  #open = new Map<number, OpenHold>();
  #held = new Map<Account, Hundredths>();
  #ends = new Column(Uint32Array);

  /** Takes in the next event; one that was taken in before changes nothing. */
  apply({ revision, event }: Recorded): void {
    if (revision <= this.revision) return;
    this.revision = revision;
    switch (event.type) {
      case 'CreditsHeld': {
        const { account, venueId, reference, held } = event.data;
        const amount = hundredths(held);
        this.#open.set(revision, { revision, account, amount, venueId, reference });
        this.#add(account, amount);
        return;
      }
      case 'HoldCaptured':
      case 'HoldCancelled':
      case 'HoldExpired':
        return this.#end(event.data.holdId, revision);
      case 'MembersMerged':
        return this.#move(accountOf.wallet(event.data.from), accountOf.wallet(event.data.into));
      default:
        return;
    }
  }

  /** What is held of an account now. */
  heldOf(account: Account): Hundredths {
    return this.#held.get(account) ?? 0;
  }

  /** In the order in which they were made. */
  open(): IterableIterator<OpenHold> {
    return this.#open.values();
  }

  /** The revision of the event that ended a booking; none while it is open. */
  endOf(revision: number): number | undefined {
    return this.#ends.get(revision) || undefined;
  }

  saved() {
    const { revision } = this;
    return { revision, open: this.#open, held: this.#held, ends: this.#ends.saved() };
  }

  static restored({ revision, open, held, ends }: ReturnType<Holds['saved']>): Holds {
    const holds = new Holds();
    holds.revision = revision;
    holds.#open = open;
    holds.#held = held;
    holds.#ends = Column.restored(Uint32Array, ends);
    return holds;
  }

  #end(id: HoldId, revision: number): void {
    const at = revisionIn(id);
    const { account, amount } = this.#open.get(at)!;
    this.#open.delete(at);
    this.#ends.set(at, revision);
    this.#add(account, -amount);
  }

  #move(from: Account, into: Account): void {
    for (const [revision, hold] of this.#open) {
      if (hold.account === from) this.#open.set(revision, { ...hold, account: into });
    }
    const held = this.heldOf(from);
    this.#add(from, -held);
    this.#add(into, held);
  }

  #add(account: Account, amount: Hundredths): void {
    const held = this.heldOf(account) + amount;
    if (held === 0) this.#held.delete(account);
    else this.#held.set(account, held);
  }
}
