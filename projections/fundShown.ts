import { PEOPLE_MIN, type Count } from './disclosure.ts';
import type { Closed } from './fundFigures.ts';
import { countsIn, newCell, yearsOf, type Part } from './fundParts.ts';
import { together } from './people.ts';

/** What tells of hours, or of credits for hours, and so of the people who gave them. */
const OF_HOURS = [
  'issued',
  'issuedForEarlierYears',
  'issuedAfterLastDay',
  'corrected',
  'writtenOff',
  'minutes',
  'minutesWithdrawn',
] as const;
/** What is left, and with it what was issued by then: at the end all that is left is returned. */
const OF_THE_REST = ['returned', 'left'] as const;

type Hideable = (typeof OF_HOURS)[number] | (typeof OF_THE_REST)[number] | 'opening';
/** Figures of which nothing takes the place of what is not shown. */
export type ShownFigures = Omit<Closed, Hideable> & {
  readonly [F in Hideable]: Closed[F] | undefined;
};

/** Whether the figures of the span that is asked for are shown, and those of every year before. */
export type Openness = { readonly now: boolean; readonly before: boolean };

/** Of some parts of a fund, which years' figures are shown. */
export type Open = {
  /** @param part none for the total */
  readonly of: (part: Part | undefined, year: number | undefined, members: Count) => Openness;
};

/**
 * Figures of few people are hidden as the count of them is, for the hours of one person are hers.
 * Credits that were allocated or moved to the pot are nobody's, and always shown. Once a year is
 * hidden, so is the rest from there on, and what is returned of it: the difference to the rest
 * before would tell.
 * @param all every part of a fund, for what is hidden does not depend on the reader
 */
export function openOf(all: readonly Part[]): Open {
  const years = yearsOf(all);
  const each = new Map(years.map((year) => [year, openIn(all, year)]));
  const isOpen = (part: Part | undefined, year: number) => {
    const open = each.get(year);
    return open === undefined || (part === undefined ? open.total : !open.hidden.has(part));
  };
  return {
    of(part, year, members) {
      const now = members !== undefined;
      if (year === undefined) {
        return { now: now && years.every((one) => isOpen(part, one)), before: true };
      }
      const before = years.filter((one) => one < year).every((one) => isOpen(part, one));
      return { now: now && isOpen(part, year), before };
    },
  };
}

/** Figures with those left out that are not shown. */
export function shownOf(figures: Closed, { now, before }: Openness): ShownFigures {
  const hidden = [
    ...(now ? [] : OF_HOURS),
    ...(now && before ? [] : OF_THE_REST),
    ...(before ? [] : (['opening'] as const)),
  ];
  return { ...figures, ...Object.fromEntries(hidden.map((name) => [name, undefined])) };
}

/**
 * One year. A part of which only hours that were withdrawn are left has no people to count, yet its
 * figures tell of some. The total is hidden where those who are hidden in it are few together.
 */
function openIn(
  all: readonly Part[],
  year: number,
): { readonly hidden: ReadonlySet<Part>; readonly total: boolean } {
  const parts = all.filter(({ began }) => began <= year);
  const counts = countsIn(parts, year);
  const hidden = parts.filter((part, row) => {
    const { figures } = part.years.get(year) ?? newCell();
    const count = counts.rows[row];
    return count === undefined || (count === 0 && OF_HOURS.some((name) => figures[name] !== 0));
  });
  const people = hidden.map((part) => (part.years.get(year) ?? newCell()).people);
  const few = hidden.length > 0 && together(people) < PEOPLE_MIN;
  return { hidden: new Set(hidden), total: counts.total !== undefined && !few };
}
