import type { Hundredths } from '../schemas/amounts.ts';

/** What became of a fund's credits, by the days it was recorded on. */
export type Figures = {
  allocated: Hundredths;
  issued: Hundredths;
  /** Of these, for hours given in an earlier year. */
  issuedForEarlierYears: Hundredths;
  /** Of these, recorded after the fund's last day, for hours given on or before it. */
  issuedAfterLastDay: Hundredths;
  /** Taken back into the allocation by reversals, of hours and of transfers to the pot. */
  corrected: Hundredths;
  /** What reversals should have taken back and could not: it was spent already. */
  writtenOff: Hundredths;
  /** Moved to the group's pot, apart from hours given. */
  toPot: Hundredths;
  returned: Hundredths;
  minutes: number;
  minutesWithdrawn: number;
};

/** Figures with what there was before them, and what is left after them. */
export type Closed = Figures & { readonly opening: Hundredths; readonly left: Hundredths };

/** Closes figures: `opening + allocated - issued + corrected - toPot - returned` is left. */
export function closed(opening: Hundredths, figures: Figures): Closed {
  const { allocated, issued, corrected, toPot, returned } = figures;
  return { opening, ...figures, left: opening + allocated - issued + corrected - toPot - returned };
}

/** The figures of what has not begun. */
export function noFigures(): Figures {
  return {
    allocated: 0,
    issued: 0,
    issuedForEarlierYears: 0,
    issuedAfterLastDay: 0,
    corrected: 0,
    writtenOff: 0,
    toPot: 0,
    returned: 0,
    minutes: 0,
    minutesWithdrawn: 0,
  };
}

/** The sum of some figures, one by one. */
export function summed(all: readonly Figures[]): Figures {
  const sum = noFigures();
  const names = Object.keys(sum) as (keyof Figures)[];
  for (const figures of all) for (const name of names) sum[name] += figures[name];
  return sum;
}
