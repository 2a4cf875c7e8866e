import t from 'tap';
import { dueEvents } from '../../src/ledger/due.ts';
import { milliseconds } from '../../schemas/time.ts';
import { held } from '../support/booked.ts';
import { bookOf, commandAt, record, type Past } from '../support/given.ts';
import { seeded } from '../support/names.ts';
import { brought, funded, wallet, world } from '../support/past.ts';

/* What is due at one midnight: more bookings than one append ends, and the rest of a fund. */

const EVENING = '2026-05-01T20:00:00.000Z';
const MIDNIGHT_MS = milliseconds('2026-05-01T23:00:00.000Z');
const BOOKINGS = 1001;

t.test('at the midnight on which a fund is over', async (t) => {
  const fund = funded('garden', 'year', '10', { lastDay: '2026-03-31' });
  const expiresAt = '2026-05-01T23:00:00.000Z';
  const one = {
    ...held('asha', '0.01', { visitOn: '2026-05-01', expiresAt }),
    recordedAt: EVENING,
  };
  const booked: Past[] = Array.from({ length: BOOKINGS }, () => one as Past);
  const ledgerBook = bookOf([...world(), fund, brought(wallet('asha'), '50'), ...booked]);
  const appends: string[][] = [];
  for (let more = true; more;) {
    const revision = ledgerBook.ledger.revision + 1;
    const due = dueEvents(ledgerBook.ledger as never, MIDNIGHT_MS, () =>
      seeded(commandAt(revision)),
    );
    record(ledgerBook, due.events);
    appends.push([...new Set(due.events.map(({ type }) => type))]);
    more = due.more;
  }
  const expected = [['HoldExpired'], ['HoldExpired', 'AllocationReturned']];
  t.same(appends, expected, 'its rest is returned behind the last of many bookings that expire');
});
