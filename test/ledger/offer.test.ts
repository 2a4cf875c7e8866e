import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { WeeklyTime } from '../../schemas/events/offer.ts';
import { did, given, madeAt } from '../support/given.ts';
import {
  book,
  held,
  offerId,
  published,
  SWIM,
  swim,
  swimming,
  withdrawn,
} from '../support/booked.ts';
import {
  ADMIN,
  brought,
  COORDINATOR,
  NEXT,
  organisationId,
  OTHER_PARTNER,
  PARTNER,
  sale,
  sold,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

const CREDITED = [...world(), brought(wallet('asha'), '900')];
const OFFER = { offerId: SWIM };
type Terms = Parameters<typeof published>[0];

/** A swim of Asha's alone, under some terms, at a time of its own. */
const swimAt = (terms: Terms, now: string, occurredAt?: string) =>
  given(CREDITED, published(terms)).when(swim('asha', occurredAt ? { occurredAt } : {}), PARTNER, {
    at: new Date(now).toISOString(),
  });

t.test('publishing an offer', async (t) => {
  const publish = (more: Terms = {}): Ask => ({ type: 'PublishOffer', ...swimming(more) });
  const all: Terms = {
    caps: { memberDay: 1, memberMonth: 4, slotPlaces: 20, venueDayCredits: '100' },
    exceptDates: ['2026-12-25'],
    times: [{ days: ['mon', 'fri'], from: '09:00', to: '24:00' }],
    validFrom: '2026-06-01',
    validTo: '2026-12-31',
  };
  given(CREDITED)
    .when(publish(all), PARTNER)
    .then(t, 'keeps all its terms', [
      {
        type: 'OfferPublished',
        data: { offerId: madeAt('off', NEXT + 1), ...swimming(all) },
        by: { access: PARTNER, organisation: organisationId('leisure') },
      },
    ]);
  given(CREDITED)
    .when(publish({ venueId: venueId('screen') }), PARTNER)
    .then(t, 'is for one’s own venues', { refused: 'venue_not_found' });
  given(CREDITED)
    .when(publish(), COORDINATOR)
    .then(t, 'is not for coordinators', { refused: 'forbidden' });
  given(CREDITED)
    .when(publish({ validFrom: '2026-06-02', validTo: '2026-06-01' }), PARTNER)
    .then(t, 'takes days in their order', { refused: 'days_inverted' });
  const { decision } = given(CREDITED).when(
    publish({ validFrom: '2026-06-01', validTo: '2026-06-01' }),
    ADMIN,
  );
  t.equal(decision.outcome, 'accepted', 'or one day alone');
  given(world({}, 1))
    .when(publish(), PARTNER)
    .then(t, 'waits for the second format of the ledger', { refused: 'format_too_low' });
});

t.test('withdrawing an offer', async (t) => {
  const withdraw = { type: 'WithdrawOffer', offerId: SWIM } as const;
  given(CREDITED, published())
    .when(withdraw, PARTNER)
    .then(t, 'is recorded', [{ type: 'OfferWithdrawn', data: withdrawn().data }]);
  given(CREDITED, published())
    .when(withdraw, OTHER_PARTNER)
    .then(t, 'is not another partner’s to do', { refused: 'offer_not_found' });
  given(CREDITED).when(withdraw, PARTNER).then(t, 'needs one', { refused: 'offer_not_found' });
  given(CREDITED, published(), withdrawn())
    .when(withdraw, PARTNER)
    .then(t, 'is done once', { refused: 'offer_withdrawn' });
});

t.test('what an offer takes', async (t) => {
  const taking = (party?: { adults: number; under16s: number }) =>
    given(CREDITED, published()).when(swim('asha', { party }), PARTNER);
  taking().then(t, 'is the price of an adult', [sold('asha', '2', OFFER)]);
  const family = { adults: 2, under16s: 3 };
  taking(family).then(t, 'or of a party', [sold('asha', '7', { ...OFFER, party: family })]);
  const largest = { adults: 1, under16s: 5 };
  taking(largest).then(t, 'as large as it is for', [
    sold('asha', '7', { ...OFFER, party: largest }),
  ]);
  taking({ adults: 6, under16s: 1 }).then(t, 'and no larger', { refused: 'party_too_large' });
  taking({ adults: 0, under16s: 0 }).then(t, 'of somebody', { refused: 'nothing_to_take' });
  const children = { adults: 0, under16s: 2 };
  given(CREDITED, published({ under16Credits: '0' }))
    .when(swim('asha', { party: children }), PARTNER)
    .then(t, 'is not nothing', { refused: 'nothing_to_take' });
  given(CREDITED, published({ adultCredits: '300' }))
    .when(swim('asha', { party: { adults: 2, under16s: 0 } }), PARTNER)
    .then(t, 'may be more than a sale without an offer', [
      sold('asha', '600', { ...OFFER, party: { adults: 2, under16s: 0 } }),
    ]);
  given(CREDITED, published({ adultCredits: '1000' }))
    .when(swim('asha'), PARTNER)
    .then(t, 'is at most what there is', { refused: 'insufficient_credits' });
});

t.test('an offer', async (t) => {
  given(CREDITED, published())
    .when(swim('asha', { offerId: offerId('other') }), PARTNER)
    .then(t, 'must be known', { refused: 'offer_not_found' });
  given(CREDITED, published({ venueId: venueId('screen') }))
    .when(swim('asha'), PARTNER)
    .then(t, 'must be of that venue', { refused: 'offer_not_found' });
  given(CREDITED, published(), withdrawn())
    .when(swim('asha'), PARTNER)
    .then(t, 'must not be withdrawn when the cashier confirms', { refused: 'offer_withdrawn' });
  given(CREDITED, published(), withdrawn())
    .when(book('asha'), PARTNER)
    .then(t, 'nor when it is booked', { refused: 'offer_withdrawn' });
});

t.test('a venue with offers', async (t) => {
  given(CREDITED, published())
    .when(sale('asha', '2'), PARTNER)
    .then(t, 'takes no bare credits', { refused: 'offer_required' });
  given(CREDITED, published())
    .when(book('asha', '2'), PARTNER)
    .then(t, 'and books none', { refused: 'offer_required' });
  given(CREDITED, published(), withdrawn())
    .when(sale('asha', '2'), PARTNER)
    .then(t, 'does so again once they are withdrawn', [sold('asha', '2')]);
  const open = {
    type: 'VenueRegistered' as const,
    data: { venueId: venueId('lido'), organisationId: organisationId('leisure'), name: 'Lido' },
  };
  const lido = { venueId: venueId('lido') };
  const both = [...CREDITED, { ...open, data: { ...open.data, openAmounts: true as const } }];
  const at = { ...lido, credits: '50', offerId: undefined };
  given(both, published(lido))
    .when(sale('asha', '50', lido), PARTNER)
    .then(t, 'takes them where it said so', [
      sold('asha', '50', { credit: `till:${venueId('lido')}` }),
    ]);
  given(both, published(lido))
    .when({ ...sale('asha', '50.01'), ...lido }, PARTNER)
    .then(t, 'up to the limit of the rules', { refused: 'redemption_too_large' });
  given(both, published(lido))
    .when(book('asha', '50', at), PARTNER)
    .then(t, 'also booked', [held('asha', '50', lido)]);
});

t.test('the days of an offer', async (t) => {
  const days = { validFrom: '2026-06-10', validTo: '2026-06-12', exceptDates: ['2026-06-11'] };
  const on = (now: string) => swimAt(days, now);
  const taken = [sold('asha', '2', OFFER)];
  const refused = { refused: 'offer_not_available' as const };
  on('2026-06-09T23:59:59+01:00').then(t, 'are not before the first', refused);
  on('2026-06-10T00:00:00+01:00').then(t, 'begin with the first', taken);
  on('2026-06-11T12:00:00+01:00').then(t, 'leave out those excepted', refused);
  on('2026-06-12T23:59:59+01:00').then(t, 'end with the last', taken);
  on('2026-06-13T00:00:00+01:00').then(t, 'are not after it', refused);
  swimAt({ validTo: '2026-12-31' }, '2027-01-01T00:00:00Z').then(t, 'end with the year', refused);
  swimAt({ validTo: '2026-12-31' }, '2027-01-02T09:00:00Z', '2026-12-31T23:59:59Z').then(
    t,
    'as the till’s time tells it, which may be two days ago',
    [sold('asha', '2', OFFER)],
  );
  const { decision } = on('2026-06-11T12:00:00+01:00');
  const when = /available at any time from 2026-06-10 until 2026-06-12 but not on 2026-06-11\./;
  t.match(decision, { refusal: { detail: when, aloud: when } }, 'are told to who asks');
});

t.test('the times of an offer', async (t) => {
  const times: WeeklyTime[] = [
    { days: ['wed'], from: '09:00', to: '12:00' },
    { days: ['wed', 'thu'], from: '11:00', to: '13:00' },
    { days: ['sun'], from: '20:00', to: '24:00' },
  ];
  const terms = { times, caps: { slotPlaces: 99 } };
  const on = (occurredAt: string) => swimAt(terms, '2026-06-12T09:00:00+01:00', occurredAt);
  const slot = (minute: number) => [sold('asha', '2', { ...OFFER, slot: minute })];
  const refused = { refused: 'offer_not_available' as const };
  on('2026-06-10T08:59:59+01:00').then(t, 'are not before they begin', refused);
  on('2026-06-10T09:00:00+01:00').then(t, 'begin on the minute', slot(540));
  on('2026-06-10T08:00:00Z').then(t, 'on the network’s clock', slot(540));
  on('2026-06-10T11:30:00+01:00').then(t, 'are the first of those that overlap', slot(540));
  on('2026-06-10T12:00:00+01:00').then(t, 'and then the other', slot(660));
  on('2026-06-10T13:00:00+01:00').then(t, 'are over at their end', refused);
  on('2026-06-11T10:00:00+01:00').then(t, 'are those of their weekdays', refused);
  const late = swimAt(terms, '2026-06-14T23:59:59+01:00');
  late.then(t, 'may run to the end of the day', slot(1200));
  swimAt(terms, '2026-06-15T00:00:00+01:00').then(t, 'which is not in the next', refused);
  const { decision } = on('2026-06-10T13:00:00+01:00');
  const when =
    /available Wednesday 09:00 to 12:00, Wednesday, Thursday 11:00 to 13:00, Sunday 20:00 to 24:00/;
  t.match(decision, { refusal: { detail: when, aloud: when } }, 'are told to who asks');
  const daily = { times: [{ days: [...WEEK], from: '09:00', to: '10:00' }] };
  t.match(
    swimAt(daily, '2026-06-10T12:00:00Z').decision,
    { refusal: { aloud: /^This offer is available every day 09:00 to 10:00\. Nothing was taken/ } },
    'as shortly as can be',
  );
});

const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

t.test('where the clocks change', async (t) => {
  const terms = {
    times: [
      { days: ['sun' as const], from: '01:00', to: '02:00' },
      { days: ['sun' as const], from: '02:00', to: '03:00' },
    ],
    caps: { slotPlaces: 1 },
  };
  const slot = (minute: number) => [sold('asha', '2', { ...OFFER, slot: minute })];
  const autumn = '2026-10-25T12:00:00Z';
  const first = '2026-10-25T01:30:00+01:00';
  const second = '2026-10-25T01:30:00Z';
  swimAt(terms, autumn, first).then(t, 'half past one is there', slot(60));
  swimAt(terms, autumn, second).then(t, 'twice in autumn', slot(60));
  given(
    ...[CREDITED, published(terms)],
    did(swim('asha', { occurredAt: first }), PARTNER, { at: '2026-10-25T11:00:00.000Z' }),
  )
    .when(swim('asha', { occurredAt: second }), PARTNER, { at: '2026-10-25T12:00:00.000Z' })
    .then(t, 'and counts to one slot', {
      refused: 'cap_reached',
      facts: { cap: 'slotPlaces', opensOn: '2026-10-25', opensAt: '02:00' },
    });
  const spring = '2026-03-29T12:00:00Z';
  swimAt(terms, spring, '2026-03-29T00:59:59Z').then(t, 'the hour before is not yet', {
    refused: 'offer_not_available',
  });
  swimAt(terms, spring, '2026-03-29T01:00:00Z').then(
    t,
    'the missing hour of spring is that after it',
    slot(120),
  );
});
