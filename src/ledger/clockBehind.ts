import type { Ledger } from './state.ts';

const CLOCK_BEHIND_MS = 5_000;

/** Why nothing may be written at this time: it is too long before the last event. */
export function clockBehind(
  { recordedAt_ms }: Pick<Ledger, 'recordedAt_ms'>,
  now_ms: number,
): string | undefined {
  const behind_ms = recordedAt_ms - now_ms;
  if (behind_ms <= CLOCK_BEHIND_MS) return undefined;
  return `its clock is ${Math.round(behind_ms / 1000)} s behind the last event`;
}
