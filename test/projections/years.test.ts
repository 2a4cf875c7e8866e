import fc from 'fast-check';
import t from 'tap';
import { Years } from '../../projections/years.ts';
import { addDays, dayAt, dayNumber } from '../../schemas/time.ts';
import { property } from '../support/property.ts';

t.test('a year of the network', async (t) => {
  const years = new Years();
  years.start('04-01', '2024-06-10');
  const of = (...days: readonly string[]) => days.map((day) => years.yearOf(day));
  t.same(of('2025-04-01', '2026-03-31'), [2025, 2025], 'is named for the year it begins in');
  t.same(of('2025-03-31', '2026-04-01'), [2024, 2026], 'and ends before it begins again');
  t.same(of('2025-12-31', '2026-01-01'), [2025, 2025], 'whatever the calendar says');
  t.same(of('2020-01-01'), [2019], 'also before the ledger was opened');
  const leap = { year: 2027, from: '2027-04-01', to: '2028-03-31' };
  t.same(years.of(2027), leap, 'has its first day and its last, over a leap day');

  const march = new Years();
  march.start('03-01', '2024-06-10');
  t.equal(march.of(2027).to, '2028-02-29', 'ends on the leap day where there is one');
  t.equal(march.of(2026).to, '2027-02-28', 'and on the day before where there is none');
  t.same([march.yearOf('2028-02-29'), march.yearOf('2028-03-01')], [2027, 2028]);

  const calendar = new Years();
  calendar.start('01-01', '2024-06-10');
  t.same(calendar.of(2026), { year: 2026, from: '2026-01-01', to: '2026-12-31' }, 'may be plain');
});

t.test('where the rules move the first day', async (t) => {
  const earlier = new Years();
  earlier.start('04-01', '2024-06-10');
  earlier.start('04-01', '2026-01-15');
  t.equal(earlier.of(2025).to, '2026-03-31', 'to where it was, nothing moves');
  earlier.start('01-01', '2026-02-10');
  t.equal(earlier.of(2025).to, '2026-02-10', 'back, the year ends with that day');
  t.same(earlier.of(2026), { year: 2026, from: '2026-02-11', to: '2026-12-31' });
  t.same(earlier.of(2024), { year: 2024, from: '2024-04-01', to: '2025-03-31' }, 'as it was');

  const later = new Years();
  later.start('01-01', '2024-06-10');
  later.start('04-01', '2026-02-10');
  const long = { year: 2026, from: '2026-01-01', to: '2027-03-31' };
  t.same(later.of(2026), long, 'on, the year that has begun is longer');
  t.equal(later.yearOf('2026-02-11'), 2026, 'and no year begins twice');
});

t.test('however often the rules move it', async (t) => {
  const first = dayNumber('2024-01-01');
  const monthAndDay = fc.constantFrom('01-01', '02-28', '04-01', '09-15', '12-28');
  const moves = fc.array(fc.tuple(fc.integer({ min: 0, max: 1500 }), monthAndDay), {
    maxLength: 5,
  });
  property(t, 'each day is in one year, and the years in a row', moves, (drawn) => {
    const years = new Years();
    years.start('04-01', dayAt(first));
    const inOrder = drawn.toSorted(([a], [b]) => a - b);
    for (const [after, start] of inOrder) years.start(start, dayAt(first + after));
    let before = years.yearOf(dayAt(first));
    for (let day = dayAt(first); day < '2029-06-01'; day = addDays(day, 1)) {
      const year = years.yearOf(day);
      const { from, to } = years.of(year);
      if (year < before || from > day || to < day) return false;
      before = year;
    }
    return true;
  });
  property(t, 'what was in a year stays in it', moves, (drawn) => {
    const years = new Years();
    years.start('04-01', dayAt(first));
    return drawn
      .toSorted(([a], [b]) => a - b)
      .every(([after, start]) => {
        const days = [0, 1, 90, 400].map((ago) => dayAt(first + after - ago));
        const was = days.map((day) => years.yearOf(day));
        years.start(start, dayAt(first + after));
        return days.every((day, index) => years.yearOf(day) === was[index]);
      });
  });
});
