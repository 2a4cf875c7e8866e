import type { Hundredths } from '../../schemas/amounts.ts';
import type { Command } from '../../schemas/commands.ts';
import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import type { Account, CommandId } from '../../schemas/ids.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { decide, type Decision } from './decide.ts';
import { dueEvents } from './due.ts';
import { evolve } from './evolve.ts';
import { draftOf, type Draft, type Ledger } from './state.ts';

/** What a caller is told of a command. */
export type Outcome =
  | {
      readonly outcome: 'accepted' | 'replayed' | 'standing';
      readonly recorded: readonly Recorded[];
    }
  | {
      readonly outcome: 'previewed';
      readonly recorded: readonly Recorded[];
      readonly balanceOf: (account: Account) => Hundredths;
    }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** One caller's command, and who waits for its outcome. */
export type Item = {
  readonly command: Command;
  readonly preview: boolean;
  readonly since_ms: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (bug: unknown) => void;
};

/** An old event is wanted that nobody could tell before the batch, and so was not read. */
class NotRead extends Error {}

/** One batch being decided: a draft, the events so far, and who gets which answer. */
export class Round {
  readonly draft: Draft;
  readonly recordedAt_ms: number;
  readonly recorded: Recorded[] = [];
  readonly items = new Map<Item, Outcome>();
  readonly events: StreamEvent[] = [];
  /** More is due than one batch takes, so that commands wait for the next. */
  onlyDue = false;
  readonly #base: number;
  readonly #recalled: ReadonlyMap<number, StreamEvent>;
  readonly #ends = new Map<Item, number>();

  constructor(ledger: Ledger, now_ms: number, recalled: ReadonlyMap<number, StreamEvent>) {
    this.draft = draftOf(ledger);
    this.recordedAt_ms = Math.max(now_ms, ledger.recordedAt_ms);
    this.#base = ledger.revision + 1;
    this.#recalled = recalled;
  }

  /** Begins with what time alone has brought about. */
  begin(commandId: () => CommandId): void {
    const { events, more } = dueEvents(this.draft, this.recordedAt_ms, commandId);
    this.recorded.push(...this.#evolved(this.draft, events));
    this.events.push(...events);
    this.onlyDue = more;
  }

  /**
   * Decides one command on the draft; one that throws fails alone and leaves no trace.
   * @returns false where it wants an old event only since the commands before it, so that it has
   * to wait for the next batch
   */
  take(item: Item): boolean {
    try {
      const recall = (revision: number) => this.#recall(revision);
      const decision = decide(this.draft, item.command, this.recordedAt_ms, recall);
      this.items.set(item, item.preview ? this.#preview(decision) : this.#keep(decision));
      this.#ends.set(item, this.recorded.length);
    } catch (bug) {
      if (bug instanceof NotRead && this.items.size > 0) return false;
      item.reject(bug);
      // Half evolved: nothing that was decided on this draft may be written.
      if (this.draft.revision !== this.#base + this.recorded.length - 1) throw bug;
    }
    return true;
  }

  /** Whether an item made the event at an index of this batch. */
  made(item: Item, index: number): boolean {
    const end = this.#ends.get(item);
    const outcome = this.items.get(item);
    if (end === undefined || outcome?.outcome !== 'accepted') return false;
    return index < end && index >= end - outcome.recorded.length;
  }

  #keep(decision: Decision): Outcome {
    if (decision.outcome !== 'accepted') return decision;
    const recorded = this.#evolved(this.draft, decision.events);
    this.recorded.push(...recorded);
    this.events.push(...decision.events);
    return { outcome: 'accepted', recorded };
  }

  #preview(decision: Decision): Outcome {
    if (decision.outcome !== 'accepted') return decision;
    const scratch = draftOf(this.draft);
    const recorded = this.#evolved(scratch, decision.events);
    const balanceOf = (account: Account) => scratch.balances.get(account) ?? 0;
    return { outcome: 'previewed', recorded, balanceOf };
  }

  #evolved(state: Draft, events: readonly StreamEvent[]): Recorded[] {
    return events.map((event) => {
      const recorded = { revision: state.revision + 1, event };
      evolve(state, recorded);
      return recorded;
    });
  }

  #recall(revision: number): StreamEvent {
    const event = this.recorded[revision - this.#base]?.event ?? this.#recalled.get(revision);
    if (event === undefined) throw new NotRead(`revision ${revision} was not read before deciding`);
    return event;
  }
}
