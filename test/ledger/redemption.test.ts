import t from 'tap';
import { given, NOW } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  brought,
  card,
  carded,
  cardId,
  cardRevoked,
  COORDINATOR,
  memberId,
  OTHER_PARTNER,
  PARTNER,
  sale,
  sold,
  till,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

const CREDITED = [...world(), brought(wallet('asha'), '60')];

t.test('a redemption', async (t) => {
  const all = {
    party: { adults: 2, under16s: 1 },
    reference: 'till-1/0001',
    terminal: 'till-1',
  };
  given(CREDITED)
    .when(sale('asha', '1.5', all), PARTNER)
    .then(t, 'takes credits from the wallet to the till, with what the till said', [
      { ...sold('asha', '1.5', all), occurredOn: '2026-06-10' },
    ]);
  given(CREDITED)
    .when(sale('asha', '1.5'), ADMIN)
    .then(t, 'may be recorded by an admin', [sold('asha', '1.5')]);
  given(CREDITED)
    .when(sale('asha', '1.5'), OTHER_PARTNER)
    .then(t, 'is not for another partner’s venue', { refused: 'venue_not_found' });
  given(CREDITED)
    .when(sale('asha', '1', { venueId: venueId('screen') }), OTHER_PARTNER)
    .then(t, 'goes to the venue named', [sold('asha', '1', { credit: till('screen') })]);
  given(CREDITED)
    .when(sale('asha', '1', { venueId: venueId('nowhere') }), ADMIN)
    .then(t, 'needs a venue', { refused: 'venue_not_found' });
  given(CREDITED)
    .when(sale('nobody', '1'), PARTNER)
    .then(t, 'needs a member', { refused: 'member_not_found' });
  given(CREDITED)
    .when(sale('asha', '1'), COORDINATOR)
    .then(t, 'is not for coordinators', { refused: 'forbidden' });
});

t.test('a card', async (t) => {
  const withCard = sale('asha', '1', { member: card('asha') });
  const shown = [sold('asha', '1', { cardId: cardId('asha') })];
  given(CREDITED, carded('asha')).when(withCard, PARTNER).then(t, 'stands for its member', shown);
  given(CREDITED, carded('asha'))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'must be shown at a till once there is one', { refused: 'card_required' });
  given(CREDITED, carded('asha'))
    .when(sale('asha', '1'), ADMIN)
    .then(t, 'need not be shown to an admin', [sold('asha', '1')]);
  given(CREDITED).when(withCard, PARTNER).then(t, 'must be known', { refused: 'card_unknown' });
  given(CREDITED, carded('asha'), cardRevoked('asha'))
    .when(withCard, PARTNER)
    .then(t, 'must not be revoked', { refused: 'card_revoked' });
  given(CREDITED, carded('asha'), cardRevoked('asha'))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'is missed where it was lost: the id alone opens nothing', {
      refused: 'card_required',
    });
  given(CREDITED, carded('asha'), cardRevoked('asha'))
    .when(sale('asha', '1'), ADMIN)
    .then(t, 'that was lost stops no admin with a paper sheet', [sold('asha', '1')]);
  const fresh = { cardId: cardId('new'), memberId: memberId('asha'), hmac: hashOf('new') };
  given(CREDITED, carded('asha'), cardRevoked('asha'), { type: 'CardIssued', data: fresh })
    .when(sale('asha', '1', { member: { cardHmac: hashOf('new') } }), PARTNER)
    .then(t, 'is followed by a new one', [sold('asha', '1', { cardId: cardId('new') })]);
});

t.test('how much', async (t) => {
  given(CREDITED)
    .when(sale('asha', '50'), PARTNER)
    .then(t, 'may be the largest', [sold('asha', '50')]);
  given(CREDITED)
    .when(sale('asha', '50.01'), PARTNER)
    .then(t, 'is at most the largest redemption', { refused: 'redemption_too_large' });
  given(CREDITED)
    .when(sale('asha', '50.01'), ADMIN)
    .then(t, 'is so for an admin too', { refused: 'redemption_too_large' });
  const poor = given(world(), brought(wallet('asha'), '1')).when(sale('asha', '2'), PARTNER);
  poor.then(t, 'is at most what the wallet has', {
    refused: 'insufficient_credits',
    facts: { available: '1', needed: '2' },
  });
  t.match(
    poor.decision,
    { refusal: { aloud: 'Only 1 credit left; this takes 2 credits. Nothing was taken.' } },
    'and a cashier can say so',
  );
  given(world(), brought(wallet('asha'), '1'))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'may be all of it', [sold('asha', '1')]);
});

t.test('when it was', async (t) => {
  const at = (occurredAt: string, now = NOW) =>
    given(CREDITED).when(sale('asha', '1', { occurredAt }), PARTNER, { at: now });
  const on = (occurredOn: string, occurredAt: string) => [
    { ...sold('asha', '1'), occurredOn, occurredAt },
  ];
  const kept = '2026-06-09T20:15:00+01:00';
  at(kept).then(t, 'is kept as the till gave it', on('2026-06-09', kept));
  const ahead = '2026-06-10T09:02:00.000Z';
  at(ahead).then(t, 'may be two minutes ahead, and counts as now', on('2026-06-10', ahead));
  at('2026-06-10T09:02:00.001Z').then(t, 'may not be more', { refused: 'occurred_in_future' });
  at('2026-06-10T00:01:00+01:00', '2026-06-09T22:59:30.000Z').then(
    t,
    'counts as now also over midnight',
    on('2026-06-09', '2026-06-10T00:01:00+01:00'),
  );
  const edge = '2026-06-08T00:00:00+01:00';
  at(edge).then(t, 'may be two days ago', on('2026-06-08', edge));
  at('2026-06-07T23:59:59+01:00').then(t, 'may not be three', { refused: 'too_long_ago' });
  const winter = '2026-10-25T00:30:00Z';
  at(winter, '2026-10-27T23:59:00.000Z').then(
    t,
    'counts days of the network where the clocks go back',
    on('2026-10-25', winter),
  );
  const summer = '2026-03-28T23:30:00Z';
  at(summer, '2026-03-30T22:59:00.000Z').then(t, 'and where they go on', on('2026-03-28', summer));
  at(summer, '2026-03-30T23:00:00.000Z').then(t, 'to the hour', { refused: 'too_long_ago' });
  const newYear = '2026-12-31T23:59:59Z';
  at(newYear, '2027-01-02T12:00:00.000Z').then(
    t,
    'goes back over the year’s end',
    on('2026-12-31', newYear),
  );
});
