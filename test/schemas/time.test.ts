import fc from 'fast-check';
import t from 'tap';
import {
  addDays,
  calendarIn,
  dayAt,
  dayNumber,
  daySchema,
  givenInstantSchema,
  instant,
  instantSchema,
  milliseconds,
  startOfDay,
  timeZoneSchema,
} from '../../schemas/time.ts';
import { property } from '../support/property.ts';

const ZONES = ['Europe/London', 'UTC', 'Asia/Kathmandu', 'Pacific/Chatham', 'America/St_Johns'];
const times = fc.integer({
  min: Date.parse('1990-01-01T00:00:00Z'),
  max: Date.parse('2060-01-01T00:00:00Z'),
});

t.test('a day of the network', async (t) => {
  const london = calendarIn('Europe/London');
  const cases = {
    '2026-03-28T23:59:59.999Z': '2026-03-28',
    '2026-03-29T00:00:00.000Z': '2026-03-29',
    '2026-03-29T22:59:59.999Z': '2026-03-29',
    '2026-03-29T23:00:00.000Z': '2026-03-30',
    '2026-10-24T23:00:00.000Z': '2026-10-25',
    '2026-10-25T23:59:59.999Z': '2026-10-25',
    '2026-10-26T00:00:00.000Z': '2026-10-26',
    '2026-12-31T23:59:59.999Z': '2026-12-31',
    '2027-01-01T00:00:00.000Z': '2027-01-01',
  };
  for (const [text, day] of Object.entries(cases)) {
    t.equal(london(milliseconds(text)), day, `${text} is in London on ${day}`);
  }
  for (const zone of ZONES) {
    const remembering = calendarIn(zone);
    property(t, `is in ${zone} the same whatever was asked before`, fc.array(times), (all) =>
      all.every((time_ms) => remembering(time_ms) === calendarIn(zone)(time_ms)),
    );
  }
});

t.test('the start of a day', async (t) => {
  const london = calendarIn('Europe/London');
  const starts = {
    '2026-03-29': '2026-03-29T00:00:00.000Z',
    '2026-03-30': '2026-03-29T23:00:00.000Z',
    '2026-10-25': '2026-10-24T23:00:00.000Z',
    '2026-10-26': '2026-10-26T00:00:00.000Z',
    '2027-01-01': '2027-01-01T00:00:00.000Z',
  };
  for (const [day, start] of Object.entries(starts)) {
    t.equal(instant(startOfDay(london, day)), start, `${day} begins in London at ${start}`);
  }
  for (const zone of [...ZONES, 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
    const calendar = calendarIn(zone);
    property(t, `is in ${zone} the first instant of that day`, times, (time_ms) => {
      const day = calendar(time_ms);
      const start = startOfDay(calendar, day);
      return start <= time_ms && calendar(start) === day && calendar(start - 1) < day;
    });
  }
});

t.test('days as numbers', async (t) => {
  const numbers = fc.integer({ min: 0, max: 65_535 });
  property(t, 'are read back', numbers, (number) => dayNumber(dayAt(number)) === number);
  property(
    t,
    'are days that the schema takes',
    numbers,
    (number) => daySchema.safeParse(dayAt(number)).success,
  );
  t.equal(addDays('2026-02-28', 1), '2026-03-01', 'go over the end of February');
  t.equal(addDays('2028-02-28', 1), '2028-02-29', 'know leap years');
  t.equal(addDays('2027-01-01', -1), '2026-12-31', 'go back over the year’s end');
});

t.test('what is no time', async (t) => {
  const days = ['2026-02-29', '2026-13-01', '2026-00-01', '2026-1-1', '26-01-01', '2026-04-31', ''];
  for (const day of days)
    t.notOk(daySchema.safeParse(day).success, `${day || 'nothing'} is no day`);
  const instants = [
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000+00:00',
    '2026-02-30T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z',
    '2026-01-01T00:00:60.000Z',
  ];
  for (const text of instants) {
    t.notOk(instantSchema.safeParse(text).success, `${text} is no instant of the stream`);
  }
  const given = [
    '2026-01-01T10:00:00',
    '2026-01-01T10:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T24:00:00Z',
    'now',
  ];
  for (const text of given) {
    t.notOk(givenInstantSchema.safeParse(text).success, `${text} is no time with an offset`);
  }
  t.ok(givenInstantSchema.safeParse('2026-06-10T10:00:00+01:00').success, 'an offset is');
  t.notOk(timeZoneSchema.safeParse('Europe/Atlantis').success, 'nor is Atlantis a zone');
});
