import { COMMAND_EVENTS_MAX } from '../../schemas/events/envelope.ts';
import type { NewCommand } from '../../schemas/commands.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { allocationsLapsed } from './allocation.ts';
import { enveloped } from './envelope.ts';
import { holdsDue } from './expiry.ts';
import type { Draft, Ledger } from './state.ts';

/**
 * What time alone brings about. It becomes facts at the beginning of a batch, before any command
 * of that batch is decided; no fold looks at a clock.
 * @returns the system's events, and whether there are more than one command may make
 */
export function dueEvents(
  state: Draft,
  now_ms: number,
  newCommand: () => NewCommand,
): { readonly events: readonly StreamEvent[]; readonly more: boolean } {
  const { facts, more } = factsDue(state, now_ms);
  if (facts.length === 0) return { events: [], more };
  const events = enveloped(
    {
      state,
      recordedAt_ms: now_ms,
      today: state.calendar(now_ms),
      command: { ...newCommand(), by: 'system' },
    },
    facts,
  );
  return { events, more };
}

/** Whether a batch now would begin with something of that kind. */
export function isDue(state: Ledger, now_ms: number): boolean {
  return factsDue(state, now_ms).facts.length > 0;
}

/**
 * Bookings that have expired, and the rests of funds that ended: once they are over, with the
 * first event of a day. Expiries alone do not make a day begin, for there may be more of them.
 */
function factsDue(state: Ledger, now_ms: number) {
  const holds = holdsDue(state, now_ms);
  const today = state.calendar(now_ms);
  if (holds.more || today === state.calendar(state.expiredTo_ms)) return holds;
  const facts = [...holds.facts, ...allocationsLapsed(state, today)];
  // What would be too many today is due again tomorrow.
  return { facts: facts.slice(0, COMMAND_EVENTS_MAX), more: false };
}
