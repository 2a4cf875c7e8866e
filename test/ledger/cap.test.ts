import t from 'tap';
import type { AccessId } from '../../schemas/ids.ts';
import type { Ask } from '../../schemas/commands.ts';
import { did, given, type Past } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  book,
  bookPot,
  cancel,
  capture,
  published,
  refund,
  SWIM,
  swim,
} from '../support/booked.ts';
import { AT, brought, COORDINATOR, NEXT, PARTNER, pot, wallet, world } from '../support/past.ts';

const CREDITED = [
  ...world(),
  brought(wallet('asha'), '900'),
  brought(wallet('carol'), '900'),
  brought(pot('garden'), '900'),
];
/** The revision of what follows the offer. */
const FIRST = NEXT + 4;
type Caps = NonNullable<NonNullable<Parameters<typeof published>[0]>['caps']>;
type Terms = Parameters<typeof published>[0];

const done = (ask: Ask, at = AT.at, by: AccessId = PARTNER) => did(ask, by, { at });
const family = { party: { adults: 2, under16s: 1 } };

/** What has happened under an offer with some caps, and then one swim more. */
function after(caps: Caps, past: readonly Past[], terms: Terms = {}) {
  const history = given(CREDITED, published({ caps, ...terms }), past);
  return {
    once: (more: Parameters<typeof swim>[1] = {}, at?: string, name = 'asha') =>
      history.when(swim(name, more), PARTNER, at === undefined ? {} : { at }).decision,
    booking: (visitAt: string, name = 'asha') =>
      history.when(book(name, undefined, { visitAt }), PARTNER).decision,
    trip: () => history.when({ ...bookPot('garden', '1'), ...TRIP } as Ask, COORDINATOR).decision,
  };
}

const TRIP = { credits: undefined, offerId: SWIM };
const taken = { outcome: 'accepted' };
const reached = (cap: string, opensOn: string) => ({
  refusal: {
    code: 'cap_reached',
    facts: { cap, opensOn: opensOn.slice(0, 'YYYY-MM-DD'.length) },
    aloud: new RegExp(`again on ${opensOn}`),
  },
});

t.test('the times a member may in a day', async (t) => {
  const caps = { memberDay: 2 };
  const twice = [done(swim('asha')), done(book('asha'))];
  t.match(after(caps, twice.slice(1)).once(), taken, 'are so many');
  t.match(after(caps, twice).once(), reached('memberDay', '2026-06-11'), 'redeemed or booked');
  t.match(after(caps, twice).once({}, undefined, 'carol'), taken, 'each');
  t.match(after(caps, twice).trip(), taken, 'and do not concern a pot');
  t.match(after(caps, twice).once({}, '2026-06-10T23:00:00.000Z'), taken, 'each day');
  t.match(after(caps, twice).booking('2026-06-11T10:00:00Z'), taken, 'by the day of the visit');
  const tomorrow = twice.map(() =>
    done(book('asha', undefined, { visitAt: '2026-06-11T10:00:00Z' })),
  );
  t.match(after(caps, tomorrow).once(), taken, 'whenever it was booked');
  t.match(
    after(caps, tomorrow).booking('2026-06-11T22:59:59Z'),
    reached('memberDay', '2026-06-12'),
    'on the network’s clock',
  );
  const late = done(swim('asha'), '2026-12-31T12:00:00.000Z');
  t.match(
    after({ memberDay: 1 }, [late]).once({}, '2026-12-31T23:59:59.999Z'),
    reached('memberDay', '2027-01-01'),
    'also on the last of the year',
  );
});

t.test('the times a member may in a month', async (t) => {
  const caps = { memberMonth: 2 };
  const twice = [
    done(swim('asha')),
    done(book('asha', undefined, { visitAt: '2026-06-30T20:00:00Z' })),
  ];
  t.match(after(caps, twice).once(), reached('memberMonth', '2026-07-01'), 'are so many');
  t.match(after(caps, twice).booking('2026-06-30T23:00:00Z'), taken, 'each month');
  const december = done(swim('asha'), '2026-12-01T00:00:00.000Z');
  t.match(
    after({ memberMonth: 1 }, [december]).once({}, '2026-12-31T23:59:59.999Z'),
    reached('memberMonth', '2027-01-01'),
    'up to the year’s end',
  );
  t.match(after({ memberMonth: 1 }, [december]).once({}, '2027-01-01T00:00:00.000Z'), taken);
});

t.test('the credits of a day', async (t) => {
  const caps = { venueDayCredits: '7' };
  const five = [done(swim('asha', family))];
  t.match(after(caps, five).once(), taken, 'may be reached');
  t.match(
    after(caps, five).once(family, undefined, 'carol'),
    reached('venueDayCredits', '2026-06-11'),
    'and not passed, whoever comes',
  );
  t.match(after(caps, five).once(family, '2026-06-11T08:00:00.000Z'), taken, 'each day');
  const part = [done(book('asha', undefined, family)), done(capture(FIRST, '2'))];
  t.match(after(caps, part).once(family), taken, 'are those that were captured');
});

t.test('the places of a slot', async (t) => {
  const caps = { slotPlaces: 5 };
  const three = [done(book('asha', undefined, family))];
  const two = { party: { adults: 1, under16s: 1 } };
  t.match(after(caps, three).once(two), taken, 'may be filled');
  t.match(after(caps, three).once(family), reached('slotPlaces', '2026-06-11'), 'and not more');
  t.match(after(caps, [...three, done(swim('carol'))]).trip(), taken, 'a pot takes one');
  t.match(
    after(caps, [...three, done(swim('carol', two))]).trip(),
    reached('slotPlaces', '2026-06-11'),
    'of what there is',
  );
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  const times = [
    { days: [...days], from: '09:00', to: '10:00' },
    { days: [...days], from: '10:00', to: '11:00' },
  ];
  const nine = [done(swim('asha', family))];
  t.match(after(caps, nine, { times }).once(family), taken, 'are counted for each slot');
  t.match(
    after(caps, nine, { times }).once({ ...family, occurredAt: '2026-06-10T09:59:59+01:00' }),
    reached('slotPlaces', '2026-06-10 at 10:00'),
    'at the time that the till says',
  );
});

t.test('when a cap opens again', async (t) => {
  const [caps, once] = [{ memberDay: 1 }, [done(swim('asha'))]];
  const again = (more: Parameters<typeof after>[2]) => after(caps, once, more).once();
  const fridays = [{ days: ['fri' as const], from: '00:00', to: '24:00' }];
  const daily = [{ ...fridays[0]!, days: ['wed' as const, 'fri' as const] }];
  t.match(
    again({ times: daily }),
    reached('memberDay', '2026-06-12 at 00:00'),
    'is a day it is given',
  );
  const closed = { exceptDates: ['2026-06-11', '2026-06-12'] };
  t.match(again(closed), reached('memberDay', '2026-06-13'), 'and not one that is excepted');
  const never = { refusal: { aloud: /does not open again/, facts: { cap: 'memberDay' } } };
  t.match(again({ validTo: '2026-06-10' }), never, 'or never, where the offer ends before');
});

t.test('of several caps', async (t) => {
  const all = { memberDay: 1, memberMonth: 1, venueDayCredits: '2', slotPlaces: 1 };
  const once = [done(swim('asha'))];
  t.match(after(all, once).once(), reached('memberDay', '2026-06-11'), 'the first is told');
  t.match(
    after(all, once).once({}, '2026-06-11T08:00:00.000Z'),
    reached('memberMonth', '2026-07-01'),
    'that is reached',
  );
  t.match(after(all, once).once({}, undefined, 'carol'), reached('venueDayCredits', '2026-06-11'));
});

t.test('a sale that is told a day late', async (t) => {
  const caps = { memberDay: 1 };
  const yesterday = { occurredAt: '2026-06-09T12:00:00+01:00' };
  const told = [done(swim('asha', yesterday))];
  t.match(after(caps, told).once(), taken, 'counts on the day it was');
  t.match(after(caps, told).once(yesterday), reached('memberDay', '2026-06-10'), 'and only then');
  const back = [...told, done(refund(FIRST))];
  t.match(after(caps, back).once(yesterday), taken, 'and is given back to it');
});

t.test('what is given back', async (t) => {
  const all = { memberDay: 1, memberMonth: 1, venueDayCredits: '5', slotPlaces: 3 };
  const sold = done(swim('asha', family));
  const key = hashOf('key of a swim');
  const keyed = did(swim('asha', family), PARTNER, { ...AT, key, body: hashOf('its body') });
  const booked = done(book('asha', undefined, family));
  const whole = { 'of it all': [sold, done(refund(FIRST))] } as Record<string, readonly Past[]>;
  whole['of it all, in parts'] = [sold, done(refund(FIRST, '1')), done(refund(FIRST))];
  whole['by a void'] = [keyed, done({ type: 'VoidKey', voids: key })];
  whole['by a void of what was left'] = [
    keyed,
    done(refund(FIRST, '4')),
    done({ type: 'VoidKey', voids: key }),
  ];
  whole['of a booking that is cancelled'] = [booked, done(cancel(FIRST))];
  whole['of a capture'] = [booked, done(capture(FIRST)), done(refund(FIRST + 1))];
  whole['of a capture in part'] = [booked, done(capture(FIRST, '1')), done(refund(FIRST + 1))];
  for (const [name, past] of Object.entries(whole)) {
    t.match(after(all, past).once(family), taken, `${name} opens every cap again`);
  }
  const part = [sold, done(refund(FIRST, '4.99'))];
  const left = { party: { adults: 0, under16s: 1 } };
  t.match(after(all, part).once(), reached('memberDay', '2026-06-11'), 'of a part is no visit');
  t.match(
    after({ slotPlaces: 3 }, part).once(left),
    reached('slotPlaces', '2026-06-11'),
    'nor a place',
  );
  t.match(after({ venueDayCredits: '5' }, part).once(), taken, 'but its credits');
  const withdrawn = done({ type: 'WithdrawOffer', offerId: SWIM });
  const decision = given(CREDITED, published({ caps: all }), sold, withdrawn).when(
    refund(FIRST),
    PARTNER,
  ).decision;
  t.match(decision, taken, 'also of an offer that is withdrawn');
});
