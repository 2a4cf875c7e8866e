import t from 'tap';
import { disclosed, PEOPLE_MIN, type Counts } from '../../projections/disclosure.ts';

/* Counts of people: what is shown, and what somebody who knows these rules can make of it. */

const shown = (...rows: readonly number[]): Counts =>
  disclosed(
    rows,
    rows.reduce((sum, count) => sum + count, 0),
  );

t.test('the people of a table', async (t) => {
  const none = undefined;
  t.same(shown(8, 20), { rows: [8, 20], total: 28 }, 'are shown where no row has fewer than 8');
  t.same(shown(0, 20), { rows: [0, 20], total: 20 }, 'and where there are none at all');
  t.same(shown(), { rows: [], total: 0 }, 'and where there is no row');
  t.same(shown(7, 20, 9), { rows: [none, none, 9], total: 36 }, 'hide a small row and the next');
  t.same(shown(20, 9, 7), { rows: [none, 9, none], total: 36 }, 'of the last, the first');
  t.same(shown(0, 7, 0, 20), { rows: [0, none, 0, none], total: 27 }, 'and not one without people');
  t.same(shown(3, 4, 12), { rows: [none, none, 12], total: 19 }, 'or two that are small');
  t.same(shown(7), { rows: [none], total: none }, 'hide a total that is small');
  t.same(shown(3, 0), { rows: [none, 0], total: none }, 'whoever is in it');
  t.same(shown(1, 1, 20), { rows: [none, none, 20], total: none }, 'and one that leaves only ones');
  t.same(shown(7, 7, 7), { rows: [none, none, none], total: none }, 'or only sevens');
  const crowd = disclosed([3, 10], 10);
  t.same(crowd, { rows: [none, none], total: 10 }, 'count whoever stands in two rows once');
});

/** Every table of some rows, each up to a count. */
function* tables(rows: number, most: number): Generator<number[]> {
  if (rows === 0) {
    yield [];
    return;
  }
  for (const rest of tables(rows - 1, most)) {
    for (let count = 0; count <= most; count += 1) yield [...rest, count];
  }
}

/** What each count may be, of all tables that look the same when they are shown. */
function couldBe(rows: number, most: number): Map<string, Set<number>[]> {
  const all = new Map<string, Set<number>[]>();
  for (const table of tables(rows, most)) {
    const { rows: counts, total } = shown(...table);
    const name = [...counts, total].map((count) => count ?? '?').join(' ');
    const known = all.get(name) ?? [...table, 0].map(() => new Set<number>());
    const sum = table.reduce((before, count) => before + count, 0);
    [...table, sum].forEach((count, index) => known[index]!.add(count));
    all.set(name, known);
  }
  return all;
}

/** What is shown leaves so many to the hidden rows, none of which can then have more. */
function leftBy(name: string): number {
  const counts = name.split(' ').map((text) => (text === '?' ? 0 : Number(text)));
  return counts.reduce((left, count) => left - count, 2 * counts.at(-1)!);
}

t.test('a hidden count', async (t) => {
  for (const [rows, most] of [
    [1, 40],
    [2, 40],
    [3, 24],
    [4, 12],
    [5, 9],
  ] as const) {
    const looks = [...couldBe(rows, most)].filter(([name]) => leftBy(name) <= most);
    const told = looks.filter(([name, known]) =>
      name.split(' ').some((text, index) => text === '?' && known[index]!.size < 2),
    );
    t.same(
      told.map(([name]) => name),
      [],
      `is known to nobody who knows the rules, in any table of ${rows}`,
    );
    const small = looks.filter(([name]) =>
      name.split(' ').some((text) => Number(text) > 0 && Number(text) < PEOPLE_MIN),
    );
    t.equal(small.length, 0, 'nor is a small one shown');
  }
});
