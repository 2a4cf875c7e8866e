import { KINDS, OUTCOMES, type Kind, type Sent } from './published.ts';

type Outcome = Sent['outcome'];

/** What came of publishing since the start, in plain numbers that name nobody. */
export class Publications {
  /** How many attempts, by kind of place and outcome. */
  readonly count = Object.fromEntries(
    KINDS.map((kind) => [kind, Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]))]),
  ) as Record<Kind, Record<Outcome, number>>;
  readonly #failing = new Map<string, Outcome>();

  /** At how many places the last attempt failed. */
  get failing(): number {
    return this.#failing.size;
  }

  /** Counts an attempt, and says whether it is news: that one fails now, or no longer does. */
  take({ kind, name, outcome, why }: Sent): 'failing' | 'mended' | undefined {
    this.count[kind][outcome] += 1;
    const place = `${kind} ${name}`;
    const before = this.#failing.get(place);
    if (why === undefined) {
      this.#failing.delete(place);
      return before === undefined ? undefined : 'mended';
    }
    this.#failing.set(place, outcome);
    return before === outcome ? undefined : 'failing';
  }
}
