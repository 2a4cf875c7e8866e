import { AGAIN_MAX } from '../../schemas/events/redemption.ts';
import { slugSchema, type MemberId } from '../../schemas/ids.ts';
import {
  calendarIn,
  daySchema,
  givenInstantSchema,
  instant,
  startOfDay,
} from '../../schemas/time.ts';
import { amountIn, type Row } from '../sheet.ts';
import type { FaultLine } from './failure.ts';
import { bearerIn, NO, noBearer, YES } from './sheet.ts';

/** What a sheet of refused lines has besides, so that it can be mended and redeemed itself. */
const OF_REFUSED_LINES = ['line', 'code', 'reason'];

export const VISIT_HEADINGS = [
  'member',
  'credits',
  'occurred',
  'reference',
  'again',
  'name',
  ...OF_REFUSED_LINES,
];

/** One visit on a paper sheet, as it is sent. */
export type Visit = {
  readonly line: number;
  readonly fields: ({ memberId: MemberId } | { card: string }) & {
    readonly credits: string;
    readonly occurredAt?: string;
    readonly reference?: string;
    readonly again?: number;
  };
};
type Fields = Visit['fields'];
/** Another visit: how many were the same before it, or simply the next of its sheet. */
type Again = number | 'next' | undefined;

/**
 * Reads the rows of a paper sheet. Of rows that are the same and say yes to again, the first is
 * the second such visit, the next one the third, and so on: so it is in any file that has them.
 */
export function visitsIn(rows: readonly Row[], timeZone: string): (Visit | FaultLine)[] {
  const calendar = calendarIn(timeZone);
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const visit = visitOn(row, timeZone);
    if (!('fields' in visit)) return visit;
    const again = againIn(row.cells['again'] ?? '');
    if (again === 'wrong') return wrongAgain(row);
    if (again !== 'next') return again === undefined ? visit : saying(visit, again);
    const { occurredAt, ...others } = visit.fields;
    const day = occurredAt === undefined ? '' : calendar(Date.parse(occurredAt));
    const same = JSON.stringify([day, Object.entries(others).sort()]);
    const before = (seen.get(same) ?? 0) + 1;
    seen.set(same, before);
    return before > AGAIN_MAX ? wrongAgain(row) : saying(visit, before);
  });
}

function saying({ line, fields }: Visit, again: number): Visit {
  return { line, fields: { ...fields, again } };
}

function againIn(typed: string): Again | 'wrong' {
  const said = typed.toLowerCase();
  if (NO.includes(said)) return undefined;
  if (YES.includes(said)) return 'next';
  return /^[1-9]\d?$/.test(said) ? Number(said) : 'wrong';
}

function wrongAgain({ line, cells }: Row): FaultLine {
  const typed = JSON.stringify(cells['again'] ?? '');
  const detail = `again ${typed} is neither yes nor no, nor a number from 2 to ${AGAIN_MAX}`;
  return { line, code: 'again', detail };
}

/**
 * Reads one row of a paper sheet. A day without a time stands for its first instant in the zone,
 * so that a line is the same at every run and never lies ahead.
 */
function visitOn({ line, cells }: Row, timeZone: string): Visit | FaultLine {
  const wrong = (code: string, detail: string): FaultLine => ({ line, code, detail });
  const { member = '', occurred = '', reference = '' } = cells;
  const bearer = bearerIn(member);
  if (bearer === undefined) return wrong('member', noBearer(member));
  const credits = amountIn(cells['credits'] ?? '');
  if (credits === undefined) {
    const typed = JSON.stringify(cells['credits'] ?? '');
    return wrong('credits', `credits ${typed} is not an amount above zero such as 1 or 2.5`);
  }
  const occurredAt = instantIn(occurred, timeZone);
  if (occurred !== '' && occurredAt === undefined) {
    const example = '2026-03-31 or 2026-03-31T14:30:00+01:00';
    return wrong(
      'occurred',
      `occurred ${JSON.stringify(occurred)} is not a day or time as ${example}`,
    );
  }
  if (reference !== '' && !slugSchema.safeParse(reference).success) {
    const why = 'is not 1 to 40 of the characters A-Z a-z 0-9 . _ / -';
    return wrong('reference', `reference ${JSON.stringify(reference)} ${why}`);
  }
  const fields: Fields = {
    ...bearer,
    credits,
    ...(occurredAt !== undefined && { occurredAt }),
    ...(reference !== '' && { reference }),
  };
  return { line, fields };
}

/** Whether a row gives a day, which is one of the network's zone. */
export function givesDay({ cells }: Row): boolean {
  return (cells['occurred'] ?? '') !== '';
}

function instantIn(typed: string, timeZone: string): string | undefined {
  const day = daySchema.safeParse(typed);
  if (day.success) return instant(startOfDay(calendarIn(timeZone), day.data));
  const time = givenInstantSchema.safeParse(typed);
  return time.success ? time.data : undefined;
}
