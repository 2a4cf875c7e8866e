import type { AccessId } from '../../schemas/ids.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { stop } from './problems.ts';

const UNKNOWN_MAX = 10;
const WINDOW_MS = 60_000;

/** Stops an access from guessing card numbers: ten unknown ones in a minute, and it waits. */
export class UnknownCards {
  readonly #now_ms: () => number;
  readonly #seen = new Map<AccessId, { count: number; readonly until_ms: number }>();

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
  }

  /** Refuses a call of an access that has tried too many. */
  check(access: AccessId): void {
    const seen = this.#seen.get(access);
    if (seen === undefined) return;
    if (this.#now_ms() >= seen.until_ms) this.#seen.delete(access);
    else if (seen.count >= UNKNOWN_MAX) stop('too_many_unknown_cards', { limit: UNKNOWN_MAX });
  }

  /** Counts the unknown cards that a refusal tells of. */
  note(access: AccessId, { code, errors = [] }: Refusal): void {
    const unknown = [code, ...errors.map((error) => error.code)].filter(
      (one) => one === 'card_unknown',
    ).length;
    if (unknown === 0) return;
    const seen = this.#seen.get(access) ?? { count: 0, until_ms: this.#now_ms() + WINDOW_MS };
    seen.count += unknown;
    this.#seen.set(access, seen);
  }
}
