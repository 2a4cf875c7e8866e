import { DAY_MS, instant, RECORDABLE } from '../../schemas/time.ts';
import type { Ledger } from './state.ts';

const CLOCK_BEHIND_MS = 5_000;

/** An instance's clock, and why it is in doubt, if it is. */
type Clock = {
  readonly now_ms: () => number;
  readonly doubt?: (() => string | undefined) | undefined;
};

/** Why nothing may be written at this time: it is in doubt, or too long before the last event. */
export function clockFault(
  { recordedAt_ms }: Pick<Ledger, 'recordedAt_ms'>,
  { now_ms, doubt }: Clock,
): string | undefined {
  const doubted = doubt?.();
  if (doubted !== undefined) return doubted;
  const time_ms = now_ms();
  if (time_ms < RECORDABLE.from_ms || time_ms >= RECORDABLE.to_ms) {
    return `its clock shows ${instant(time_ms)}, and nothing is recorded at such a time`;
  }
  const behind_ms = recordedAt_ms - time_ms;
  if (behind_ms <= CLOCK_BEHIND_MS) return undefined;
  const behind = `its clock is ${Math.round(behind_ms / 1000)} s behind the last event`;
  if (behind_ms < DAY_MS) return behind;
  return (
    `${behind}, which was recorded at ${instant(recordedAt_ms)}; set the clock, or, where that ` +
    'event is wrong, see "When the clock was wrong" in README.md'
  );
}
