import type { ResolvedEvent } from '@eventstore/db-client';

const PAGE_EVENTS = 500;
const WAITING_EVENTS_MAX = 5_000;

export type InboxOptions = {
  /** Takes some events in a row; says whether there is news among them. */
  readonly take: (events: readonly ResolvedEvent[]) => Promise<boolean>;
  /** Told that news was taken, once nothing more comes, or a page of it was taken. */
  readonly tell: () => void;
  readonly failed: (error: unknown) => void;
};

/**
 * What a subscription delivers, message by message, until it is taken. What was written at once is
 * told of at once, as far as it comes in one go: whoever hears of half of it acts in vain.
 */
export class Inbox {
  readonly #options: InboxOptions;
  #events: ResolvedEvent[] = [];
  #emptying: Promise<void> | undefined;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Resolves once nothing is being taken. */
  get empty(): Promise<void> | undefined {
    return this.#emptying;
  }

  /** @returns what to wait for, where more has come than is taken */
  add(event: ResolvedEvent): Promise<void> | undefined {
    this.#events.push(event);
    this.#emptying ??= this.#takeAll();
    return this.#events.length < WAITING_EVENTS_MAX ? undefined : this.#emptying;
  }

  async #takeAll(): Promise<void> {
    const { take, tell, failed } = this.#options;
    let untold = 0;
    let isNews = false;
    try {
      for (;;) {
        // In this turn of the event loop more may come of what was written with it.
        await new Promise((resolve) => setImmediate(resolve));
        const events = this.#events.splice(0, PAGE_EVENTS);
        if (events.length > 0) {
          isNews = (await take(events)) || isNews;
          untold += events.length;
        }
        if (isNews && (events.length === 0 || untold >= PAGE_EVENTS)) {
          tell();
          untold = 0;
          isNews = false;
        }
        if (events.length === 0) break;
      }
    } catch (error) {
      this.#events = [];
      if (isNews) tell();
      failed(error);
    }
    this.#emptying = undefined;
  }
}
