/** How the journal tells durations, and lets time pass. */
export type Time = {
  /** Any clock that never goes back; only differences count. */
  readonly now_ms: () => number;
  /** Calls later, unless what it gives back is called first. */
  readonly later: (go: () => void, after_ms: number) => () => void;
};

/** The machine's own. */
export const MACHINE_TIME: Time = {
  now_ms: () => performance.now(),
  later: (go, after_ms) => {
    const timer = setTimeout(go, after_ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves later. */
export function elapsed(time: Time, after_ms: number): Promise<void> {
  return new Promise((resolve) => void time.later(resolve, after_ms));
}

/** Nothing came within the time that was allowed; what was asked for may still be done. */
export class TimedOutError extends Error {
  override readonly name = 'TimedOutError';

  constructor(limit_ms: number) {
    super(`no answer within ${limit_ms / 1000} s`);
  }
}

/**
 * What a promise comes to, if it comes in time.
 * @throws TimedOutError; what the promise comes to afterwards is nobody's concern
 */
export function within<T>(time: Time, limit_ms: number, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = time.later(() => reject(new TimedOutError(limit_ms)), limit_ms);
    asked.then(resolve, reject).finally(cancel);
  });
}

const WAIT_MIN_MS = 50;
const WAIT_MAX_MS = 1_000;

/**
 * A random wait, between half and all of a time that doubles with each failure: instances that
 * failed together do not try again together.
 */
export function growingWait_ms(failures: number, random: (bytes: number) => Uint8Array): number {
  const longest_ms = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** failures);
  const [byte] = random(1);
  return longest_ms * (0.5 + byte! / 512);
}

/** Waits that are all over at once when whoever waits comes to an end. */
export class Pauses {
  readonly #time: Time;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(time: Time) {
    this.#time = time;
  }

  pause(for_ms: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = () => {
        cancel();
        this.#waiting.delete(resume);
        resolve();
      };
      const cancel = this.#time.later(resume, for_ms);
      this.#waiting.add(resume);
    });
  }

  end(): void {
    this.#ended = true;
    for (const resume of [...this.#waiting]) resume();
  }
}
