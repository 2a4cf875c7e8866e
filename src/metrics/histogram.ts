import { Histogram, type Registry } from 'prom-client';
import type { Distribution } from './distribution.ts';

type Labels = Readonly<Record<string, string>>;

/** A distribution with the labels that it is shown under. */
export type Labelled = { readonly labels: Labels; readonly distribution: Distribution };

/** A histogram of prom-client that is made of plain distributions when it is asked for. */
export class PlainHistogram extends Histogram {
  readonly #shown: { readonly name: string; readonly help: string };
  readonly #read: () => readonly Labelled[];

  constructor(
    registry: Registry,
    shown: { readonly name: string; readonly help: string },
    read: () => readonly Labelled[],
  ) {
    super({ ...shown, registers: [registry] });
    this.#shown = shown;
    this.#read = read;
  }

  /** What a registry asks for when it writes its text. */
  async getForPromString() {
    const { name } = this.#shown;
    const values = this.#read().flatMap(({ labels, distribution }) => {
      const { bounds, counts, sum } = distribution;
      let count = 0;
      const buckets = counts.map((inRange, range) => {
        count += inRange;
        const le = bounds[range] ?? '+Inf';
        return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { ...this.#shown, type: 'histogram', values };
  }
}
