import type { Account, MemberId } from '../schemas/ids.ts';
import type { Day } from '../schemas/time.ts';
import { disclosed, disclosedOverall, type Counts } from './disclosure.ts';
import { closed, noFigures, summed, type Closed, type Figures } from './fundFigures.ts';
import { NOBODY, together } from './people.ts';

/** What is kept of one part of a fund and one year. */
export type Cell = { readonly figures: Figures; readonly people: Map<MemberId, number> };
/** One organisation's part of a fund. */
export type Part = {
  readonly account: Account;
  /** The revision of the first thing recorded of it, and the year of that. */
  readonly since: number;
  readonly began: number;
  firstDay?: Day | undefined;
  lastDay?: Day | undefined;
  readonly people: Map<MemberId, number>;
  readonly years: Map<number, Cell>;
};

/** How many people of each part have hours that stand, in one year. */
export function countsIn(parts: readonly Part[], year: number): Counts {
  const people = parts.map(({ years }) => years.get(year)?.people ?? NOBODY);
  return disclosed(
    people.map(({ size }) => size),
    together(people),
  );
}

/** The same of the whole life of a fund, which tells no more than its years do. */
export function overall(parts: readonly Part[]): Counts {
  const rows = parts.map(({ people, years }) => ({
    now: people.size,
    ever: () => together([...years.values()].map((cell) => cell.people)),
  }));
  const years = yearsOf(parts).map((year) => countsIn(parts, year));
  return disclosedOverall(rows, together(parts.map(({ people }) => people)), years);
}

/** The years in which anything was recorded of some parts. */
export function yearsOf(parts: readonly Part[]): number[] {
  return [...new Set(parts.flatMap(({ years }) => [...years.keys()]))].toSorted((a, b) => a - b);
}

/** A part of which nothing was recorded yet. */
export function newPart(account: Account, since: number, began: number): Part {
  return { account, since, began, people: new Map(), years: new Map() };
}

/** A year of which nothing was. */
export function newCell(): Cell {
  return { figures: noFigures(), people: new Map() };
}

/** A part's figures of one year, opening with what was left of those before; or of all years. */
export function figuresOf(part: Part, year: number | undefined): Closed {
  const cells = [...part.years];
  const of = (wanted: (year: number) => boolean) =>
    summed(cells.filter(([of]) => wanted(of)).map(([, { figures }]) => figures));
  if (year === undefined)
    return closed(
      0,
      of(() => true),
    );
  const before = closed(
    0,
    of((of) => of < year),
  );
  return closed(
    before.left,
    of((of) => of === year),
  );
}
