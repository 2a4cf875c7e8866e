import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { addDays, milliseconds, type Day } from '../../schemas/time.ts';
import type { Context } from './context.ts';

/** How far ahead a till's clock may be before its time is no longer taken for now. */
export const CLOCK_AHEAD_MS = 2 * 60_000;

type Judged = { readonly occurredOn: Day } | { readonly refusal: Refusal };
type Timed =
  { readonly occurredOn: Day; readonly occurred_ms: number } | { readonly refusal: Refusal };

/** The instant that a client gave, and its day; without one, now. */
export function timeGiven(context: Context, occurredAt: string | undefined, days: number): Timed {
  const { state, recordedAt_ms, today } = context;
  if (occurredAt === undefined) return { occurredOn: today, occurred_ms: recordedAt_ms };
  const given_ms = milliseconds(occurredAt);
  if (given_ms > recordedAt_ms + CLOCK_AHEAD_MS) {
    return { refusal: refuse('occurred_in_future', { day: occurredAt, today }) };
  }
  const occurred_ms = Math.min(given_ms, recordedAt_ms);
  const judged = withinDays(context, state.calendar(occurred_ms), days);
  return 'refusal' in judged ? judged : { ...judged, occurred_ms };
}

/** Whether a day has been, and not longer ago than the rules allow. */
export function withinDays({ today }: Context, day: Day, days: number): Judged {
  if (day > today) return { refusal: refuse('occurred_in_future', { day, today }) };
  if (day < addDays(today, -days)) return { refusal: refuse('too_long_ago', { day, days }) };
  return { occurredOn: day };
}
