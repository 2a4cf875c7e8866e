import { z } from 'zod';

/**
 * Time in the ledger: instants in UTC with milliseconds, and days of the network's own zone.
 * Days, months and years are the network's, both ends inclusive.
 */

/** A day of the network, such as `"2026-03-31"`. */
export type Day = string;

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * When anything may be recorded: days are kept in sixteen bits from 1970, and there is room on both
 * sides for hours that were given before and for bookings of days to come.
 */
export const RECORDABLE = {
  from_ms: Date.parse('1981-01-01T00:00:00Z'),
  to_ms: Date.parse('2148-01-01T00:00:00Z'),
};

/** No calendar day that has a spelling is before or after these. */
const FIRST_DAY: Day = '0000-01-01';
const LAST_DAY: Day = '9999-12-31';

/** An instant in UTC with milliseconds, in its one spelling. */
export const instantSchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .refine(isReal, 'must be a real instant')
  .meta({ examples: ['2026-11-21T10:30:00.000Z'] });

/** An instant as a client gives it: RFC 3339 with an offset, kept as it was written. */
export const givenInstantSchema = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/,
    'must be a time with its offset, such as "2026-11-21T10:30:00+00:00"',
  )
  .refine(isReal, 'must be a real time')
  .meta({ examples: ['2026-11-21T10:30:00+00:00'] });

/** A calendar day. */
export const daySchema = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'must be a day such as "2026-03-31"')
  .refine(isReal, 'must be a real day')
  .meta({ examples: ['2026-03-31'] });

/** A calendar month. */
export const monthSchema = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as "2026-03"')
  .meta({ examples: ['2026-03'] });

/** A zone of the IANA time zone database, as this runtime knows it. */
export const timeZoneSchema = z.string().refine(isZone, 'must be a time zone, as Europe/London');

/** Keeps the last answer of a pure function: the events of a batch ask the same one in a row. */
function keepingLast<A, R>(answer: (argument: A) => R): (argument: A) => R {
  let last: { readonly argument: A; readonly result: R } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: answer(argument) };
    return last.result;
  };
}

/** The UTC text of an instant, from milliseconds since 1970. */
export const instant: (time_ms: number) => string = keepingLast((time_ms) =>
  new Date(time_ms).toISOString(),
);

/** Milliseconds since 1970 of an instant that a schema has checked. */
export const milliseconds: (text: string) => number = keepingLast((text) => Date.parse(text));

/** Making a format takes far longer than using it. */
const dayFormatIn: (timeZone: string) => Intl.DateTimeFormat = keepingLast(
  (timeZone) =>
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    }),
);

/**
 * Tells the day of an instant in one zone. The answer is kept for the quarter of an hour it was
 * asked in: every zone since 1972 is a whole number of quarters from UTC.
 */
export function calendarIn(timeZone: string): (time_ms: number) => Day {
  const format = dayFormatIn(timeZone);
  let quarter = Number.NaN;
  let day: Day = '';
  return (time_ms) => {
    const asked = Math.floor(time_ms / QUARTER_MS);
    if (asked !== quarter) {
      day = format.format(time_ms).padStart('YYYY-MM-DD'.length, '0');
      quarter = asked;
    }
    return day;
  };
}

/** A day and the whole minutes since its beginning, as a clock on the wall shows them. */
export type WallTime = { readonly day: Day; readonly minute: number };

const timeFormatIn: (timeZone: string) => Intl.DateTimeFormat = keepingLast(
  (timeZone) =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
);

/**
 * Tells what a clock in one zone shows at an instant, kept for the quarter of an hour as
 * `calendarIn` does. An hour that a clock change repeats is shown twice.
 */
export function wallClockIn(timeZone: string): (time_ms: number) => WallTime {
  const calendar = calendarIn(timeZone);
  const format = timeFormatIn(timeZone);
  const startOf = keepingLast((quarter: number) => {
    const [hour, minute] = format.format(quarter * QUARTER_MS).split(':');
    return Number(hour) * 60 + Number(minute);
  });
  return (time_ms) => {
    const quarter = Math.floor(time_ms / QUARTER_MS);
    const since = Math.floor((time_ms - quarter * QUARTER_MS) / MINUTE_MS);
    return { day: calendar(time_ms), minute: startOf(quarter) + since };
  };
}

/** Days since 1970 of a calendar day: a small whole number for flat tables. */
export const dayNumber: (day: Day) => number = keepingLast(
  (day) => Date.parse(`${day}T00:00:00Z`) / DAY_MS,
);

/** The calendar day of a number that `dayNumber` gave, or the nearest that has a spelling. */
export const dayAt: (number: number) => Day = keepingLast((number) =>
  number < dayNumber(FIRST_DAY)
    ? FIRST_DAY
    : number > dayNumber(LAST_DAY)
      ? LAST_DAY
      : new Date(number * DAY_MS).toISOString().slice(0, 10),
);

/** The day a number of days later (or earlier, if negative). */
export function addDays(day: Day, days: number): Day {
  return dayAt(dayNumber(day) + days);
}

/** Months since the year 0 of a calendar day: a small whole number for flat tables. */
export function monthNumber(day: Day): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
}

/** The first day of the month after a day's. */
export function nextMonth(day: Day): Day {
  const month = monthNumber(day) + 1;
  const year = String(Math.floor(month / 12)).padStart(4, '0');
  return `${year}-${String((month % 12) + 1).padStart(2, '0')}-01`;
}

/** The day of the week: 0 for Monday to 6 for Sunday. */
export function weekdayOf(day: Day): number {
  // The first day of 1970 was a Thursday.
  return (((dayNumber(day) + 3) % 7) + 7) % 7;
}

/** The month of a day, such as `"2026-03"`. */
export function monthOf(day: Day): string {
  return day.slice(0, 'YYYY-MM'.length);
}

/** How many months one month is after another (negative: before). */
export function monthsBetween(first: string, second: string): number {
  const count = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5));
  return count(second) - count(first);
}

/** The last day of a month. */
export function lastDayOf(month: string): Day {
  return `${month}-${daysIn(Number(month.slice(0, 4)), Number(month.slice(5)))}`;
}

/** Whether a text that has the form of a day, and perhaps of a time after it, names a real one. */
function isReal(text: string): boolean {
  const month = twoDigits(text, 5);
  if (month < 1 || month > 12) return false;
  const day = twoDigits(text, 8);
  if (day < 1 || day > daysIn(Number(text.slice(0, 4)), month)) return false;
  if (text.length === 'YYYY-MM-DD'.length) return true;
  const isTime = twoDigits(text, 11) < 24 && twoDigits(text, 14) < 60 && twoDigits(text, 17) < 60;
  return isTime && hasSpelling(text);
}

/** Whether an instant is one in UTC too: with its offset it may be before the year 0, or after. */
function hasSpelling(text: string): boolean {
  if (!text.startsWith('0000') && !text.startsWith('9999')) return true;
  const time_ms = Date.parse(text);
  return time_ms >= Date.parse(`${FIRST_DAY}T00:00:00Z`) && time_ms < Date.parse('+010000-01-01');
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Tells when days begin, in milliseconds since 1970; the last answer is kept. */
export function dayStartsIn(calendar: (time_ms: number) => Day): (day: Day) => number {
  return keepingLast((day: Day) => startOfDay(calendar, day));
}

/** The first instant of a day in a zone, by halving: a day there begins within a day of UTC's. */
export function startOfDay(calendar: (time_ms: number) => Day, day: Day): number {
  let low = dayNumber(day) * DAY_MS - DAY_MS;
  let high = low + 2 * DAY_MS;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (calendar(middle) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
