/** Choices that look random and are the same at every run. */
export type Choices = {
  /** A whole number from 0, below a limit. */
  below(limit: number): number;
  chance(percent: number): boolean;
  pick<T>(list: readonly T[]): T;
};

/** Mulberry32, a small generator that is good enough to make up a network with. */
export function choicesFrom(seed: number): Choices {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick: (list) => list[below(list.length)]!,
  };
}
