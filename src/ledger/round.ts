import type { Hundredths } from '../../schemas/amounts.ts';
import type { Command, NewCommand } from '../../schemas/commands.ts';
import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import type { Account } from '../../schemas/ids.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { linesOf } from '../../schemas/stream.ts';
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
      /** What an account that these events name would have; of others it is not certain when. */
      readonly balanceOf: (account: Account) => Hundredths;
    }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** One caller's command, and who waits for its outcome. */
export type Item = {
  readonly command: Command;
  readonly preview: boolean;
  /** Whose turn in the queue it takes: an organisation, or an access that has none. */
  readonly lane: string;
  readonly since_ms: number;
  /** How often it was decided. */
  decisions: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (bug: unknown) => void;
};

/** An old event is wanted that nobody could tell before the batch, and so was not read. */
class NotRead extends Error {}

/**
 * What one batch may have in all: with what a server adds to each event it stays below the 1 MiB
 * that EventStoreDB takes in one append. No command alone has as much.
 */
const BATCH_BYTES_MAX = 896 * 1024;

const BATCH_EVENTS_MAX = 2_000;

/** One batch being decided: a draft, the events so far, and who gets which answer. */
export class Round {
  readonly draft: Draft;
  readonly recordedAt_ms: number;
  readonly recorded: Recorded[] = [];
  readonly items = new Map<Item, Outcome>();
  readonly events: StreamEvent[] = [];
  /** The JSON of each event, as a journal takes it. */
  readonly lines: string[] = [];
  /** More is due than one batch takes, so that commands wait for the next. */
  onlyDue = false;
  readonly #base: number;
  readonly #recalled: ReadonlyMap<number, StreamEvent>;
  readonly #ends = new Map<Item, number>();
  #bytes = 0;

  constructor(ledger: Ledger, now_ms: number, recalled: ReadonlyMap<number, StreamEvent>) {
    this.draft = draftOf(ledger);
    this.recordedAt_ms = Math.max(now_ms, ledger.recordedAt_ms);
    this.#base = ledger.revision + 1;
    this.#recalled = recalled;
  }

  /** Begins with what time alone has brought about. */
  begin(newCommand: () => NewCommand): void {
    const { events, more } = dueEvents(this.draft, this.recordedAt_ms, newCommand);
    const lines = linesOf(events);
    this.#bytes = bytesOf(lines);
    this.#write(events, lines);
    this.onlyDue = more;
  }

  /**
   * Decides commands in their order, until there are enough events.
   * @returns those that have to wait for the next batch
   */
  takeAll(items: readonly Item[]): readonly Item[] {
    for (const [index, item] of items.entries()) {
      if (this.events.length >= BATCH_EVENTS_MAX || !this.take(item)) return items.slice(index);
      item.decisions += 1;
    }
    return [];
  }

  /**
   * Decides one command on the draft; one that throws fails alone and leaves no trace.
   * @returns false where it has to wait for the next batch, since it wants an old event only since
   * the commands before it, or since what it makes has no room beside theirs
   */
  take(item: Item): boolean {
    try {
      const recall = (revision: number) => this.#recall(revision);
      const decision = decide(this.draft, item.command, this.recordedAt_ms, recall);
      const outcome = item.preview ? this.#preview(decision) : this.#keep(decision);
      if (outcome === undefined) return false;
      this.items.set(item, outcome);
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

  /** Nothing, where there is no room. */
  #keep(decision: Decision): Outcome | undefined {
    if (decision.outcome !== 'accepted') return decision;
    const lines = linesOf(decision.events);
    const bytes = this.#bytes + bytesOf(lines);
    if (this.lines.length > 0 && bytes > BATCH_BYTES_MAX) return undefined;
    this.#bytes = bytes;
    return { outcome: 'accepted', recorded: this.#write(decision.events, lines) };
  }

  #write(events: readonly StreamEvent[], lines: readonly string[]): Recorded[] {
    const recorded = this.#evolved(this.draft, events);
    this.recorded.push(...recorded);
    this.events.push(...events);
    this.lines.push(...lines);
    return recorded;
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

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
}
