/** What requests took, in the figures that are told of it; in milliseconds. */
export type Latencies = {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
  readonly longest_ms: number;
};

export function latenciesOf(all_ms: readonly number[]): Latencies {
  const sorted = all_ms.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    ...{ p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999) },
    longest_ms: sorted.at(-1) ?? Number.NaN,
  };
}
