import t from 'tap';
import { did, given } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  book,
  booked,
  cancel,
  capture,
  CREDITED,
  HOLD,
  holdAt,
  published,
  refund,
  SWIM,
  tripBooked,
} from '../support/booked.ts';
import { AT, COORDINATOR, memberId, PARTNER, pot, refunded, wallet } from '../support/past.ts';

t.test('the refund of a capture', async (t) => {
  const done = did(capture(HOLD, '3'), PARTNER, AT);
  given(CREDITED, booked, done)
    .when(refund(HOLD + 1), PARTNER)
    .then(t, 'goes back to the wallet', [refunded('asha', '3', HOLD + 1)]);
  given(CREDITED, booked, done)
    .when(refund(HOLD + 1, '3.01'), PARTNER)
    .then(t, 'is at most what was captured', { refused: 'more_than_remains' });
  given(CREDITED, tripBooked, done)
    .when(refund(HOLD + 1), PARTNER)
    .then(t, 'or to the pot', [refunded('asha', '3', HOLD + 1, { credit: pot('garden') })]);
  given(CREDITED, tripBooked, done)
    .when(refund(HOLD + 1), COORDINATOR)
    .then(t, 'is the venue’s to give', { refused: 'transaction_not_found' });
  given(CREDITED, booked)
    .when(refund(HOLD), PARTNER)
    .then(t, 'is not there for what is only booked', { refused: 'transaction_not_found' });
  const visitAt = '2026-06-20T12:00:00Z';
  const party = { adults: 1, under16s: 1 };
  given(
    ...[CREDITED, published({ caps: { memberDay: 1 } })],
    ...[did(book('asha', undefined, { visitAt, party }), PARTNER, AT)],
    ...[did(capture(HOLD + 1), PARTNER, AT)],
  )
    .when(refund(HOLD + 2), PARTNER)
    .then(t, 'gives back what the offer caps on the day of the visit', [
      refunded('asha', '3', HOLD + 2, {
        givenBack: {
          ...{ day: '2026-06-20', offerId: SWIM, places: 2, redemptions: 1 },
          memberId: memberId('asha'),
        },
      }),
    ]);
});

t.test('voiding the key', async (t) => {
  const key = hashOf('key of a booking');
  const keyed = { ...AT, key, body: hashOf('its body') };
  const bookedSo = did(book('asha', '4'), PARTNER, keyed);
  const voids = { type: 'VoidKey', voids: key } as const;
  given(CREDITED, bookedSo)
    .when(voids, PARTNER)
    .then(t, 'of a booking cancels it', [
      { type: 'HoldCancelled', data: { account: wallet('asha'), held: '4', holdId: holdAt(HOLD) } },
    ]);
  given(CREDITED, bookedSo, did(cancel(HOLD), PARTNER, AT))
    .when(voids, PARTNER)
    .then(t, 'of one that was cancelled is inert', { standing: [HOLD] });
  given(CREDITED, bookedSo, did(capture(HOLD), PARTNER, AT))
    .when(voids, PARTNER)
    .then(t, 'of one that was captured says so', { refused: 'hold_captured' });
  given(CREDITED, booked, did(capture(HOLD, '3'), PARTNER, keyed))
    .when(voids, PARTNER)
    .then(t, 'of a capture gives it back', [
      refunded('asha', '3', HOLD + 1, { reason: 'not_provided' }),
    ]);
  given(CREDITED, booked, did(capture(HOLD), PARTNER, keyed), did(voids, PARTNER, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'after which the booking is still used', { refused: 'hold_captured' });
  given(CREDITED, did(voids, PARTNER, AT))
    .when(book('asha', '4'), PARTNER, { key, body: keyed.body })
    .then(t, 'before its booking refuses that when it comes', { refused: 'voided' });
});
