import type { ResolvedEvent } from '@eventstore/db-client';

const PAGE_EVENTS = 500;
const WAITING_EVENTS_MAX = 5_000;
const UNTOLD_MS = 20;

export type InboxOptions = {
  /** Takes some events in a row; says whether there is news among them. */
  readonly take: (events: readonly ResolvedEvent[]) => Promise<boolean>;
  /** Told that news was taken: once nothing more comes, but soon even if more comes on and on. */
  readonly tell: () => void;
  readonly now_ms: () => number;
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
    const { take, tell, now_ms, failed } = this.#options;
    let newsSince_ms: number | undefined;
    try {
      for (;;) {
        // In this turn of the event loop more may come of what was written with it.
        await new Promise((resolve) => setImmediate(resolve));
        const events = this.#events.splice(0, PAGE_EVENTS);
        const begun_ms = now_ms();
        if (events.length > 0 && (await take(events))) newsSince_ms ??= begun_ms;
        const isLate = newsSince_ms !== undefined && now_ms() - newsSince_ms >= UNTOLD_MS;
        if (newsSince_ms !== undefined && (events.length === 0 || isLate)) {
          tell();
          newsSince_ms = undefined;
        }
        if (events.length === 0) break;
      }
    } catch (error) {
      this.#events = [];
      if (newsSince_ms !== undefined) tell();
      failed(error);
    }
    this.#emptying = undefined;
  }
}
