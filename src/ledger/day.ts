import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { addDays, milliseconds, type Day } from '../../schemas/time.ts';
import type { Context } from './context.ts';

/** How far ahead a till's clock may be before its time is no longer taken for now. */
const AHEAD_MS = 2 * 60_000;

type Judged = { readonly occurredOn: Day } | { readonly refusal: Refusal };

/** The day of an instant that a client gave; without one, today. */
export function dayGiven(context: Context, occurredAt: string | undefined, days: number): Judged {
  const { state, recordedAt_ms, today } = context;
  if (occurredAt === undefined) return { occurredOn: today };
  const given_ms = milliseconds(occurredAt);
  if (given_ms > recordedAt_ms + AHEAD_MS) {
    return { refusal: refuse('occurred_in_future', { day: occurredAt, today }) };
  }
  return withinDays(context, state.calendar(Math.min(given_ms, recordedAt_ms)), days);
}

/** Whether a day has been, and not longer ago than the rules allow. */
export function withinDays({ today }: Context, day: Day, days: number): Judged {
  if (day > today) return { refusal: refuse('occurred_in_future', { day, today }) };
  if (day < addDays(today, -days)) return { refusal: refuse('too_long_ago', { day, days }) };
  return { occurredOn: day };
}
