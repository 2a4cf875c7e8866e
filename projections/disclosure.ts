/**
 * Counts of people that may be shown. A count of one to seven is hidden, for it could tell of a
 * person; so are as many others as it takes that no hidden one can be worked out from what is
 * shown. None at all is shown: nobody is told of.
 */

/** The fewest people that are shown. */
export const PEOPLE_MIN = 8;

/** A count, or nothing where it is not shown. */
export type Count = number | undefined;

/** The counts of some rows, and of all their people together, each person counted once. */
export type Counts = { readonly rows: readonly Count[]; readonly total: Count };

/** How far what is hidden stays from the least and the most it could be. */
const MARGIN = 2;

/**
 * Hides small counts in one table. Where that would leave a single hidden row, which the total
 * gives away, the row after it is hidden as well: one chosen by its place, since one chosen by its
 * size would tell of its size. Where the rows that are hidden have together so few people, or so
 * many, that each of them is known, the total is hidden too.
 */
export function disclosed(rows: readonly number[], total: number): Counts {
  const small = [...rows.keys()].filter((row) => isSmall(rows[row]!));
  const [first] = small;
  if (first === undefined) return { rows, total };
  const hidden = small.length === 1 ? [first, ...rowAfter(rows, first)] : small;
  const shown = rows.reduce((sum, count, row) => (hidden.includes(row) ? sum : sum + count), 0);
  const left = total - shown;
  const least = hidden.length + MARGIN;
  const most = small.length === 1 ? Infinity : small.length * (PEOPLE_MIN - 1) - MARGIN;
  const known = isSmall(total) || left < least || left > most;
  return {
    rows: rows.map((count, row) => (hidden.includes(row) ? undefined : count)),
    total: known ? undefined : total,
  };
}

/** The next row that has people, the first coming after the last; none where there is no other. */
function rowAfter(rows: readonly number[], row: number): number[] {
  const others = [...rows.keys()].filter((other) => other !== row && rows[other]! > 0);
  return [...others.filter((other) => other > row), ...others].slice(0, 1);
}

/** What a table over all years is made of: how many now, and how many in any of the years. */
export type Whole = { readonly now: number; readonly ever: () => number };

/**
 * Hides in a table over all years what would give away a hidden count of one of them: a count is
 * shown where it is in each year. The total is, too, unless a row is hidden that has fewer people
 * now than its years had: the difference would tell of those.
 * @param years the table of each year, with the same rows
 */
export function disclosedOverall(
  rows: readonly Whole[],
  total: number,
  years: readonly Counts[],
): Counts {
  const shown = rows.map(({ now }, row) =>
    isSmall(now) || years.some((year) => year.rows[row] === undefined) ? undefined : now,
  );
  const steady = rows.every(({ now, ever }, row) => shown[row] !== undefined || now === ever());
  const kept = !isSmall(total) && steady && years.every((year) => year.total !== undefined);
  return { rows: shown, total: kept ? total : undefined };
}

function isSmall(count: number): boolean {
  return count > 0 && count < PEOPLE_MIN;
}
