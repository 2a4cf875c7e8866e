import type { Recorded } from '../../schemas/events/index.ts';

/** One side of a movement, as a naive reader of the stream sees it. */
export type Side = {
  readonly revision: number;
  readonly account: string;
  readonly amount: number;
  readonly recordedAt: string;
  readonly occurredOn: string;
};

/** Both sides of everything that moved, in the order of the stream. */
export function sidesOf(stream: readonly Recorded[]): Side[] {
  return stream.flatMap(({ revision, event }) => {
    const { debit, credit, credits } = event.data as Record<string, string | undefined>;
    if (debit === undefined || credit === undefined || credits === undefined) return [];
    const amount = Math.round(Number(credits) * 100);
    const { recordedAt, occurredOn } = event;
    return [
      { revision, account: debit, amount: -amount, recordedAt, occurredOn },
      { revision, account: credit, amount, recordedAt, occurredOn },
    ];
  });
}

/** The sum of those sides of an account that are wanted. */
export function sum(sides: readonly Side[], account: string, wanted: (side: Side) => boolean) {
  return sides
    .filter((side) => side.account === account && wanted(side))
    .reduce((total, { amount }) => total + amount, 0);
}

export function accountsIn(sides: readonly Side[]): string[] {
  return [...new Set(sides.map(({ account }) => account))];
}
