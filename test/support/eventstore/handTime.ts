import { setImmediate as turn } from 'node:timers/promises';
import type { Time } from '../../../src/journal/eventstore/time.ts';

/** Time that passes only when a test lets it. */
export type HandTime = Time & {
  /** Lets so much time pass at once. */
  pass(time_ms: number): void;
  /** Lets time pass, a little with each turn of the event loop, until a promise is settled. */
  until<T>(settled: Promise<T>): Promise<T>;
  /** Lets time pass likewise until something holds. */
  untilHolds(holds: () => boolean): Promise<void>;
};

type Waiting = { readonly at_ms: number; readonly go: () => void };

const STEP_MS = 10;

export function handTime(): HandTime {
  let now_ms = 0;
  const waiting = new Set<Waiting>();
  const nextUntil = (until_ms: number) =>
    [...waiting]
      .filter(({ at_ms }) => at_ms <= until_ms)
      .sort((one, other) => one.at_ms - other.at_ms)[0];
  const pass = (time_ms: number) => {
    const until_ms = now_ms + time_ms;
    for (let due = nextUntil(until_ms); due !== undefined; due = nextUntil(until_ms)) {
      waiting.delete(due);
      now_ms = Math.max(now_ms, due.at_ms);
      due.go();
    }
    now_ms = until_ms;
  };
  const untilHolds = async (holds: () => boolean) => {
    while (!holds()) {
      await turn();
      pass(STEP_MS);
    }
  };
  return {
    now_ms: () => now_ms,
    later: (go, after_ms) => {
      const added = { at_ms: now_ms + after_ms, go };
      waiting.add(added);
      return () => waiting.delete(added);
    },
    pass,
    untilHolds,
    async until(settled) {
      let over = false;
      const end = () => (over = true);
      settled.then(end, end);
      await untilHolds(() => over);
      return settled;
    },
  };
}
