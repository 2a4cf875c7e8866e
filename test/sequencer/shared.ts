import type { Journal, Watcher } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import type { Scheduler } from '../simulation/scheduler.ts';

/** How far away a stream is: each of these, and up to as much again by half. */
export type Distance = {
  /** From an append to its effect, and as long again to its answer. */
  readonly way_ms: number;
  /** From an effect to those who listen. */
  readonly lag_ms: number;
};

/** By how much the rest of what was written at once may be heard later than its beginning. */
const PIECE_MS = 1;

/** One stream that several instances write to from afar, each with a mirror of its own. */
export class SharedStream {
  readonly lines: string[] = [];
  readonly #scheduler: Scheduler;
  readonly #distance: Distance;
  readonly #heard: ((first: number, last: number) => void)[] = [];
  readonly #server: Journal;
  batches = 0;
  conflicts = 0;

  constructor(scheduler: Scheduler, distance: Distance) {
    this.#scheduler = scheduler;
    this.#distance = distance;
    this.#server = memoryJournal(this.lines);
  }

  /** The stream as one instance sees it. */
  journal(): Journal {
    const mirror = memoryJournal();
    let watcher: Watcher | undefined;
    const take = (revision: number) => {
      mirror.lines.push(...this.lines.slice(mirror.lines.length, revision + 1));
    };
    let heardTo_ms = 0;
    const hear = (revision: number, lag_ms: number) => {
      // In the order in which it was written, as a subscription gives it.
      heardTo_ms = Math.max(heardTo_ms, this.#scheduler.now_ms + lag_ms);
      this.#scheduler.after(heardTo_ms - this.#scheduler.now_ms, () => {
        if (revision < mirror.lines.length) return;
        take(revision);
        watcher?.grown(revision);
      });
    };
    this.#heard.push((first, last) => {
      const lag_ms = this.#some(this.#distance.lag_ms);
      const middle = first + Math.floor((last - first) * this.#scheduler.between(0, 1));
      hear(middle, lag_ms);
      hear(last, lag_ms + this.#scheduler.between(0, PIECE_MS));
    });
    return {
      ...mirror,
      append: async (lines, expectedRevision) => {
        await this.#scheduler.wait(this.#some(this.#distance.way_ms));
        const appended = await this.#server.append(lines, expectedRevision);
        if (appended.outcome === 'conflict') this.conflicts += 1;
        const end = this.lines.length - 1;
        if (lines.length > 0 && appended.outcome === 'written') {
          this.batches += 1;
          for (const heard of this.#heard) heard(end - lines.length + 1, end);
        }
        await this.#scheduler.wait(this.#some(this.#distance.way_ms));
        if (appended.outcome === 'written') take(end);
        while (mirror.lines.length === expectedRevision + 1) await this.#scheduler.wait(0.2);
        return appended;
      },
      watch: (one) => void (watcher = one),
      end: async () => {
        await this.#scheduler.wait(this.#some(this.#distance.way_ms));
        const end = this.lines.length - 1;
        await this.#scheduler.wait(this.#some(this.#distance.way_ms));
        return end;
      },
    };
  }

  #some(most_ms: number): number {
    return this.#scheduler.between(most_ms, most_ms * 1.5);
  }
}
