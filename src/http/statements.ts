import type { z } from 'zod';
import { linesOf, revisionsIn, totalsOf } from '../../projections/statement.ts';
import { credits } from '../../schemas/amounts.ts';
import type { statementAnswer } from '../../schemas/http/statement.ts';
import type { Account } from '../../schemas/ids.ts';
import {
  addDays,
  lastDayOf,
  milliseconds,
  monthOf,
  monthsBetween,
  startOfDay,
} from '../../schemas/time.ts';
import { firstRecordedAfter } from './asAt.ts';
import { stop } from './problems.ts';
import type { Services } from './services.ts';

export type Statement = z.input<typeof statementAnswer>;

/** Whose statement it is: accounts, and the revision at which their holder was registered. */
export type Holder = {
  readonly holder: string;
  readonly since: number;
  /** Its one account that is always there. */
  readonly account: Account;
  /** Others, which are left out of the months before their first entry. */
  readonly more?: readonly Account[];
};

/** How far the clocks of instances may differ, and a batch be on its way, in a quiet month end. */
const GRACE_MS = 10_000;

/**
 * A holder's statement of a month, by time of recording: made from nothing that can change after
 * the month has ended, so that it is the same whenever it is asked for. Refused before then, and
 * for the months before the holder was registered.
 */
export async function statementOf(
  services: Services,
  { holder, since, account, more = [] }: Holder,
  period: string,
): Promise<Statement> {
  const { calendar, network } = services.sequencer.ledger;
  const registered = await services.eventAt(since);
  const first = monthOf(calendar(milliseconds(registered.recordedAt)));
  if (period < first) stop('period_before_ledger', { period, first });
  if (!hasEnded(services, period)) stop('period_not_ended', { period });
  const [from, to] = [`${period}-01`, lastDayOf(period)];
  const startOf = (day: string) => firstRecordedAfter(services, startOfDay(calendar, day) - 1);
  const [begin, end] = [await startOf(from), await startOf(addDays(to, 1))];
  const { entries } = services.projections;
  const spans = [account, ...more]
    .map((one) => entries.between(one, begin, end))
    .filter((span) => span.account === account || span.began);
  const recorded = await services.eventsAt(revisionsIn(spans));
  return {
    network,
    holder,
    period,
    number: monthsBetween(first, period) + 1,
    from,
    to,
    revision: end - 1,
    accounts: spans.map((span) => ({
      account: span.account,
      opening: credits(span.opening),
      closing: credits(span.closing),
    })),
    totals: [...totalsOf(spans, recorded)],
    lines: linesOf(spans, recorded),
  };
}

/**
 * Whether nothing can be recorded in a month any more: something was recorded after it, or it
 * ended long enough ago and no append is in doubt. Of the appends of another instance nobody here
 * can tell: one that was paused may send what it decided an hour ago, unless something overtook it.
 */
function hasEnded({ sequencer, now_ms }: Services, period: string): boolean {
  const { calendar, recordedAt_ms } = sequencer.ledger;
  if (period < monthOf(calendar(recordedAt_ms))) return true;
  if (sequencer.isOneOfSeveral) return false;
  return sequencer.trouble === undefined && period < monthOf(calendar(now_ms() - GRACE_MS));
}

/** The columns of a statement in a spreadsheet. */
export const COLUMNS = [
  'number',
  'revision',
  'transactionId',
  'recordedAt',
  'occurredOn',
  'kind',
  'account',
  'credits',
  'balance',
  'reference',
  'terminal',
  'adults',
  'under16s',
  'reverses',
];

/** A statement as rows for a spreadsheet: each account's opening, the lines, each closing. */
export function rowsOf({ from, to, accounts, lines }: Statement): readonly object[] {
  return [
    ...accounts.map(({ account, opening }) => {
      return { occurredOn: from, kind: 'opening balance', account, balance: opening };
    }),
    ...lines.map(({ party, ...line }) => ({ ...line, ...party })),
    ...accounts.map(({ account, closing }) => {
      return { occurredOn: to, kind: 'closing balance', account, balance: closing };
    }),
  ];
}
