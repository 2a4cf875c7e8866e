/** How a sequencer lets others have their turn, and lets time pass. */
export type Timing = {
  /** After this turn of the event loop. */
  readonly soon: (go: () => void) => void;
  readonly later: (go: () => void, after_ms: number) => void;
  /** How much time has passed since some moment; unlike a clock's it never jumps. */
  readonly elapsed_ms: () => number;
};

/** The event loop and the timers of the process. */
export const EVENT_LOOP: Timing = {
  soon: (go) => void setImmediate(go),
  later: (go, after_ms) => void setTimeout(go, after_ms),
  elapsed_ms: () => performance.now(),
};
