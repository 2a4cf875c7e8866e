import t from 'tap';
import { did, given } from '../support/given.ts';
import {
  book,
  booked,
  bookPot,
  cancel,
  capture,
  captured,
  CREDITED,
  held,
  HOLD,
  holdAt,
  refund,
  tripBooked,
} from '../support/booked.ts';
import {
  accessId,
  ADMIN,
  AT,
  AUDITOR,
  brought,
  card,
  carded,
  cardRevoked,
  cardId,
  COORDINATOR,
  granted,
  hours,
  NEXT,
  organisationId,
  OTHER_COORDINATOR,
  OTHER_PARTNER,
  PARTNER,
  pot,
  registered,
  sale,
  sold,
  venue,
  venueId,
  wallet,
} from '../support/past.ts';

const ofPot = { account: pot('garden') };

t.test('a booking', async (t) => {
  const all = {
    party: { adults: 2, under16s: 1 },
    reference: 'trip-1',
    terminal: 'till-1',
    visitAt: '2026-06-10T15:00:00+01:00',
  };
  given(CREDITED)
    .when(book('asha', '4', all), PARTNER)
    .then(t, 'holds credits of a member for a venue, with what the till said', [
      {
        ...held('asha', '4', all),
        by: { access: PARTNER, organisation: organisationId('leisure') },
      },
    ]);
  given(CREDITED)
    .when(book('asha', '4'), ADMIN)
    .then(t, 'may be made by an admin', [held('asha', '4')]);
  given(CREDITED)
    .when(book('asha', '4'), OTHER_PARTNER)
    .then(t, 'is not for another partner’s venue', { refused: 'venue_not_found' });
  given(CREDITED)
    .when(book('asha', '4'), COORDINATOR)
    .then(t, 'of a member is not for coordinators', { refused: 'forbidden' });
  given(CREDITED)
    .when(book('asha', '4'), AUDITOR)
    .then(t, 'is not for auditors', { refused: 'forbidden' });
  given(CREDITED)
    .when(book('asha', '4', { venueId: venueId('nowhere') }), ADMIN)
    .then(t, 'needs a venue', { refused: 'venue_not_found' });
  given(CREDITED)
    .when(book('nobody', '4'), PARTNER)
    .then(t, 'needs a member', { refused: 'member_not_found' });
  given(CREDITED, carded('asha'))
    .when(book('asha', '4'), PARTNER)
    .then(t, 'needs the card of a member who has one', { refused: 'card_required' });
  given(CREDITED, carded('asha'))
    .when(book('asha', '4', { member: card('asha') }), PARTNER)
    .then(t, 'keeps which card was shown', [held('asha', '4', { cardId: cardId('asha') })]);
  given(CREDITED, carded('asha'))
    .when(book('asha', '4'), ADMIN)
    .then(t, 'of an admin needs no card', [held('asha', '4')]);
  given(CREDITED, carded('asha'), cardRevoked('asha'))
    .when(book('asha', '4'), PARTNER)
    .then(t, 'by the id alone is refused also once the card was lost', {
      refused: 'card_required',
    });
});

t.test('a booking of a pot', async (t) => {
  given(CREDITED)
    .when(bookPot('garden', '30', { venueId: venueId('screen') }), COORDINATOR)
    .then(t, 'is its coordinator’s, for any venue that is named', [
      {
        ...held('', '30', { ...ofPot, venueId: venueId('screen') }),
        by: { access: COORDINATOR, organisation: organisationId('garden') },
      },
    ]);
  given(CREDITED)
    .when(bookPot('garden', '30'), OTHER_COORDINATOR)
    .then(t, 'is not another group’s', { refused: 'organisation_not_found' });
  given(CREDITED)
    .when(bookPot('garden', '30'), PARTNER)
    .then(t, 'is not the venue’s', { refused: 'forbidden' });
  given(CREDITED)
    .when(bookPot('nobody', '30'), ADMIN)
    .then(t, 'needs a group', { refused: 'organisation_not_found' });
  given(CREDITED)
    .when(bookPot('garden', '41'), COORDINATOR)
    .then(t, 'is at most what the pot has', { refused: 'insufficient_credits' });
  given(CREDITED, tripBooked)
    .when(capture(HOLD), COORDINATOR)
    .then(t, 'is not captured by the group', { refused: 'forbidden' });
  given(CREDITED, tripBooked)
    .when(capture(HOLD), PARTNER)
    .then(t, 'is captured by the venue', [
      {
        ...captured('', '30', HOLD, { debit: pot('garden') }),
        by: { access: PARTNER, organisation: organisationId('leisure') },
      },
    ]);
  given(CREDITED, tripBooked)
    .when(capture(HOLD), OTHER_PARTNER)
    .then(t, 'and by no other', { refused: 'hold_not_found' });
  const freed = { type: 'HoldCancelled', data: { ...ofPot, held: '30', holdId: holdAt(HOLD) } };
  for (const by of [COORDINATOR, PARTNER, ADMIN]) {
    given(CREDITED, tripBooked)
      .when(cancel(HOLD), by)
      .then(t, 'is cancelled by either side', [freed as never]);
  }
  given(CREDITED, tripBooked)
    .when(cancel(HOLD), OTHER_COORDINATOR)
    .then(t, 'and by nobody else', { refused: 'hold_not_found' });
});

t.test('an organisation that both earns and spends', async (t) => {
  const both = [
    ...CREDITED,
    registered('centre', 'earn', 'spend'),
    venue('hall', 'centre'),
    brought(pot('centre'), '40'),
    granted('centre coordinator', 'coordinator', { organisation: 'centre' }),
    granted('centre till', 'partner', { organisation: 'centre' }),
  ];
  const hall = { venueId: venueId('hall') };
  given(both)
    .when(book('asha', '4', hall), accessId('centre coordinator'))
    .then(t, 'has a till for members, not its coordinator', { refused: 'forbidden' });
  given(both)
    .when(bookPot('centre', '4', hall), accessId('centre till'))
    .then(t, 'and a coordinator for its pot, not its till', { refused: 'forbidden' });
  given(both)
    .when(bookPot('centre', '4', hall), accessId('centre coordinator'))
    .then(t, 'who may book at its own venue', [held('', '4', { account: pot('centre'), ...hall })]);
});

t.test('what is held', async (t) => {
  const short = (available: string, needed: string) => ({
    refused: 'insufficient_credits' as const,
    facts: { available, needed },
  });
  given(CREDITED, booked)
    .when(sale('asha', '6.01'), PARTNER)
    .then(t, 'is not redeemed', short('6', '6.01'));
  given(CREDITED, booked)
    .when(sale('asha', '6'), PARTNER)
    .then(t, 'leaves the rest', [sold('asha', '6')]);
  given(CREDITED, booked)
    .when(book('asha', '6.01'), PARTNER)
    .then(t, 'is not held twice', short('6', '6.01'));
  const gift = (from: string, to: string, credits: string) =>
    ({
      type: 'TransferCredits',
      entries: [{ from, to, credits }],
      reason: 'gift',
      agreed: 'card',
    }) as const;
  given(CREDITED, booked)
    .when(gift(wallet('asha'), wallet('carol'), '6.01'), COORDINATOR)
    .then(t, 'is not given away', short('6', '6.01'));
  given(CREDITED, tripBooked)
    .when(gift(pot('garden'), wallet('asha'), '11'), COORDINATOR)
    .then(t, 'is not shared out', short('10', '11'));
  const issued = did(hours({ carol: 120 }), COORDINATOR, AT);
  given(CREDITED, issued, did(book('carol', '1.5'), PARTNER, AT))
    .when({ ...refund(HOLD), reason: 'mistake' } as never, ADMIN)
    .then(t, 'is not taken back with the hours it was given for', {
      refused: 'insufficient_credits',
      facts: { available: '0.5', needed: '2', reversibleMinutes: 0 },
    });
  given(CREDITED, booked)
    .when(capture(HOLD), PARTNER)
    .then(t, 'is there for its capture', [captured('asha', '4', HOLD)]);
});

t.test('a capture', async (t) => {
  const words = { reference: 'trip-1', terminal: 'till-1', party: { adults: 1, under16s: 0 } };
  given(CREDITED, did(book('asha', '4', words), PARTNER, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'repeats what the booking said', [captured('asha', '4', HOLD, words)]);
  given(CREDITED, did(book('asha', '4', words), PARTNER, AT))
    .when({ ...capture(HOLD), terminal: 'till-2' } as never, PARTNER)
    .then(t, 'may be at another till', [
      captured('asha', '4', HOLD, { ...words, terminal: 'till-2' }),
    ]);
  given(CREDITED, booked)
    .when(capture(HOLD, '1.5'), PARTNER)
    .then(t, 'of a part releases the rest', [captured('asha', '1.5', HOLD, { released: '2.5' })]);
  given(CREDITED, booked, did(capture(HOLD, '1.5'), PARTNER, AT))
    .when(sale('asha', '8.5'), PARTNER)
    .then(t, 'which can be spent again', [sold('asha', '8.5')]);
  given(CREDITED, booked)
    .when(capture(HOLD, '4'), PARTNER)
    .then(t, 'may name all of it', [captured('asha', '4', HOLD)]);
  given(CREDITED, booked)
    .when(capture(HOLD, '4.01'), PARTNER)
    .then(t, 'takes no more than was booked', { refused: 'more_than_held' });
  given(CREDITED, booked, did(capture(HOLD), PARTNER, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'happens once', { refused: 'hold_captured' });
  given(CREDITED, booked, did(capture(HOLD), PARTNER, AT))
    .when(cancel(HOLD), PARTNER)
    .then(t, 'is not cancelled', { refused: 'hold_captured' });
  given(CREDITED, booked, did(cancel(HOLD), PARTNER, AT))
    .when(capture(HOLD), PARTNER)
    .then(t, 'is refused once the booking is cancelled', { refused: 'hold_cancelled' });
  given(CREDITED, booked, did(cancel(HOLD), PARTNER, AT))
    .when(cancel(HOLD), PARTNER)
    .then(t, 'which is done once', { refused: 'hold_cancelled' });
  given(CREDITED)
    .when(capture(HOLD), PARTNER)
    .then(t, 'needs a booking', { refused: 'hold_not_found' });
  given(CREDITED)
    .when(capture(NEXT), PARTNER)
    .then(t, 'and not any other event', { refused: 'hold_not_found' });
  given(CREDITED, booked)
    .when({ type: 'CaptureHold', holdId: `hld_${HOLD}_0000000000000000` }, PARTNER)
    .then(t, 'nor a guess at its id', { refused: 'hold_not_found' });
});
