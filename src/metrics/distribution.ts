/**
 * How values are spread over some ranges, in plain numbers, so that adding one costs next to
 * nothing. It becomes a histogram when somebody asks.
 */
export class Distribution {
  /** The upper end of each range, inclusive, rising; what is beyond the last is counted too. */
  readonly bounds: readonly number[];
  /** How many values are in each range alone, the last beyond every bound. */
  readonly counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  get sum(): number {
    return this.#sum;
  }

  add(value: number): void {
    let range = 0;
    while (range < this.bounds.length && value > this.bounds[range]!) range += 1;
    this.counts[range]! += 1;
    this.#sum += value;
  }
}
