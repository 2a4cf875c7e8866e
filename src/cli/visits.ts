import { slugSchema, type MemberId } from '../../schemas/ids.ts';
import {
  calendarIn,
  daySchema,
  givenInstantSchema,
  instant,
  startOfDay,
} from '../../schemas/time.ts';
import type { FaultLine } from './failure.ts';
import { amountIn, type Row } from '../sheet.ts';
import { bearerIn, noBearer } from './sheet.ts';

/** What a sheet of refused lines has besides, so that it can be mended and redeemed itself. */
const OF_REFUSED_LINES = ['line', 'code', 'reason'];

export const VISIT_HEADINGS = [
  'member',
  'credits',
  'occurred',
  'reference',
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
  };
};

/**
 * Reads one row of a paper sheet. A day without a time stands for its first instant in the zone,
 * so that a line is the same at every run and never lies ahead.
 */
export function visitOn({ line, cells }: Row, timeZone: string): Visit | FaultLine {
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
  const fields = {
    ...bearer,
    credits,
    ...(occurredAt !== undefined && { occurredAt }),
    ...(reference !== '' && { reference }),
  };
  return { line, fields };
}

/** Whether a row gives a day without a time, which takes a zone to become an instant. */
export function givesDay({ cells }: Row): boolean {
  return daySchema.safeParse(cells['occurred']).success;
}

function instantIn(typed: string, timeZone: string): string | undefined {
  const day = daySchema.safeParse(typed);
  if (day.success) return instant(startOfDay(calendarIn(timeZone), day.data));
  const time = givenInstantSchema.safeParse(typed);
  return time.success ? time.data : undefined;
}
