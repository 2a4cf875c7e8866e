import type { ResolvedEvent } from '@eventstore/db-client';

const PAGE_EVENTS = 500;
const WAITING_EVENTS_MAX = 5_000;

export type InboxOptions = {
  /** Takes some events in a row. */
  readonly take: (events: readonly ResolvedEvent[]) => Promise<void>;
  readonly failed: (error: unknown) => void;
};

/** What a subscription delivers, message by message, until it is taken page by page. */
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
    const { take, failed } = this.#options;
    try {
      while (this.#events.length > 0) {
        // More may come in this turn of the event loop, and is taken with it.
        await new Promise((resolve) => setImmediate(resolve));
        await take(this.#events.splice(0, PAGE_EVENTS));
      }
    } catch (error) {
      this.#events = [];
      failed(error);
    }
    this.#emptying = undefined;
  }
}
