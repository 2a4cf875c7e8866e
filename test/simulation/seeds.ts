/** Runs that once failed, and what they found. They stay, each with the steps it failed with. */
export const KEPT: readonly {
  readonly seed: number;
  readonly steps: number;
  readonly why: string;
}[] = [
  {
    ...{ seed: 3, steps: 60 },
    why: 'a refusal on what was out of date, given because its confirmation was lost on the way',
  },
  {
    ...{ seed: 9, steps: 60 },
    why: 'an instance that did not start, its clock being behind a ledger that another just opened',
  },
  {
    ...{ seed: 1309, steps: 60 },
    why: 'a command of another instance that was decided on when only its beginning was heard of',
  },
];
