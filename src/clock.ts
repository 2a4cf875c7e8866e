/** Networks whose names begin like this are played, not lived in: their time may be moved. */
const PLAYED = 'demo';

export function isPlayed(network: string): boolean {
  return network.startsWith(PLAYED);
}

/** A clock that can be set to a later time, from which it runs on at its ordinary pace. */
export type MovableClock = {
  readonly now_ms: () => number;
  readonly moveClock: (to_ms: number) => void;
};

/** @param start_ms what it shows at first; left out: what the other clock shows */
export function movableClock(real_ms: () => number, start_ms?: number): MovableClock {
  let ahead_ms = start_ms === undefined ? 0 : start_ms - real_ms();
  return {
    now_ms: () => real_ms() + ahead_ms,
    moveClock: (to_ms) => {
      ahead_ms = to_ms - real_ms();
    },
  };
}
