import type { Hundredths } from '../../schemas/amounts.ts';

/** What the player did, counted as it was answered; the stream is counted apart from it. */
export type Tally = {
  members: number;
  lists: number;
  issued: Hundredths;
  takenBack: Hundredths;
  redemptions: number;
  redeemed: Hundredths;
  captured: number;
  away: Hundredths;
  visitors: Hundredths;
  refunded: Hundredths;
  refundedAfterSettlement: number;
  given: Hundredths;
  thanks: Hundredths;
  corrections: number;
  writtenOffCorrections: number;
  lateLists: number;
  settlements: number;
  merged: number;
  closed: number;
  venuesClosed: number;
  trips: number;
  expired: number;
  paperSales: number;
  /** What the service rightly refused, by its code. */
  readonly refused: Map<string, number>;
};

export function emptyTally(): Tally {
  return {
    members: 0,
    lists: 0,
    issued: 0,
    takenBack: 0,
    redemptions: 0,
    redeemed: 0,
    captured: 0,
    away: 0,
    visitors: 0,
    refunded: 0,
    refundedAfterSettlement: 0,
    given: 0,
    thanks: 0,
    corrections: 0,
    writtenOffCorrections: 0,
    lateLists: 0,
    settlements: 0,
    merged: 0,
    closed: 0,
    venuesClosed: 0,
    trips: 0,
    expired: 0,
    paperSales: 0,
    refused: new Map(),
  };
}

export function refusedWith(tally: Tally, code: string): void {
  tally.refused.set(code, (tally.refused.get(code) ?? 0) + 1);
}

export function total<T>(list: Iterable<T>, figure: (item: T) => number): number {
  let sum = 0;
  for (const item of list) sum += figure(item);
  return sum;
}
