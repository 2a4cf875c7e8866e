import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { EventOf, EventType } from '../../schemas/events/index.ts';
import { altered, findingsIn } from './altered.ts';
import { busyLines } from './busyWorld.ts';

const lines = await busyLines();
const OTHER = 'wallet:mem_0123456789abcdef';

/** What one invariant says of the stream in which one event was changed. */
async function found<T extends EventType>(
  invariant: 'offers' | 'bookings',
  type: T,
  change: (event: EventOf<T>) => void,
  which = 0,
) {
  const { lines: changed, revision } = altered(lines, type, change, which);
  const finding = (await findingsIn(changed)).get(invariant);
  return { ...finding, here: finding?.revision === revision };
}

/** The events of a type, as they were. */
const unaltered = <T extends EventType>(type: T) =>
  lines
    .map((line) => JSON.parse(line) as EventOf<EventType>)
    .filter((event): event is EventOf<T> & EventOf<EventType> => event.type === type);

t.test('given a stream with an offer, when it was changed', async (t) => {
  const offer = (change: (data: EventOf<'OfferPublished'>['data']) => void) =>
    found('offers', 'OfferPublished', ({ data }) => change(data));
  const says = (expected: RegExp, said?: RegExp) => ({ expected, ...(said && { found: said }) });
  t.match(await offer((data) => (data.adultCredits = '1')), says(/^the price, 100/, /^50$/));
  t.match(
    await offer((data) => (data.caps = { slotPlaces: 9, memberDay: 1 })),
    says(/^at most 1 of .* by mem_/),
  );
  t.match(
    await offer((data) => (data.caps = { slotPlaces: 9, memberMonth: 2 })),
    says(/^at most 2 of .* in 2026-06/),
  );
  t.match(await offer((data) => (data.caps!.slotPlaces = 2)), says(/^at most 2 of .* at minute 0/));
  t.match(
    await offer((data) => (data.caps = { slotPlaces: 9, venueDayCredits: '0.5' })),
    says(/^at most 50 of hundredths/, /^100$/),
  );
  t.match(await offer((data) => (data.validTo = '2026-06-09')), says(/^a day of the offer/));
  t.match(await offer((data) => (data.validFrom = '2026-06-11')), says(/^a day of the offer/));
  t.match(await offer((data) => (data.exceptDates = ['2026-06-10'])), says(/^a day of the offer/));
  const monday = { days: ['mon' as const], from: '00:00', to: '24:00' };
  t.match(await offer((data) => (data.times = [monday])), says(/^a weekday of the offer/));
  const noon = { days: ['wed' as const], from: '12:00', to: '24:00' };
  t.match(await offer((data) => (data.times = [noon])), says(/^a slot of the offer/, /^0$/));
  t.match(
    await offer((data) => (data.venueId = 'ven_0123456789abcdef')),
    says(/^the venue of the offer, ven_0123/),
  );
  t.match(
    await offer((data) => (data.offerId = 'off_0123456789abcdef')),
    says(/to be published/, /it is not/),
  );
});

t.test('when it was withdrawn before it was used', async (t) => {
  const withdrawn = altered(lines, 'OfferWithdrawn', () => undefined).revision;
  const published = altered(lines, 'OfferPublished', () => undefined).revision;
  const moved = lines.toSpliced(withdrawn, 1).toSpliced(published + 1, 0, lines[withdrawn]!);
  t.match((await findingsIn(moved)).get('offers'), { found: 'it is not' }, 'it is told');
});

t.test('when a use of it was changed', async (t) => {
  const late = await found('offers', 'CreditsHeld', ({ data }) => (data.slot = 60));
  t.match(late, { here: true, expected: 'a slot of the offer', found: '60' });
});

t.test('when what a reversal gives back of it was changed', async (t) => {
  type Given = NonNullable<EventOf<'TransactionReversed'>['data']['givenBack']>;
  const which = unaltered('TransactionReversed').findIndex(({ data }) => data.givenBack);
  const given = (change: (back: Given) => void) =>
    found('offers', 'TransactionReversed', ({ data }) => change(data.givenBack!), which);
  const told = { here: true, expected: /^given back \{"day":"2026-06-10"/ };
  t.match(await given((back) => (back.day = '2026-06-11')), told, 'to another day');
  t.match(await given((back) => (back.places = 4)), told, 'in more places');
  t.match(await given((back) => (back.redemptions = 0)), told, 'for no visit');
  t.match(await given((back) => delete back.memberId), told, 'to nobody');
  const none = await found(
    'offers',
    'TransactionReversed',
    ({ data }) => delete data.givenBack,
    which,
  );
  t.match(none, { ...told, found: 'nothing' }, 'or not at all');
});

t.test('given a stream with bookings, when one was changed', async (t) => {
  const held = (change: (data: EventOf<'CreditsHeld'>['data']) => void, which = 0) =>
    found('bookings', 'CreditsHeld', ({ data }) => change(data), which);
  const poor = await held((data) => (data.held = '900'));
  t.match(poor, { here: true, expected: /to have the 900 that are held/ }, 'to more than there is');
  const early = await held((data) => (data.expiresAt = '2026-06-10T09:00:00.001Z'));
  t.match(early, { event: 'HoldCaptured', expected: /^an end before/ }, 'to expire before its use');
  const late = await held((data) => (data.expiresAt = '2027-01-01T00:00:00.000Z'), 2);
  t.match(late, { event: 'HoldExpired', expected: /^an end at or after 2027/ }, 'or after its end');
  const other = await held((data) => (data.account = OTHER));
  t.match(other, { here: true, expected: /^wallet:mem_0123456789abcdef to have/ }, 'to another');
});

t.test('when the end of one was changed', async (t) => {
  const captured = (change: (data: EventOf<'HoldCaptured'>['data']) => void) =>
    found('bookings', 'HoldCaptured', ({ data }) => change(data));
  const more = await captured((data) => (data.credits = '0.5'));
  t.match(more, { here: true, expected: 'captured and released to be 0.5', found: '0.75' });
  const elsewhere = await captured((data) => (data.credit = 'till:ven_0123456789abcdef'));
  t.match(elsewhere, { here: true, expected: /^the booking to be for/ }, 'to another venue');
  const others = await captured((data) => (data.debit = OTHER));
  t.match(others, { here: true, expected: /^what is captured to be from/ }, 'to another wallet');
  const day = await captured((data) => (data.visitOn = '2026-06-11'));
  t.match(day, { here: true, expected: /^the words of the booking/ }, 'to another day');
  const { holdId } = unaltered('HoldCaptured')[0]!.data;
  const twice = await found('bookings', 'HoldCancelled', ({ data }) => (data.holdId = holdId));
  t.match(twice, { here: true, expected: /to be an open booking$/, found: 'none' }, 'to end twice');
  for (const type of ['HoldCancelled', 'HoldExpired'] as const) {
    const amount = await found('bookings', type, ({ data }) => (data.held = '0.25'));
    t.match(amount, { here: true, expected: /^what is given free to be 0\.5 of/ }, 'in its amount');
    const account = await found('bookings', type, ({ data }) => (data.account = OTHER));
    t.match(account, { here: true, expected: /^what is given free/ }, 'or its account');
  }
});

t.test('when an expiry is missing', async (t) => {
  const { revision } = altered(lines, 'HoldExpired', () => undefined);
  const capture = unaltered('HoldCaptured')[0]!;
  const { holdId } = unaltered('HoldExpired')[0]!.data;
  const late = { ...capture, recordedAt: unaltered('HoldExpired')[0]!.recordedAt };
  const forged = canonical({ ...late, data: { ...late.data, holdId } });
  const finding = (await findingsIn(lines.with(revision, forged))).get('bookings');
  t.match(finding, { revision, expected: /^an end before/ }, 'a capture in its place is found');
});
