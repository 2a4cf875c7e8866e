import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import { PROGRAMME } from '../../schemas/ids.ts';
import { did, given, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  brought,
  NEXT,
  PARTNER,
  sale,
  sold,
  till,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

/* A till is cleared of whole days, by time of recording, and each entry only once. */

const POOL = venueId('pool');
const settle = (to: string, venue = POOL): Ask => ({ type: 'SettleTill', venueId: venue, to });
const agree = (poundsPerCredit: string): Ask => ({
  type: 'AgreeReimbursement',
  venueId: POOL,
  poundsPerCredit,
});
const refund = (revision: number, credits?: string): Ask => ({
  type: 'ReverseTransaction',
  transactionId: transactionAt(revision),
  credits,
  reason: 'goodwill',
});
const soldAt = (recordedAt: string, credits = '1') => ({ ...sold('asha', credits), recordedAt });
const on = (day: string, time = '10:00:00.000') => ({ at: `2026-${day}T${time}Z` });

/** Asha has ten credits, from revision NEXT; what the test adds begins at FIRST. */
const START = [...world(), brought(wallet('asha'), '10')];
const FIRST = NEXT + 1;

/** What a settlement of the pool's till makes. */
function settled(
  number: number,
  to: string,
  [firstRevision, lastRevision]: readonly [number, number],
  credits: string,
  more: object = {},
) {
  const back = credits.startsWith('-');
  const size = back ? credits.slice(1) : credits;
  const sides = back
    ? { debit: PROGRAMME, credit: till('pool') }
    : { debit: till('pool'), credit: PROGRAMME };
  const moved = size === '0' ? {} : { ...sides, credits: size };
  const data = { ...moved, firstRevision, lastRevision, number, to, venueId: POOL, ...more };
  return { type: 'TillSettled' as const, data };
}

t.test('a till in which something was recorded', async (t) => {
  const past = [
    ...START,
    soldAt('2026-06-08T10:00:00.000Z', '2'),
    soldAt('2026-06-09T10:00:00.000Z'),
  ];
  given(past)
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'is cleared up to the end of the day', [
      settled(1, '2026-06-09', [FIRST, FIRST + 1], '3'),
    ]);
  given(past)
    .when(settle('2026-06-08'), ADMIN)
    .then(t, 'or of an earlier day, without what came later', [
      settled(1, '2026-06-08', [FIRST, FIRST], '2'),
    ]);
  given(past)
    .when(settle('2026-06-10'), ADMIN)
    .then(t, 'but not of today', { refused: 'day_not_ended' });
  given(past)
    .when(settle('2027-06-10'), ADMIN)
    .then(t, 'nor of a day to come', { refused: 'day_not_ended' });
  given(past)
    .when(settle('2026-06-07'), ADMIN)
    .then(t, 'nor of days on which there was nothing', { refused: 'nothing_to_settle' });
  given(past)
    .when(settle('2026-06-09', venueId('x')), ADMIN)
    .then(t, 'nor at a venue that nobody knows', { refused: 'venue_not_found' });
  given(past)
    .when(settle('2026-06-09'), PARTNER)
    .then(t, 'and only by the lead partner', { refused: 'forbidden' });
  given(past)
    .when(settle('2026-06-09', venueId('screen')), ADMIN)
    .then(t, 'and the till of another venue is another', { refused: 'nothing_to_settle' });
  given([...past, did(settle('2026-06-08'), ADMIN, on('06-10'))])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'and again for the days after', [
      settled(2, '2026-06-09', [FIRST + 1, FIRST + 1], '1'),
    ]);
  given([...past, did(settle('2026-06-09'), ADMIN, on('06-10'))])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'but not twice for the same', { refused: 'nothing_to_settle' });
});

t.test('a balance that was brought forward to a till', async (t) => {
  const opening = { ...brought(till('pool'), '7'), recordedAt: '2026-06-09T10:00:00.000Z' };
  given([...START, opening])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'is settled with the rest', [settled(1, '2026-06-09', [FIRST, FIRST], '7')]);
});

t.test('a sale of yesterday that is recorded today', async (t) => {
  const late = { at: '2026-06-10T08:00:00.000Z' };
  const sell = did(sale('asha', '1', { occurredAt: '2026-06-09T10:00:00Z' }), PARTNER, late);
  given([...START, sell])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'belongs to today', { refused: 'nothing_to_settle' });
  given([...START, sell])
    .when(settle('2026-06-10'), ADMIN, on('06-11'))
    .then(t, 'and is settled with it', [settled(1, '2026-06-10', [FIRST, FIRST], '1')]);
});

t.test('what is given back', async (t) => {
  const sell = soldAt('2026-06-08T10:00:00.000Z', '2');
  const before = did(refund(FIRST, '0.5'), ADMIN, on('06-08', '11:00:00.000'));
  given([...START, sell, before])
    .when(settle('2026-06-08'), ADMIN)
    .then(t, 'before the settlement makes it less', [
      settled(1, '2026-06-08', [FIRST, FIRST + 1], '1.5'),
    ]);
  const all = did(refund(FIRST), ADMIN, on('06-08', '11:00:00.000'));
  given([...START, sell, all])
    .when(settle('2026-06-08'), ADMIN)
    .then(t, 'in full makes it nothing, and the entries are settled', [
      settled(1, '2026-06-08', [FIRST, FIRST + 1], '0'),
    ]);
  given([...START, sell, all, did(settle('2026-06-08'), ADMIN, on('06-09'))])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'once', { refused: 'nothing_to_settle' });
  const after = [
    ...[...START, sell],
    did(settle('2026-06-08'), ADMIN, on('06-09', '08:00:00.000')),
    did(refund(FIRST, '0.5'), ADMIN, on('06-09', '11:00:00.000')),
  ];
  given(after)
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'after the settlement makes the next one negative', [
      settled(2, '2026-06-09', [FIRST + 2, FIRST + 2], '-0.5'),
    ]);
  t.equal(given(after).book.ledger.balances.get(till('pool')), -50, 'and the till until then');
  const again = did(settle('2026-06-09'), ADMIN, on('06-10', '08:00:00.000'));
  t.equal(given([...after, again]).book.ledger.balances.get(till('pool')), 0, 'which evens it');
});

t.test('the void of a sale that was settled', async (t) => {
  const key = hashOf('sale');
  const sell = did(sale('asha', '2'), PARTNER, { ...on('06-08'), key, body: hashOf('body') });
  const past = [...START, sell, did(settle('2026-06-08'), ADMIN, on('06-09', '08:00:00.000'))];
  given(past)
    .when({ type: 'VoidKey', voids: key }, PARTNER)
    .then(t, 'gives the credits back', [
      {
        type: 'TransactionReversed',
        data: {
          ...{ debit: till('pool'), credit: wallet('asha'), credits: '2' },
          ...{ reason: 'not_provided', reverses: transactionAt(FIRST) },
        },
      },
    ]);
});

t.test('a settlement', async (t) => {
  const past = [
    ...[...START, soldAt('2026-06-08T10:00:00.000Z')],
    did(settle('2026-06-08'), ADMIN, on('06-09', '08:00:00.000')),
  ];
  given(past)
    .when(
      { type: 'ReverseTransaction', transactionId: transactionAt(FIRST + 1), reason: 'mistake' },
      ADMIN,
    )
    .then(t, 'cannot be reversed', { refused: 'not_reversible' });
  const large = { ...brought(till('pool'), '1000000'), recordedAt: '2026-06-08T10:00:00.000Z' };
  given([...START, large, large])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'takes no more than one movement may', { refused: 'settlement_too_large' });
  given([...world({}, 1), soldAt('2026-06-08T10:00:00.000Z')])
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'waits for the format', { refused: 'format_too_low' });
});

t.test('an agreed reimbursement', async (t) => {
  const sell = soldAt('2026-06-08T10:00:00.000Z', '1.5');
  const agreed = (rate: string) => did(agree(rate), ADMIN, on('06-08', '11:00:00.000'));
  given(START)
    .when(agree('3.50'), ADMIN)
    .then(t, 'is recorded as it was said', [
      { type: 'ReimbursementAgreed', data: { rate: '3.50', venueId: POOL } },
    ]);
  given(START)
    .when({ ...agree('1'), venueId: venueId('x') } as Ask, ADMIN)
    .then(t, 'is one with a venue', { refused: 'venue_not_found' });
  const pounds = { rate: '3.4567', pounds: '5.19' };
  given([...START, sell, agreed('3.4567')])
    .when(settle('2026-06-08'), ADMIN)
    .then(t, 'is told in pounds, half up to the penny', [
      settled(1, '2026-06-08', [FIRST, FIRST], '1.5', pounds),
    ]);
  given([...START, sell, agreed('3.4567'), agreed('0.00')])
    .when(settle('2026-06-08'), ADMIN)
    .then(t, 'is not told when it was ended', [settled(1, '2026-06-08', [FIRST, FIRST], '1.5')]);
  const back = [
    ...[...START, sell, agreed('2.01')],
    did(settle('2026-06-08'), ADMIN, on('06-09', '08:00:00.000')),
    did(refund(FIRST, '0.5'), ADMIN, on('06-09', '11:00:00.000')),
  ];
  given(back)
    .when(settle('2026-06-09'), ADMIN)
    .then(t, 'is negative for a negative settlement', [
      settled(2, '2026-06-09', [FIRST + 3, FIRST + 3], '-0.5', { rate: '2.01', pounds: '-1.01' }),
    ]);
  given([...START, sell, agreed('2'), did(refund(FIRST), ADMIN, on('06-08', '12:00:00.000'))])
    .when(settle('2026-06-08'), ADMIN)
    .then(t, 'and nothing for nothing', [
      settled(1, '2026-06-08', [FIRST, FIRST + 2], '0', { rate: '2', pounds: '0.00' }),
    ]);
});

/** The last instant of a day in London and the first of the next, in UTC. */
const MIDNIGHTS = [
  [
    'before clocks go forward',
    '2026-03-28',
    '2026-03-28T23:59:59.999Z',
    '2026-03-29T00:00:00.000Z',
  ],
  ['as clocks go forward', '2026-03-29', '2026-03-29T22:59:59.999Z', '2026-03-29T23:00:00.000Z'],
  ['before clocks go back', '2026-10-24', '2026-10-24T22:59:59.999Z', '2026-10-24T23:00:00.000Z'],
  ['as clocks go back', '2026-10-25', '2026-10-25T23:59:59.999Z', '2026-10-26T00:00:00.000Z'],
  ['at the end of the year', '2026-12-31', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
] as const;

t.test('the day of an entry is that of the network', async (t) => {
  for (const [when, day, last, next] of MIDNIGHTS) {
    const past = [...START, soldAt(last, '2'), soldAt(next)];
    given(past)
      .when(settle(day), ADMIN, { at: next })
      .then(t, `${when}: the day has ended at midnight, with its last entry`, [
        settled(1, day, [FIRST, FIRST], '2'),
      ]);
    given([...START, soldAt(last, '2')])
      .when(settle(day), ADMIN, { at: last })
      .then(t, `${when}: and not a moment earlier`, { refused: 'day_not_ended' });
  }
});

t.test('a request that is sent again', async (t) => {
  const key = hashOf('settlement');
  const terms = { ...on('06-10', '08:00:00.000'), key, body: hashOf('body') };
  const past = [
    ...START,
    soldAt('2026-06-08T10:00:00.000Z'),
    did(settle('2026-06-08'), ADMIN, terms),
  ];
  given(past)
    .when(settle('2026-06-08'), ADMIN, { key, body: hashOf('body') })
    .then(t, 'is answered as before', { replayed: [FIRST + 1] });
  const { decision } = given(past).when(settle('2026-06-09'), ADMIN, {
    key,
    body: hashOf('other'),
  });
  t.match(decision, { refusal: { code: 'key_reused', detail: /to/ } }, 'or told what differs');
});
