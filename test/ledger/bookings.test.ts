import fc from 'fast-check';
import t from 'tap';
import { hundredths } from '../../schemas/amounts.ts';
import { available } from '../../src/ledger/state.ts';
import {
  BookingRun,
  CAPS,
  starts,
  steps,
  usesIn,
  type Step,
  type Use,
} from '../support/bookingRun.ts';
import { property } from '../support/property.ts';

const RUNS = 100;
const histories = fc.tuple(starts, steps);

/** Whether something holds after every step of a history. */
const always =
  (holds: (run: BookingRun) => boolean) =>
  ([start, all]: [string, Step[]]) => {
    const run = new BookingRun(start);
    return all.every((step) => {
      run.take(step);
      return holds(run);
    });
  };

/** The largest sum of some figure over the uses that share a name. */
function largest(uses: readonly Use[], name: (use: Use) => string, figure: (use: Use) => number) {
  const sums = new Map<string, number>();
  for (const use of uses) sums.set(name(use), (sums.get(name(use)) ?? 0) + figure(use));
  return Math.max(0, ...sums.values());
}

const once = () => 1;
const byMembers = (uses: readonly Use[]) =>
  uses.filter(({ account }) => account.startsWith('wallet:'));

t.test('whatever is redeemed, booked, captured, cancelled and reversed', async (t) => {
  property(
    t,
    'no cap is ever exceeded',
    histories,
    always(({ stream }) => {
      const uses = usesIn(stream);
      const hers = byMembers(uses);
      return (
        largest(hers, ({ account, day }) => account + day, once) <= CAPS.memberDay &&
        largest(hers, ({ account, day }) => account + day.slice(0, 7), once) <= CAPS.memberMonth &&
        largest(
          uses,
          ({ day, slot }) => `${day} ${slot}`,
          ({ people }) => people,
        ) <= CAPS.slotPlaces &&
        largest(
          uses,
          ({ day }) => day,
          (use) => use.hundredths,
        ) <= hundredths(CAPS.venueDayCredits)
      );
    }),
    RUNS,
  );

  property(
    t,
    'what is held of an account is what its open bookings hold, and it has that',
    histories,
    always(({ ledger, holds, accounts }) =>
      accounts.every((account) => {
        const open = [...holds.open()].filter((hold) => hold.account === account);
        const sum = open.reduce((total, { amount }) => total + amount, 0);
        return (
          (ledger.held.get(account) ?? 0) === sum &&
          holds.heldOf(account) === sum &&
          available(ledger, account) >= 0
        );
      }),
    ),
    RUNS,
  );

  property(
    t,
    'nothing is captured at or after its expiry',
    histories,
    always(({ stream }) =>
      stream.every(({ event }) => {
        if (event.type !== 'HoldCaptured') return true;
        const booked = stream[Number(event.data.holdId.split('_')[1])]!.event;
        return booked.type === 'CreditsHeld' && event.recordedAt < booked.data.expiresAt;
      }),
    ),
    RUNS,
  );
});

t.test('when all of it is undone', async (t) => {
  property(
    t,
    'every cap is given back, and nothing is held',
    histories,
    ([start, all]) => {
      const run = new BookingRun(start);
      for (const step of all) run.take(step);
      run.undo();
      const { memberDayUses, memberMonthUses, offerDayCredits, slotPlaces } = run.ledger;
      const counts = [memberDayUses, memberMonthUses, offerDayCredits, slotPlaces];
      const left = counts.flatMap((table) => [...(table as Map<number, number>).values()]);
      const held = [
        ...run.ledger.held.entries(),
        ...run.ledger.holds.entries(),
        ...run.holds.open(),
      ];
      return left.every((count) => count === 0) && held.length === 0;
    },
    RUNS,
  );
});

t.test('the histories', async (t) => {
  const seen = new Set<string>();
  for (const [start, all] of fc.sample(histories, { numRuns: RUNS, seed: 1 })) {
    const run = new BookingRun(start);
    for (const step of all) run.take(step);
    for (const { event } of run.stream) seen.add(event.type);
  }
  const wanted = ['HoldCaptured', 'HoldCancelled', 'HoldExpired', 'TransactionReversed'];
  t.same(
    wanted.filter((type) => !seen.has(type)),
    [],
    'bring all of that about',
  );
});
