import type { Hundredths } from '../../schemas/amounts.ts';
import type { Choices } from './random.ts';
import type { World } from './world.ts';

export type GroupFigures = {
  lists: number;
  absences: number;
  minutes: number;
  issued: Hundredths;
  minutesWithdrawn: number;
  takenBack: Hundredths;
  /** What its members spent, by partner; refunds are taken off. */
  readonly spentAt: Hundredths[];
  pot: Hundredths;
};
export type PartnerFigures = {
  redemptions: number;
  redeemed: Hundredths;
  refunds: number;
  refunded: Hundredths;
  /** By venue, what its till holds. */
  readonly tills: Hundredths[];
};

/** Everything that was played, counted from the service's answers as they came. */
export type Figures = {
  readonly groups: readonly GroupFigures[];
  readonly partners: readonly PartnerFigures[];
  corrections: number;
  withdrawals: number;
  gifts: number;
  donations: number;
  thanks: number;
  /** What the service rightly refused. */
  readonly refused: { sheetsTwice: number; tooFewCredits: number; lostCards: number };
};

/** What one group plays a part of a week with: its choices, and where it is counted. */
export type Turn = {
  readonly choices: Choices;
  readonly figures: Figures;
  readonly mine: GroupFigures;
};

export function noFigures({ groups, partners }: World): Figures {
  return {
    groups: groups.map(() => ({
      lists: 0,
      absences: 0,
      minutes: 0,
      issued: 0,
      minutesWithdrawn: 0,
      takenBack: 0,
      spentAt: partners.map(() => 0),
      pot: 0,
    })),
    partners: partners.map(({ venues }) => ({
      redemptions: 0,
      redeemed: 0,
      refunds: 0,
      refunded: 0,
      tills: venues.map(() => 0),
    })),
    corrections: 0,
    withdrawals: 0,
    gifts: 0,
    donations: 0,
    thanks: 0,
    refused: { sheetsTwice: 0, tooFewCredits: 0, lostCards: 0 },
  };
}

export function total<T>(list: readonly T[], figure: (item: T) => number): number {
  return list.reduce((sum, item) => sum + figure(item), 0);
}
