import type { StreamEvent } from '../../schemas/events/index.ts';
import type { CommandId } from '../../schemas/ids.ts';
import { enveloped } from './envelope.ts';
import { holdsDue } from './hold.ts';
import type { Draft, Ledger } from './state.ts';

/**
 * What time alone brings about. It becomes facts at the beginning of a batch, before any command
 * of that batch is decided; no fold looks at a clock.
 * @returns the system's events, and whether there are more than one command may make
 */
export function dueEvents(
  state: Draft,
  now_ms: number,
  id: CommandId,
): { readonly events: readonly StreamEvent[]; readonly more: boolean } {
  const { facts, more } = holdsDue(state, now_ms);
  const events = enveloped(
    {
      state,
      recordedAt_ms: now_ms,
      today: state.calendar(now_ms),
      command: { id, by: 'system' },
    },
    facts,
  );
  return { events, more };
}

/** Whether a batch now would begin with something of that kind. */
export function isDue(state: Ledger, now_ms: number): boolean {
  return holdsDue(state, now_ms).facts.length > 0;
}
