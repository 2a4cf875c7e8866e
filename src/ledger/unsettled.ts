import type { Hundredths } from '../../schemas/amounts.ts';
import type { Account } from '../../schemas/ids.ts';
import type { Day } from '../../schemas/time.ts';
import type { Ledger } from './state.ts';

/**
 * What was recorded for a till on one day and is not settled, with the day before it that has any:
 * one small object for each till and day, and a new head for each entry, so that a draft shares
 * all the rest with what is published. `SETTLED` ends the chain.
 */
export type Unsettled =
  | {
      readonly day: Day;
      readonly firstRevision: number;
      readonly lastRevision: number;
      readonly amount: Hundredths;
      readonly before: Unsettled;
    }
  | typeof SETTLED;

const SETTLED = 'settled';

/** Takes in an entry of a till at the revision and time that the state has come to. */
export function addUnsettled(state: Ledger, till: Account, amount: Hundredths): void {
  const { revision } = state;
  const day = state.calendar(state.recordedAt_ms);
  const head = state.unsettled.get(till) ?? SETTLED;
  const next =
    head !== SETTLED && head.day === day
      ? { ...head, lastRevision: revision, amount: head.amount + amount }
      : { day, firstRevision: revision, lastRevision: revision, amount, before: head };
  state.unsettled.set(till, next);
}

/** All that was recorded for a till up to a day, inclusive, and is not settled, if there is any. */
export function unsettledOn(
  state: Ledger,
  till: Account,
  to: Day,
): Omit<Exclude<Unsettled, string>, 'day' | 'before'> | undefined {
  let at = state.unsettled.get(till) ?? SETTLED;
  while (at !== SETTLED && at.day > to) at = at.before;
  if (at === SETTLED) return undefined;
  const { lastRevision } = at;
  let { firstRevision } = at;
  let amount = 0;
  for (; at !== SETTLED; at = at.before) {
    firstRevision = at.firstRevision;
    amount += at.amount;
  }
  return { firstRevision, lastRevision, amount };
}

/** Drops the days of a till up to a revision, which were settled. */
export function settledUpTo(state: Ledger, till: Account, lastRevision: number): void {
  const open = [];
  let at = state.unsettled.get(till) ?? SETTLED;
  for (; at !== SETTLED && at.lastRevision > lastRevision; at = at.before) open.push(at);
  const rest = open.reduceRight<Unsettled>((before, day) => ({ ...day, before }), SETTLED);
  state.unsettled.set(till, rest);
}
