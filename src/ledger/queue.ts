import type { Item } from './round.ts';
import type { Timing } from './timing.ts';

const QUEUE_MAX = 10_000;
const BATCH_COMMANDS_MAX = 512;
const QUIET_TURNS_MAX = 16;

/** The commands that wait, in the order in which they came. */
export class Queue {
  readonly #timing: Pick<Timing, 'soon'>;
  #items: Item[] = [];
  #gathered = 0;
  #waiting: { readonly enough: number; readonly resolve: () => void } | undefined;

  constructor(timing: Pick<Timing, 'soon'>) {
    this.#timing = timing;
  }

  get length(): number {
    return this.#items.length;
  }

  get isFull(): boolean {
    return this.#items.length >= QUEUE_MAX;
  }

  all(): readonly Item[] {
    return this.#items;
  }

  push(item: Item): void {
    this.#items.push(item);
    if (this.#items.length >= (this.#waiting?.enough ?? Infinity)) this.#waiting!.resolve();
  }

  /** Some that were taken out stand first again. */
  putBack(items: readonly Item[]): void {
    this.#items.unshift(...items);
  }

  /** Takes out as many as one batch may have. */
  takeBatch(most = BATCH_COMMANDS_MAX): readonly Item[] {
    return this.#items.splice(0, most);
  }

  takeAll(): readonly Item[] {
    return this.#items.splice(0);
  }

  /**
   * Lets in those whose requests are just being read, so that one fsync serves them too, but only
   * half of those who are about: while their events are made durable the other half is read, and
   * both threads have work. Ends when turns of the event loop no longer bring any.
   */
  async gather(): Promise<void> {
    const about = this.#gathered + this.length;
    const enough = Math.min(Math.ceil(about / 2), BATCH_COMMANDS_MAX);
    let quiet = 0;
    while (this.length < enough && quiet < QUIET_TURNS_MAX) {
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
