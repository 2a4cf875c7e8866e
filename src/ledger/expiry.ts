import { credits } from '../../schemas/amounts.ts';
import { COMMAND_EVENTS_MAX } from '../../schemas/events/envelope.ts';
import type { Fact } from './context.ts';
import type { Hold, Ledger } from './state.ts';

/**
 * When bookings expire. They are listed by the minute, so that a batch looks at few of them; a
 * booking that ended in another way stays listed until its minute has passed.
 */

const MINUTE_MS = 60_000;
/** Up to a day's, each minute is looked at. */
const MINUTES_EACH = 1_440;

/**
 * The bookings that have expired by a time, minute by minute, at most a thousand.
 * @returns their facts, and whether there are more
 */
export function holdsDue(
  state: Ledger,
  now_ms: number,
): { readonly facts: readonly Fact[]; readonly more: boolean } {
  const due: Hold[] = [];
  if (nothingHeld(state)) return { facts: [], more: false };
  for (const minute of minutesIn(state, minuteOf(state.expiredTo_ms), minuteOf(now_ms) + 1)) {
    if (due.length > COMMAND_EVENTS_MAX) break;
    for (let one = state.dueHolds.get(minute); one !== undefined; one = one.others) {
      const hold = state.holds.get(one.hold);
      if (hold !== undefined && hold.expiresAt_ms <= now_ms) due.push(hold);
    }
  }
  const facts = due.slice(0, COMMAND_EVENTS_MAX).map(({ account, amount, id, venueId }): Fact => {
    const data = { account, held: credits(amount), holdId: id };
    const { organisation } = state.venues.get(venueId)!;
    return { type: 'HoldExpired', data, organisation };
  });
  return { facts, more: due.length > COMMAND_EVENTS_MAX };
}

/** Most of the time, so that a ledger that was idle for long is not searched for nothing. */
function nothingHeld({ held }: Ledger): boolean {
  return held.entries()[Symbol.iterator]().next().done === true;
}

/** The minutes from one to before another, or after a long rest those in which any expire. */
function minutesIn({ dueHolds }: Ledger, from: number, to: number): number[] {
  if (from >= to) return [];
  if (to - from <= MINUTES_EACH) return Array.from({ length: to - from }, (_, at) => from + at);
  const listed = Array.from(dueHolds.entries(), ([minute]) => minute);
  return listed.filter((minute) => minute >= from && minute < to).toSorted((a, b) => a - b);
}

function minuteOf(time_ms: number): number {
  return Math.floor(time_ms / MINUTE_MS);
}

/** After an event of this time no booking that expired before it is open. */
export function expiredTo(state: Ledger, time_ms: number): void {
  const from_ms = state.revision === 0 ? time_ms : state.expiredTo_ms;
  for (const minute of minutesIn(state, minuteOf(from_ms), minuteOf(time_ms))) {
    if (state.dueHolds.get(minute) !== undefined) state.dueHolds.delete(minute);
  }
  state.expiredTo_ms = time_ms;
}

/** Remembers when a booking that was just made expires. */
export function addDue(state: Ledger, revision: number, expiresAt_ms: number): void {
  const minute = minuteOf(expiresAt_ms);
  state.dueHolds.set(minute, { hold: revision, others: state.dueHolds.get(minute) });
}
