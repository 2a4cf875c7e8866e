import type { Accepted } from './accepted.ts';
import type { Finding } from './invariant.ts';

/** Of each rule so many breaches are kept, the first ones; the others are counted. */
export const KEPT_MAX = 1000;

/** A breach that somebody looked into before, and why it is accepted. */
export type AcceptedFinding = Finding & { readonly reason: string };

/** All that does not hold along a stream, apart from what is accepted. */
export class Findings {
  readonly kept: Finding[] = [];
  readonly accepted: AcceptedFinding[] = [];
  readonly #known: Accepted | undefined;
  readonly #counts = new Map<string, number>();

  constructor(known?: Accepted) {
    this.#known = known;
  }

  add(finding: Finding): void {
    const reason = this.#known?.reasonFor(finding);
    if (reason !== undefined) {
      this.accepted.push({ ...finding, reason });
      return;
    }
    const count = this.countOf(finding.invariant) + 1;
    this.#counts.set(finding.invariant, count);
    if (count <= KEPT_MAX) this.kept.push(finding);
  }

  /** How many breaches of a rule there are that nobody accepted. */
  countOf(rule: string): number {
    return this.#counts.get(rule) ?? 0;
  }
}
