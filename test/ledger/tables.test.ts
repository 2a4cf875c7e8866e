import fc from 'fast-check';
import t from 'tap';
import { digest } from '../../schemas/digest.ts';
import {
  FlatIndex,
  FlatTable,
  ListedOverlay,
  Overlay,
  OverlayIndex,
} from '../../src/ledger/tables.ts';
import { property } from '../support/property.ts';

const KEYS = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 52 - 2 }));
const ROWS = fc.array(fc.tuple(KEYS, fc.integer({ min: 0, max: 2 ** 32 - 1 })), {
  maxLength: 3000,
  size: 'max',
});

t.test('a flat table', async (t) => {
  property(t, 'answers as a map does', ROWS, (rows) => {
    const flat = new FlatTable();
    const map = new Map<number, number>();
    for (const [key, value] of rows) {
      flat.set(key, value);
      map.set(key, value);
    }
    return (
      [...map].every(([key, value]) => flat.get(key) === value) && flat.get(41) === map.get(41)
    );
  });
  property(t, 'keeps every value added under a key', ROWS, (rows) => {
    const flat = new FlatTable();
    const all = new Map<number, number[]>();
    for (const [key, value] of rows) {
      flat.add(key, value);
      all.set(key, [...(all.get(key) ?? []), value]);
    }
    return [...all].every(
      ([key, values]) => String(flat.all(key).toSorted()) === String(values.toSorted()),
    );
  });
});

t.test('a flat index', async (t) => {
  const names = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.nat()), { maxLength: 400 });
  property(t, 'has every revision among its candidates', names, (added) => {
    const index = new FlatIndex();
    for (const [name, revision] of added) index.add(digest(String(name)), revision);
    return added.every(([name, revision]) =>
      index.candidates(digest(String(name))).includes(revision),
    );
  });
});

t.test('an overlay', async (t) => {
  property(t, 'leaves the table below as it is until it settles', ROWS, (rows) => {
    const below = new Map([[1, 1]]);
    const overlay = new Overlay(below);
    for (const [key, value] of rows) overlay.set(key, value);
    const before = below.size === 1 && below.get(1) === 1;
    overlay.settle();
    const expected = new Map([[1, 1], ...rows]);
    return before && [...expected].every(([key, value]) => below.get(key) === value);
  });
  const base = new FlatIndex();
  const overlay = new OverlayIndex(base);
  overlay.add(digest('a'), 7);
  t.same(base.candidates(digest('a')), [], 'keeps what is added to an index to itself');
  t.same(overlay.candidates(digest('a')), [7], 'and finds it');
  overlay.settle();
  t.same(base.candidates(digest('a')), [7], 'until it settles');
});

t.test('a listed overlay', async (t) => {
  const few = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat()), { maxLength: 12 });
  property(t, 'has the entries that the table has once it settles', fc.tuple(few, few), (both) => {
    const [rows, changes] = both;
    const below = new Map(rows);
    const untouched = [...below];
    const overlay = new ListedOverlay(below);
    for (const [key, value] of changes) overlay.set(key, value);
    const listed = [...overlay.entries()];
    const same = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right);
    const left = same([...below], untouched);
    const again = [...new ListedOverlay(overlay).entries()];
    overlay.settle();
    return left && same(listed, [...below]) && same(again, listed);
  });
});
