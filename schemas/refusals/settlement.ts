import { entry, FINAL, RETRY, type Entry } from './entry.ts';

/** Days and months that have not ended, and what there is nothing to settle or state of. */
export const settlementRefusals = {
  day_not_ended: entry(
    RETRY,
    '{day} has not ended: it is {today} here. A settlement takes whole days.',
    'That day has not ended. Nothing was settled.',
  ),
  nothing_to_settle: entry(
    FINAL,
    'Nothing was recorded for this till up to the end of {day} that is not settled already.',
    'There is nothing to settle up to that day. Nothing was changed.',
  ),
  settlement_too_large: entry(
    FINAL,
    'Up to the end of {day} there are {credits}, more than one settlement takes. Settle up to ' +
      'an earlier day first.',
    'That is more than one settlement takes. Nothing was settled. Choose an earlier day.',
  ),
  period_not_ended: entry(
    RETRY,
    '{period} has not ended. Its statement is there once no more can be recorded in it: some ' +
      'seconds after its last day, or, where several instances write, with the first event after.',
    'That month has not ended. Its statement comes when it has.',
  ),
  period_before_ledger: entry(
    FINAL,
    'There is no statement for {period}: the first is that of {first}.',
    'There is no statement for that month. The first is that of {first}.',
  ),
} as const satisfies Record<string, Entry>;
