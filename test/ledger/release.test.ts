import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { Account } from '../../schemas/ids.ts';
import {
  book,
  booked,
  bookPot,
  capture,
  captured,
  CREDITED,
  held,
  HOLD,
  holdAt,
  published,
  refund,
  SWIM,
} from '../support/booked.ts';
import { did, given, transactionAt } from '../support/given.ts';
import {
  ADMIN,
  AT,
  brought,
  COORDINATOR,
  enrolled,
  memberId,
  organisationId,
  PARTNER,
  pot,
  registered,
  till,
  venue,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

/* What closing and merging do with what is booked and offered at that moment. */

const LATER = { at: '2026-06-10T09:30:00.000Z' };
const closeAsha = (restTo: Account): Ask => ({
  type: 'CloseMember',
  memberId: memberId('asha'),
  restTo,
});
const closePool: Ask = { type: 'CloseVenue', venueId: venueId('pool') };
const suspendAsha: Ask = { type: 'SuspendMember', memberId: memberId('asha') };
const mergeAsha: Ask = {
  type: 'MergeMembers',
  from: memberId('asha'),
  into: memberId('twin'),
};
const cancelled = (account: Account, amount: string, revision: number) => ({
  type: 'HoldCancelled' as const,
  data: { account, held: amount, holdId: holdAt(revision) },
});

t.test('a member with an open booking', async (t) => {
  given(CREDITED, booked)
    .when(closeAsha(pot('garden')), ADMIN)
    .then(t, 'is closed with the booking cancelled, and all goes where the rest goes', [
      cancelled(wallet('asha'), '4', HOLD),
      {
        type: 'MemberClosed',
        data: {
          ...{ memberId: memberId('asha'), restTo: pot('garden') },
          ...{ debit: wallet('asha'), credit: pot('garden'), credits: '10' },
        },
      },
    ]);
  given(CREDITED, booked, did(closeAsha('lapsed'), ADMIN, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'is not captured from after that', { refused: 'hold_cancelled' });
  given(CREDITED, booked, did(suspendAsha, ADMIN, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'is captured from while suspended', [captured('asha', '4', HOLD)]);
  given(CREDITED, did(suspendAsha, ADMIN, AT))
    .when(book('asha', '4'), PARTNER)
    .then(t, 'books nothing while suspended', { refused: 'member_suspended' });
  const came = [booked, did(capture(HOLD), PARTNER, AT), did(closeAsha('lapsed'), ADMIN, AT)];
  given(CREDITED, came)
    .when(refund(HOLD + 1), PARTNER)
    .then(t, 'is refunded, after closing, to where the rest went', [
      {
        type: 'TransactionReversed',
        data: {
          ...{ reverses: transactionAt(HOLD + 1), reason: 'goodwill' },
          ...{ debit: till('pool'), credit: 'lapsed', credits: '4' },
        },
      },
    ]);
});

t.test('two members who are one, with an open booking', async (t) => {
  const twins = [...CREDITED, enrolled('twin', 'garden')];
  const hold = HOLD + 1;
  const merged = [booked, did(mergeAsha, ADMIN, AT)];
  given(twins, merged)
    .when(capture(hold), PARTNER)
    .then(t, 'are captured from the one who goes on', [captured('twin', '4', hold)]);
  given(twins, merged)
    .when(book('twin', '6.25'), PARTNER)
    .then(t, 'have the booking held of what they have', {
      refused: 'insufficient_credits',
      facts: { available: '6', needed: '6.25' },
    });
  given(twins, merged)
    .when(book('asha', '6'), PARTNER, LATER)
    .then(t, 'book under the old id for the one who goes on', [held('twin', '6')]);

  const once = published({ caps: { memberDay: 1 } });
  const swam = [once, did(book('asha'), PARTNER, AT), did(mergeAsha, ADMIN, AT)];
  given(twins, swam)
    .when(book('twin'), PARTNER)
    .then(t, 'are one for the caps of an offer', { refused: 'cap_reached' });
  const back = [...swam, did({ type: 'CancelHold', holdId: holdAt(hold + 1) }, PARTNER, AT)];
  given(twins, back)
    .when(book('twin'), PARTNER)
    .then(t, 'and what is given back, is given back to both', [
      held('twin', '2', { offerId: SWIM }),
    ]);
  const came = [...swam, did(capture(hold + 1), PARTNER, AT)];
  given(twins, came, did(refund(hold + 3), PARTNER, AT))
    .when(book('twin'), PARTNER)
    .then(t, 'also by a refund', [held('twin', '2', { offerId: SWIM })]);
});

t.test('a venue with an offer and open bookings', async (t) => {
  const busy = [...CREDITED, did(bookPot('garden', '30'), COORDINATOR, AT), published()];
  given(busy)
    .when(closePool, ADMIN)
    .then(t, 'is closed with bookings cancelled and the offer withdrawn', [
      cancelled(pot('garden'), '30', HOLD),
      { type: 'OfferWithdrawn', data: { offerId: SWIM, venueId: venueId('pool') } },
      { type: 'VenueClosed', data: { venueId: venueId('pool') } },
    ]);
  given(busy, did(closePool, ADMIN, AT))
    .when(book('asha', '1'), PARTNER)
    .then(t, 'takes no bookings after that', { refused: 'venue_closed' });
  given(busy, did(closePool, ADMIN, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'and captures none', { refused: 'hold_cancelled' });
});

t.test('an organisation that books its own venue from its own pot', async (t) => {
  const hub = [
    ...world(),
    registered('hub', 'earn', 'spend'),
    venue('hall', 'hub'),
    brought(pot('hub'), '9'),
  ];
  const own = { venueId: venueId('hall') };
  const bookings = [did(bookPot('hub', '2', own), ADMIN, AT), did(bookPot('hub', '3'), ADMIN, AT)];
  const [first, second] = [hub.length, hub.length + 1];
  given(hub, bookings)
    .when(
      { type: 'CloseOrganisation', organisationId: organisationId('hub'), potTo: 'lapsed' },
      ADMIN,
    )
    .then(t, 'is closed with each booking cancelled once', [
      cancelled(pot('hub'), '3', second),
      cancelled(pot('hub'), '2', first),
      { type: 'VenueClosed', data: { venueId: venueId('hall') } },
      {
        type: 'OrganisationClosed',
        data: {
          ...{ organisationId: organisationId('hub'), potTo: 'lapsed' },
          ...{ debit: pot('hub'), credit: 'lapsed', credits: '9' },
        },
      },
    ]);
});
