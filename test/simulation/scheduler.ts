import type { Timing } from '../../src/ledger/timing.ts';
import type { Choices } from '../../scripts/demo/random.ts';

/** Whatever is under way in a process ends with it, and waits while it stands still. */
export type Owner = { readonly alive: boolean; readonly pausedTo_ms?: number };

type Task = {
  readonly at_ms: number;
  readonly number: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
};

/**
 * The simulated time. Everything that waits, waits here, so that the seed alone says what comes
 * after what. Between two tasks all promises that the first one settled are followed to their end.
 */
export class Scheduler {
  /** Milliseconds since the beginning, with fractions. */
  now_ms = 0;
  readonly #choices: Choices;
  readonly #tasks: Task[] = [];
  #count = 0;

  constructor(choices: Choices) {
    this.#choices = choices;
  }

  /** @param owner without whom the task is dropped */
  after(delay_ms: number, run: () => void, owner?: Owner): void {
    const task = { at_ms: this.now_ms + delay_ms, number: (this.#count += 1), run, owner };
    let place = this.#tasks.length;
    while (place > 0 && isBefore(task, this.#tasks[place - 1]!)) place -= 1;
    this.#tasks.splice(place, 0, task);
  }

  /** A time to wait, of which the dice say how much. */
  between(least_ms: number, most_ms: number): number {
    return least_ms + ((most_ms - least_ms) * this.#choices.below(1000)) / 1000;
  }

  async wait(delay_ms: number, owner?: Owner): Promise<void> {
    await new Promise<void>((resolve) => this.after(delay_ms, resolve, owner));
  }

  /** The event loop and the timers of one process. */
  timing(owner: Owner): Timing {
    return {
      soon: (go) => this.after(this.between(0.01, 0.2), go, owner),
      later: (go, after_ms) => this.after(after_ms + this.between(0, 2), go, owner),
      elapsed_ms: () => this.now_ms,
    };
  }

  /**
   * Goes from task to task until something is so.
   * @throws Error where nothing is left to do before that
   */
  async until(isSo: () => boolean): Promise<void> {
    // What was asked for before this may not have come to what it waits for.
    await allFollowed();
    while (!isSo()) {
      const task = this.#tasks.shift();
      if (task === undefined) throw new Error('nothing is left to do, and all is waiting');
      if (task.owner?.alive === false) continue;
      this.now_ms = task.at_ms;
      const { pausedTo_ms = 0 } = task.owner ?? {};
      if (pausedTo_ms > this.now_ms) {
        this.after(pausedTo_ms - this.now_ms, task.run, task.owner);
        continue;
      }
      task.run();
      await allFollowed();
    }
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at_ms < b.at_ms || (a.at_ms === b.at_ms && a.number < b.number);
}

/**
 * Waits until no promise has anything left to do: only then does Node come to what was asked of it
 * here. Nothing under test waits for anything but promises, so this reads no clock.
 */
function allFollowed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
