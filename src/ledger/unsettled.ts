import type { Hundredths } from '../../schemas/amounts.ts';
import type { Account } from '../../schemas/ids.ts';
import type { Day } from '../../schemas/time.ts';
import type { Ledger } from './state.ts';

/**
 * What was recorded for a till on one day and is not settled, with the day before it that has any:
 * one small object for each till and day, and a new head for each entry, so that a draft shares
 * all the rest with what is published. `SETTLED` ends the chain.
 */
export type Unsettled = (UnsettledDay & { readonly before: Unsettled }) | typeof SETTLED;
export type UnsettledDay = {
  readonly day: Day;
  readonly firstRevision: number;
  readonly lastRevision: number;
  readonly amount: Hundredths;
};

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
): Omit<UnsettledDay, 'day'> | undefined {
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
  const days = daysOf(state.unsettled.get(till) ?? SETTLED);
  const settled = days.findIndex((day) => day.lastRevision <= lastRevision);
  state.unsettled.set(till, ofDays(settled < 0 ? days : days.slice(0, settled)));
}

/** The days of a chain, the newest first. */
export function daysOf(head: Unsettled): UnsettledDay[] {
  const days: UnsettledDay[] = [];
  for (let at = head; at !== SETTLED; at = at.before) {
    const { before: _, ...day } = at;
    days.push(day);
  }
  return days;
}

/** The chain of some days, the newest first. */
export function ofDays(days: readonly UnsettledDay[]): Unsettled {
  return days.reduceRight<Unsettled>((before, day) => ({ ...day, before }), SETTLED);
}
