import type { Follower } from './follower.ts';
import type { Ledger } from './state.ts';
import type { Stream } from './stream.ts';
import type { Timing } from './timing.ts';
import { WAIT_MAX_MS, type Turns } from './turns.ts';

export type TakingOptions = {
  readonly stream: Stream;
  readonly ledger: Readonly<Ledger>;
  readonly follower: Follower;
  readonly timing: Timing;
  /** Where others write to the stream too: when this instance may. */
  readonly turns: Turns | undefined;
  /** Whether there is something to be taken in, and it may be. */
  readonly hasNews: () => boolean;
};

/** How an instance comes to its turn to write. */
export class Taking {
  readonly #options: TakingOptions;
  #wake: (() => void) | undefined;

  constructor(options: TakingOptions) {
    this.#options = options;
  }

  /** There is something to be taken in. */
  heard(): void {
    this.#wake?.();
  }

  /**
   * Takes in what others have written, and waits until it is this instance's turn to write, though
   * not for long: the append itself is what decides who was first.
   * @param isWanted whether there is something to be written
   * @throws UnreadableEventError, and what else the follower throws
   */
  async turn(isWanted: () => boolean): Promise<void> {
    const { turns, timing, ledger, follower, hasNews } = this.#options;
    const until_ms = timing.elapsed_ms() + WAIT_MAX_MS;
    let sureTo = -1;
    for (;;) {
      if (hasNews() && (await follower.takeIn()) > 0) {
        turns?.heard(ledger.revision, ledger.recordedAt_ms);
      }
      if (turns === undefined || !isWanted()) return;
      const left_ms = until_ms - timing.elapsed_ms();
      // What came while the last of it was being read has woken nobody.
      if (left_ms > 0 && hasNews()) continue;
      const pause_ms = Math.min(turns.pause_ms(), left_ms);
      if (pause_ms > 0) await this.#heardOrAfter(pause_ms);
      else if (left_ms <= 0 || !turns.areShared || ledger.revision <= sureTo) return;
      else sureTo = await this.#end(turns, left_ms);
    }
  }

  /**
   * Up to where there is something to be heard: others' last batch may be heard in part only, and
   * whoever decides on that decides in vain.
   */
  async #end(turns: Turns, patience_ms: number): Promise<number> {
    const { stream, ledger, timing } = this.#options;
    const { revision } = ledger;
    const tooLate = new Promise<undefined>((resolve) => {
      timing.later(() => resolve(undefined), patience_ms);
    });
    const end = Math.max(revision, (await Promise.race([stream.end?.(), tooLate])) ?? revision);
    if (end > ledger.revision) turns.endsAt(end);
    return end;
  }

  #heardOrAfter(pause_ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
      this.#options.timing.later(resolve, pause_ms);
    });
  }
}
