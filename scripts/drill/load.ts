import { setTimeout as elapsed } from 'node:timers/promises';
import type { Choices } from '../demo/random.ts';
import type { Cluster } from './cluster.ts';
import { send, type Write } from './write.ts';

const CALLERS = 8;
/** How soon a caller asks again who was told nothing. */
const AGAIN_MS = 100;
/** Longer than any day of the drills; who is undecided by then is told of as a loss. */
const DECIDED_MS = 60_000;

export type Load = {
  /** All that was asked, each sent again, to any instance, until it was decided. */
  readonly done: Promise<readonly Write[]>;
  /** Resolves once so many are decided. */
  reached(count: number): Promise<void>;
  /** The longest that one write was undecided by now. */
  readonly longest_ms: number;
};

/**
 * Sends writes from several callers at once, each write to an instance that chance picks.
 * @param next makes the write of a number, or nothing once there are enough
 */
export function load(
  cluster: Cluster,
  choices: Choices,
  next: (number: number) => Write | undefined,
): Load {
  const writes: Write[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let decided = 0;
  let longest_ms = 0;
  const call = async () => {
    for (;;) {
      const write = next(writes.length);
      if (write === undefined) return;
      writes.push(write);
      const since_ms = performance.now();
      while ((await send(choices.pick(cluster.instances).admin, write)) === 'undecided') {
        if (performance.now() - since_ms > DECIDED_MS) break;
        await elapsed(AGAIN_MS);
      }
      longest_ms = Math.max(longest_ms, performance.now() - since_ms);
      decided += 1;
      for (const { count, resolve } of waiting) if (count <= decided) resolve();
    }
  };
  return {
    done: Promise.all(Array.from({ length: CALLERS }, call)).then(() => writes),
    reached: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        if (count <= decided) resolve();
      }),
    get longest_ms() {
      return longest_ms;
    },
  };
}
