import type { Command } from '../../schemas/commands.ts';
import type { Item } from './round.ts';
import type { Ledger } from './state.ts';
import type { Timing } from './timing.ts';

const QUEUE_MAX = 10_000;
/** So many of one organisation, so that no other finds the queue full of them. */
const LANE_MAX = 2_500;
const BATCH_COMMANDS_MAX = 512;
/** How many lines the lists of a batch have in all, where one organisation is alone in it. */
const BATCH_LINES_MAX = 2_000;
/** The same where others wait beside it: a long list then goes alone, and short ones before it. */
const SHARED_LINES_MAX = 256;
const QUIET_TURNS_MAX = 16;
/** Gathering ends after this, should every turn of the event loop be a long one. */
const GATHERING_MS_MAX = 4;

type Waiting = { readonly item: Item; readonly number: number };

/**
 * The commands that wait. Where they are more than one batch takes, it takes one of each
 * organisation in turn, so that who sends many waits behind its own. A batch has them in the order
 * in which they came.
 */
export class Queue {
  readonly #timing: Pick<Timing, 'soon' | 'elapsed_ms'>;
  /** What was taken out and put back. */
  readonly #front: Item[] = [];
  readonly #lanes = new Map<string, Waiting[]>();
  #length = 0;
  #number = 0;
  #gathered = 0;
  #waiting: { readonly enough: number; readonly resolve: () => void } | undefined;

  constructor(timing: Pick<Timing, 'soon' | 'elapsed_ms'>) {
    this.#timing = timing;
  }

  get length(): number {
    return this.#length;
  }

  /** Whether there is no room for one more command of a lane. */
  isFull(lane: string): boolean {
    return this.#length >= QUEUE_MAX || (this.#lanes.get(lane)?.length ?? 0) >= LANE_MAX;
  }

  all(): readonly Item[] {
    return [...this.#front, ...inOrder([...this.#lanes.values()].flat())];
  }

  push(item: Item): void {
    this.#number += 1;
    const waiting = { item, number: this.#number };
    const lane = this.#lanes.get(item.lane);
    if (lane === undefined) this.#lanes.set(item.lane, [waiting]);
    else lane.push(waiting);
    this.#length += 1;
    if (this.#length >= (this.#waiting?.enough ?? Infinity)) this.#waiting!.resolve();
  }

  /** Some that were taken out stand first again. */
  putBack(items: readonly Item[]): void {
    this.#front.unshift(...items);
    this.#length += items.length;
  }

  /** Takes out as many as one batch may have. */
  takeBatch(most = BATCH_COMMANDS_MAX): readonly Item[] {
    const first = this.#front.splice(0, most);
    const others: Waiting[] = [];
    const lines_max = this.#lanes.size > 1 ? SHARED_LINES_MAX : BATCH_LINES_MAX;
    let lines = first.reduce((sum, item) => sum + linesOf(item), 0);
    while (first.length + others.length < most && this.#lanes.size > 0) {
      const [name, lane] = this.#lanes.entries().next().value!;
      lines += linesOf(lane[0]!.item);
      if (first.length + others.length > 0 && lines > lines_max) break;
      others.push(lane.shift()!);
      if (lane.length > 0 && this.#lanes.size === 1) continue;
      this.#lanes.delete(name);
      if (lane.length > 0) this.#lanes.set(name, lane);
    }
    this.#length -= first.length + others.length;
    return [...first, ...inOrder(others)];
  }

  takeAll(): readonly Item[] {
    const all = this.all();
    this.#front.length = 0;
    this.#lanes.clear();
    this.#length = 0;
    return all;
  }

  /**
   * Lets in those whose requests are just being read, so that one fsync serves them too, but only
   * half of those who are about: while their events are made durable the other half is read, and
   * both threads have work. Ends when turns of the event loop no longer bring any.
   */
  async gather(): Promise<void> {
    const about = this.#gathered + this.length;
    const enough = Math.min(Math.ceil(about / 2), BATCH_COMMANDS_MAX);
    const end_ms = this.#timing.elapsed_ms() + GATHERING_MS_MAX;
    const isOver = () => quiet >= QUIET_TURNS_MAX || this.#timing.elapsed_ms() > end_ms;
    let quiet = 0;
    while (this.length < enough && !isOver()) {
      const before = this.length;
      await new Promise<void>((resolve) => {
        this.#waiting = { enough, resolve };
        this.#timing.soon(resolve);
      });
      quiet = this.length > before ? 0 : quiet + 1;
    }
    this.#waiting = undefined;
    this.#gathered = Math.min(this.length, BATCH_COMMANDS_MAX);
  }
}

function inOrder(waiting: Waiting[]): Item[] {
  return waiting.sort((one, other) => one.number - other.number).map(({ item }) => item);
}

/** How long a command is: the lines of a list, or one. */
function linesOf({ command: { ask } }: Item): number {
  if ('entries' in ask) return ask.entries.length;
  return 'visits' in ask ? ask.visits.length : 1;
}

/** In whose turn a command is taken: its organisation's, or that of an access without one. */
export function laneOf({ accesses }: Pick<Ledger, 'accesses'>, { by }: Command): string {
  return (by !== 'system' && accesses.get(by)?.organisation) || by;
}
