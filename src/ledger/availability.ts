import type { EventOf } from '../../schemas/events/index.ts';
import { WEEKDAYS, type WeeklyTime } from '../../schemas/events/offer.ts';
import { addDays, weekdayOf, type Day, type WallTime } from '../../schemas/time.ts';

type Terms = EventOf<'OfferPublished'>['data'];

const DAYS_LOOKED_AT = 366;

/** The start of the slot that a time is in; none where the offer is not available then. */
export function slotAt(terms: Terms, { day, minute }: WallTime): number | undefined {
  if (!isGivenOn(terms, day)) return undefined;
  const { times } = terms;
  if (times === undefined) return 0;
  const weekday = WEEKDAYS[weekdayOf(day)]!;
  const found = times.find(
    ({ days, from, to }) =>
      days.includes(weekday) && minute >= minuteOf(from) && minute < minuteOf(to),
  );
  return found && minuteOf(found.from);
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** The next time that an offer is available; by its day alone where it has no weekly times. */
export type Opening = { readonly day: Day; readonly from?: string };

/**
 * The first slot that begins on a day after some minute of it, or later.
 * @returns nothing where the offer ends before, or is not given within a year
 */
export function openingAfter(terms: Terms, { day, minute }: WallTime): Opening | undefined {
  for (let after = 0; after <= DAYS_LOOKED_AT; after += 1) {
    const one = addDays(day, after);
    if (!isGivenOn(terms, one)) continue;
    if (terms.times === undefined) {
      if (after > 0 || minute < 0) return { day: one };
      continue;
    }
    const weekday = WEEKDAYS[weekdayOf(one)]!;
    const [from] = terms.times
      .filter(({ days }) => days.includes(weekday))
      .map((time) => time.from)
      .filter((start) => after > 0 || minuteOf(start) > minute)
      .toSorted();
    if (from !== undefined) return { day: one, from };
  }
  return undefined;
}

function isGivenOn({ validFrom, validTo, exceptDates }: Terms, day: Day): boolean {
  if (day < (validFrom ?? day) || day > (validTo ?? day)) return false;
  return exceptDates?.includes(day) !== true;
}

/** When an offer is available, as a cashier reads it aloud. */
export function whenAvailable({ times, validFrom, validTo, exceptDates }: Terms): string {
  return [
    times === undefined ? 'at any time' : times.map(timeAloud).join(', '),
    ...(validFrom === undefined ? [] : [`from ${validFrom}`]),
    ...(validTo === undefined ? [] : [`until ${validTo}`]),
    ...(exceptDates === undefined ? [] : [`but not on ${exceptDates.join(', ')}`]),
  ].join(' ');
}

function timeAloud({ days, from, to }: WeeklyTime): string {
  const names = WEEKDAYS.filter((day) => days.includes(day)).map((day) => WEEKDAY_NAMES[day]);
  return `${names.length === 7 ? 'every day' : names.join(', ')} ${from} to ${to}`;
}

const WEEKDAY_NAMES = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
} as const;
