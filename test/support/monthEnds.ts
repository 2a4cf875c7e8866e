import fc from 'fast-check';
import type { Ask } from '../../schemas/commands.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import { transactionIdAt } from '../../schemas/ids.ts';
import { addDays, DAY_MS, instant } from '../../schemas/time.ts';
import { bookOf, decided, did, record, type Book } from './given.ts';
import { ADMIN, brought, COORDINATOR, hours, PARTNER, sale, till, venueId } from './past.ts';
import { wallet, world } from './past.ts';

/** One thing that is asked some time after the one before it, or together with it. */
type Step = {
  readonly after_ms: number;
  readonly what: 'sell' | 'sellElsewhere' | 'refund' | 'settle' | 'bring' | 'issue' | 'agree';
  readonly number: number;
};
export type MonthEnds = { readonly start: string; readonly steps: readonly Step[] };

const WHAT: readonly (readonly [Step['what'], number])[] = [
  ['sell', 6],
  ['sellElsewhere', 2],
  ['refund', 3],
  ['settle', 4],
  ['bring', 1],
  ['issue', 2],
  ['agree', 1],
];

const what = fc.oneof(...WHAT.map(([one, weight]) => ({ arbitrary: fc.constant(one), weight })));

/** Weeks of sales, refunds and settlements around both clock changes and the end of a year. */
export const monthEnds: fc.Arbitrary<MonthEnds> = fc.record({
  start: fc.constantFrom(
    '2026-03-27T10:00:00Z',
    '2026-10-23T21:50:00Z',
    '2026-10-30T23:30:00Z',
    '2026-12-29T20:00:00Z',
  ),
  steps: fc.array(
    fc.record({
      after_ms: fc.constantFrom(0, 0, 1000, DAY_MS / 24, DAY_MS / 3, DAY_MS - 1000, DAY_MS * 3),
      what,
      number: fc.nat(1000),
    }),
    { minLength: 10, maxLength: 70, size: 'max' },
  ),
});

/** Carries out what was drawn; what is refused leaves no trace. */
export function carriedOut({ start, steps }: MonthEnds): Book {
  const book = bookOf([...world(), brought(wallet('asha'), '500')]);
  let now_ms = Date.parse(start);
  for (const step of steps) {
    now_ms += step.after_ms;
    const at = instant(now_ms);
    const { did: ask, by } = asked(book, step, book.ledger.calendar(now_ms));
    const decision = decided(book, ask, by, { at });
    if (decision.outcome === 'accepted') record(book, decision.events);
  }
  return book;
}

function asked(book: Book, { what, number }: Step, today: string) {
  const venue = venueId(number % 4 === 0 ? 'screen' : 'pool');
  switch (what) {
    case 'sell':
      return did(sale('asha', String((number % 3) + 1)), PARTNER);
    case 'sellElsewhere':
      return did(sale('asha', '0.5', { venueId: venueId('screen') }), ADMIN);
    case 'refund':
      return did(refund(book.stream, number), ADMIN);
    case 'settle':
      return did({ type: 'SettleTill', venueId: venue, to: addDays(today, -(number % 4)) }, ADMIN);
    case 'bring': {
      const entries = [{ account: till('pool'), credits: '2.25' }];
      return did({ type: 'BringForward', entries }, ADMIN);
    }
    case 'issue':
      return did(hours({ asha: 90 }, { occurredOn: today, activity: `a-${number}` }), COORDINATOR);
    case 'agree': {
      const poundsPerCredit = `${number % 3}.${number}`;
      return did({ type: 'AgreeReimbursement', venueId: venue, poundsPerCredit }, ADMIN);
    }
  }
}

/** Gives back a part, or all that is left, of one of the sales so far. */
function refund(stream: readonly Recorded[], number: number): Ask {
  const sales = stream.filter(({ event }) => event.type === 'CreditsRedeemed');
  const { revision, event } = sales[number % Math.max(1, sales.length)] ?? stream[0]!;
  const transactionId = transactionIdAt(revision, event.command.id);
  const credits = number % 2 === 0 ? '0.25' : undefined;
  return { type: 'ReverseTransaction', transactionId, credits, reason: 'goodwill' };
}
