import t from 'tap';
import type { Recorded } from '../../schemas/events/index.ts';
import { credits } from '../../schemas/amounts.ts';
import { calendarIn, milliseconds } from '../../schemas/time.ts';
import { movementOf } from '../../projections/movement.ts';
import { checkStream } from '../../src/check/index.ts';
import { canonical } from '../../schemas/canonical.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { carriedOut, monthEnds } from '../support/monthEnds.ts';
import { venueId } from '../support/past.ts';
import { property, seeded } from '../support/property.ts';
import fc from 'fast-check';

/* Each entry of a till is settled once, whatever happens around it, in whichever order. */

const dayOf = calendarIn('Europe/London');
const VENUES = [venueId('pool'), venueId('screen')];

t.test('each entry of a till', async (t) => {
  property(t, 'belongs to exactly one settlement', monthEnds, (drawn) => {
    const { stream } = carriedOut(drawn);
    return VENUES.every((venue) => entriesOf(stream, venue).every((one) => settledOnce(one)));
  });
  property(t, 'is counted in what its settlement clears', monthEnds, (drawn) => {
    const { stream } = carriedOut(drawn);
    return VENUES.every((venue) => {
      const entries = entriesOf(stream, venue);
      return settlementsOf(stream, venue).every(({ event: { data } }) => {
        const taken = entries.filter(({ revision }) => within(revision, data));
        const sum = taken.reduce((total, { amount }) => total + amount, 0);
        const sign = data.debit === 'programme' ? '-' : '';
        return credits(sum) === `${sign}${data.credits ?? '0'}`;
      });
    });
  });
  property(t, 'is open or settled, so that the till has what is open', monthEnds, (drawn) => {
    const { stream, ledger } = carriedOut(drawn);
    return VENUES.every((venue) => {
      const open = entriesOf(stream, venue).filter(({ settlements }) => settlements.length === 0);
      const sum = open.reduce((total, { amount }) => total + amount, 0);
      return (ledger.balances.get(`till:${venue}`) ?? 0) === sum;
    });
  });
});

t.test('what the auditor finds in such streams', async (t) => {
  const { seed = 1 } = seeded();
  for (const drawn of fc.sample(monthEnds, { numRuns: 10, seed })) {
    const lines = carriedOut(drawn).stream.map(({ event }) => canonical(event));
    const { findings } = await checkStream(memoryJournal(lines));
    t.same(findings, [], 'is nothing');
  }
});

type Settlement = Extract<Recorded['event'], { type: 'TillSettled' }>;
type Entry = ReturnType<typeof entriesOf>[number];

function settlementsOf(stream: readonly Recorded[], venue: string) {
  return stream.flatMap(({ revision, event }) =>
    event.type === 'TillSettled' && event.data.venueId === venue ? [{ revision, event }] : [],
  );
}

/** The entries of a till, each with the settlements that say they took it. */
function entriesOf(stream: readonly Recorded[], venue: string) {
  const settlements = settlementsOf(stream, venue);
  return stream.flatMap(({ revision, event }) => {
    const movement = movementOf(event);
    const { debit, credit, amount = 0 } = movement ?? {};
    const till = `till:${venue}`;
    if (event.type === 'TillSettled' || ![debit, credit].includes(till)) return [];
    const day = dayOf(milliseconds(event.recordedAt));
    const due = settlements.filter((one) => one.event.data.to >= day);
    const taking = settlements.filter((one) => within(revision, one.event.data));
    const entry = { revision, amount: credit === till ? amount : -amount };
    return [{ ...entry, due: due.map(numberOf), settlements: taking.map(numberOf) }];
  });
}

function within(revision: number, { firstRevision, lastRevision }: Settlement['data']): boolean {
  return firstRevision <= revision && revision <= lastRevision;
}

function numberOf({ event }: { event: Settlement }): number {
  return event.data.number;
}

/** In the first settlement of its day or a later one, and in no other; or in none so far. */
function settledOnce({ due, settlements }: Entry): boolean {
  if (due.length === 0) return settlements.length === 0;
  return settlements.length === 1 && settlements[0] === due[0];
}
