import t from 'tap';
import { given } from '../support/given.ts';
import { book, held, published } from '../support/booked.ts';
import { ADMIN, brought, PARTNER, wallet, world } from '../support/past.ts';

const CREDITED = [...world(), brought(wallet('asha'), '10')];
type More = Parameters<typeof book>[2];
const at = (now: string, more: More = {}) =>
  given(CREDITED).when(book('asha', '4', more), PARTNER, { at: now });
const until = (visitOn: string, expiresAt: string, more: More = {}) => [
  held('asha', '4', { visitOn, expiresAt, visitAt: more.visitAt }),
];

t.test('unless told, a booking expires with the day of the visit', async (t) => {
  const ends = (sentence: string, visitAt: string, now: string, day: string, end: string) =>
    at(now, { visitAt }).then(t, sentence, until(day, end, { visitAt }));
  at('2026-06-10T22:59:59.999Z').then(
    t,
    'which is today where no visit is named',
    until('2026-06-10', '2026-06-10T23:00:00.000Z'),
  );
  at('2026-06-10T23:00:00.000Z').then(
    t,
    'on the network’s clock',
    until('2026-06-11', '2026-06-11T23:00:00.000Z'),
  );
  ends(
    'whatever offset the visit is given with',
    '2026-06-20T01:00:00+05:00',
    '2026-06-10T09:00:00.000Z',
    '2026-06-19',
    '2026-06-19T23:00:00.000Z',
  );
  ends(
    'of 23 hours when the clocks go on',
    '2026-03-29T00:30:00Z',
    '2026-03-28T12:00:00.000Z',
    '2026-03-29',
    '2026-03-29T23:00:00.000Z',
  );
  ends(
    'of 25 hours when they go back',
    '2026-10-25T00:30:00+01:00',
    '2026-10-24T12:00:00.000Z',
    '2026-10-25',
    '2026-10-26T00:00:00.000Z',
  );
  ends(
    'also the last of the year',
    '2026-12-31T20:00:00Z',
    '2026-12-20T12:00:00.000Z',
    '2026-12-31',
    '2027-01-01T00:00:00.000Z',
  );
});

t.test('a booking that says when it expires', async (t) => {
  const now = '2026-06-10T09:00:00.000Z';
  const expiring = (expiresAt: string, more: More = {}) => at(now, { expiresAt, ...more });
  expiring('2026-06-10T09:00:00.001Z').then(
    t,
    'may do so at once',
    until('2026-06-10', '2026-06-10T09:00:00.001Z'),
  );
  expiring(now).then(t, 'but not by now', { refused: 'hold_too_long' });
  expiring('2026-07-11T23:00:00.000Z').then(
    t,
    'may do so with the last day that the rules allow',
    until('2026-06-10', '2026-07-11T23:00:00.000Z'),
  );
  expiring('2026-07-11T23:00:00.001Z').then(t, 'and not later', { refused: 'hold_too_long' });
  given(CREDITED)
    .when(book('asha', '4', { expiresAt: '2026-07-11T23:00:00.001Z' }), ADMIN, { at: now })
    .then(t, 'which is so for an admin too', { refused: 'hold_too_long' });
  at('2026-10-01T09:00:00.000Z', { expiresAt: '2026-11-02T00:00:00.000Z' }).then(
    t,
    'counts days, not hours, where the clocks go back between',
    until('2026-10-01', '2026-11-02T00:00:00.000Z'),
  );
});

t.test('a visit', async (t) => {
  const now = '2026-06-10T09:00:00.000Z';
  const visiting = (visitAt: string, when = now) => at(when, { visitAt });
  const short = '2026-06-10T08:58:00.000Z';
  visiting(short).then(
    t,
    'may have been two minutes ago, and counts as now',
    until('2026-06-10', '2026-06-10T23:00:00.000Z', { visitAt: short }),
  );
  visiting('2026-06-10T08:57:59.999Z').then(t, 'and not longer', { refused: 'visit_in_past' });
  const yesterday = '2026-06-10T23:59:00+01:00';
  visiting(yesterday, '2026-06-10T23:00:30.000Z').then(
    t,
    'counts as now also over midnight',
    until('2026-06-11', '2026-06-11T23:00:00.000Z', { visitAt: yesterday }),
  );
  const last = '2026-07-11T23:59:59+01:00';
  visiting(last).then(
    t,
    'may be on the last day that the rules allow',
    until('2026-07-11', '2026-07-11T23:00:00.000Z', { visitAt: last }),
  );
  for (const late of [
    '2026-07-12T00:00:00+01:00',
    '9999-12-31T23:59:59Z',
    '9999-12-31T23:59:59-23:59',
  ]) {
    visiting(late).then(t, `and not on a later one, ${late}`, { refused: 'hold_too_long' });
    at(now, { visitAt: late, expiresAt: '2026-06-11T09:00:00.000Z' }).then(
      t,
      'whenever it expires',
      { refused: 'hold_too_long' },
    );
  }
});

t.test('the offer', async (t) => {
  const morning = { times: [{ days: ['sat' as const], from: '09:00', to: '12:00' }] };
  const visiting = (visitAt: string) =>
    given(CREDITED, published(morning)).when(book('asha', undefined, { visitAt }), PARTNER);
  t.match(visiting('2026-06-20T09:00:00+01:00').decision, { outcome: 'accepted' });
  visiting('2026-06-20T08:59:59+01:00').then(t, 'must be available at the time of the visit', {
    refused: 'offer_not_available',
  });
});
