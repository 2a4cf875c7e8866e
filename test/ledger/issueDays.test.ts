import t from 'tap';
import { did, given } from '../support/given.ts';
import {
  ADMIN,
  COORDINATOR,
  hour,
  hours,
  member,
  organisationId,
  OTHER_COORDINATOR,
  world,
} from '../support/past.ts';

const one = [hour('asha', 60, '1', 0)];

t.test('the day of a list', async (t) => {
  const on = (occurredOn: string, at: string) =>
    given(world()).when(hours({ asha: 60 }, { occurredOn }), COORDINATOR, { at });

  on('2026-06-10', '2026-06-10T09:00:00.000Z').then(t, 'may be today', one);
  on('2026-06-11', '2026-06-10T09:00:00.000Z').then(t, 'may not be tomorrow', {
    refused: 'occurred_in_future',
  });
  on('2026-05-10', '2026-06-10T09:00:00.000Z').then(t, 'may be 31 days ago', one);
  on('2026-05-09', '2026-06-10T09:00:00.000Z').then(t, 'may not be 32 days ago', {
    refused: 'too_long_ago',
  });
  given(world({ issueBackdatingDays: 0 }))
    .when(hours({ asha: 60 }), COORDINATOR)
    .then(t, 'goes by the rules', { refused: 'too_long_ago' });
});

t.test('the network’s clock', async (t) => {
  const on = (occurredOn: string, at: string) =>
    given(world()).when(hours({ asha: 60 }, { occurredOn }), COORDINATOR, { at });
  const future = { refused: 'occurred_in_future' } as const;
  const past = { refused: 'too_long_ago' } as const;

  on('2026-03-29', '2026-03-28T23:59:59.999Z').then(t, 'is UTC before the clocks go on', future);
  on('2026-03-29', '2026-03-29T00:00:00.000Z').then(t, 'begins that day with UTC', one);
  on('2026-03-30', '2026-03-29T22:59:59.999Z').then(t, 'is not yet the next day', future);
  on('2026-03-30', '2026-03-29T23:00:00.000Z').then(t, 'begins the next an hour early', one);
  on('2026-02-26', '2026-03-29T22:59:59.999Z').then(t, 'counts 31 days over the change', one);
  on('2026-02-26', '2026-03-29T23:00:00.000Z').then(t, 'and not an hour more', past);

  on('2026-10-25', '2026-10-24T22:59:59.999Z').then(t, 'is ahead of UTC in summer', future);
  on('2026-10-25', '2026-10-24T23:00:00.000Z').then(t, 'begins the last such day early', one);
  on('2026-10-26', '2026-10-25T23:59:59.999Z').then(t, 'has then a day of 25 hours', future);
  on('2026-10-26', '2026-10-26T00:00:00.000Z').then(t, 'and is UTC again', one);
  on('2026-09-24', '2026-10-25T23:59:59.999Z').then(t, 'counts 31 days over that change', one);
  on('2026-09-24', '2026-10-26T00:00:00.000Z').then(t, 'and not one more', past);

  on('2027-01-01', '2026-12-31T23:59:59.999Z').then(t, 'ends the year at midnight', future);
  on('2026-12-31', '2027-01-01T00:00:00.000Z').then(t, 'goes back over the year’s end', one);
  on('2026-12-01', '2027-01-01T00:00:00.000Z').then(t, 'counts 31 days over it', one);
  on('2026-11-30', '2027-01-01T00:00:00.000Z').then(t, 'and not 32', past);
});

t.test('the hours of one day', async (t) => {
  const at = '2026-06-10T08:00:00.000Z';
  const before = did(hours({ asha: 400 }), COORDINATOR, { at });
  const full = {
    refused: 'entries_refused',
    errors: [{ pointer: '#/entries/0/minutes', code: 'too_many_minutes' }],
  } as const;
  const more = (minutes: number, day = '2026-06-09') =>
    hours({ asha: minutes }, { activity: 'digging', occurredOn: day });
  given(world(), before)
    .when(more(200), COORDINATOR)
    .then(t, 'reach the cap', [hour('asha', 200, '4', 0, { activity: 'digging' })]);
  given(world(), before).when(more(201), COORDINATOR).then(t, 'do not pass it', full);
  given(world(), before)
    .when(more(201, '2026-06-08'), COORDINATOR)
    .then(t, 'count by the day they were given', [
      hour('asha', 201, '4', 1, { activity: 'digging' }),
    ]);
  given(world(), before)
    .when({ ...more(201), organisationId: organisationId('kitchen') }, OTHER_COORDINATOR)
    .then(t, 'count over all groups', full);
  const none = hours({}, { entries: [{ member: member('asha'), minutes: 400, give: 'none' }] });
  given(world(), did(none, COORDINATOR, { at }))
    .when(more(201), COORDINATOR)
    .then(t, 'count also where they made no credit', full);
  given(world({ memberDayMinutes: 60 }))
    .when(hours({ asha: 61 }), ADMIN)
    .then(t, 'go by the rules', full);
});
