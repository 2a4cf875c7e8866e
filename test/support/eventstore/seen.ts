import type { Method } from './faults.ts';

/** A call that arrived, whatever became of it. */
export type Call = {
  readonly method: Method;
  readonly stream: string;
  /** Whether `requires-leader: true` came with it; on the batch path, with its stream. */
  readonly requiresLeader: boolean;
  /** Of an append: over which path, and how many events. */
  readonly path?: 'batch' | 'unary';
  readonly events?: number;
};

type Waiting = { readonly method: Method; readonly count: number; readonly resolve: () => void };

const CALLS_MAX = 10_000;

/** What the stand-in saw, so that tests can ask. */
export class Seen {
  /** The last 10,000 calls, in the order in which they came. */
  calls: Call[] = [];
  /** How many streams for batches were opened. */
  batchStreams = 0;
  #counts = new Map<Method, number>();
  #waiting: Waiting[] = [];

  /** How many calls of a method came. */
  count(method: Method): number {
    return this.#counts.get(method) ?? 0;
  }

  /** The calls about streams that came without `requires-leader: true`. */
  withoutLeader(): readonly Call[] {
    return this.calls.filter(({ requiresLeader, stream }) => !requiresLeader && stream !== '');
  }

  /** Resolves once so many calls of a method have come, since the start or the last `clear`. */
  until(method: Method, count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.count(method) >= count) resolve();
      else this.#waiting.push({ method, count, resolve });
    });
  }

  clear(): void {
    this.calls = [];
    this.batchStreams = 0;
    this.#counts.clear();
  }

  add(call: Call): void {
    this.calls.push(call);
    if (this.calls.length > 2 * CALLS_MAX) this.calls = this.calls.slice(-CALLS_MAX);
    const count = this.count(call.method) + 1;
    this.#counts.set(call.method, count);
    this.#waiting = this.#waiting.filter((waiting) => {
      if (waiting.method !== call.method || waiting.count > count) return true;
      waiting.resolve();
      return false;
    });
  }
}
