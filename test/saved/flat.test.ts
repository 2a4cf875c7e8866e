import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { property } from '../support/property.ts';
import { flat, unflat } from './streams.ts';

const cells = fc.oneof(
  fc.uint8Array({ maxLength: 4 }),
  fc.uint16Array({ maxLength: 4 }),
  fc.uint32Array({ maxLength: 4 }),
  fc.float64Array({ maxLength: 4 }),
);

const { plain } = fc.letrec((tie) => ({
  plain: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(undefined, true, false, 0, -0, 255, 256, 65_536, 2 ** 32, -1, 0.5, Infinity),
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', 'é', '😀', '\ud800', '\0', 'open', 'open'),
    fc.array(tie('plain'), { size: 'medium' }),
    fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), tie('plain'), {
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(tie('plain'), tie('plain'))).map((entries) => new Map(entries)),
    cells,
  ),
}));

t.test('plain values', async (t) => {
  property(
    t,
    'come back from their bytes as they were',
    plain,
    (value) => isDeepStrictEqual(unflat(flat(value)), value),
    200,
  );
  property(
    t,
    'give the same bytes when they have come back',
    plain,
    (value) => flat(unflat(flat(value))).equals(flat(value)),
    200,
  );
});

t.test('what is longer than a window', async (t) => {
  const value = [new Float64Array(100_000).fill(0.5), 'é'.repeat(400_000), new Map([[1, 'one']])];
  t.ok(isDeepStrictEqual(unflat(flat(value)), value), 'comes back too');
});

t.test('the order of entries and of names', async (t) => {
  const back = unflat(
    flat([
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      { b: 1, a: 2 },
      { a: 1, b: 2 },
    ]),
  ) as [Map<string, number>, object, object];
  t.same([...back[0].keys()], ['b', 'a']);
  t.same(
    back.slice(1).map((one) => Object.keys(one)),
    [
      ['b', 'a'],
      ['a', 'b'],
    ],
  );
});

t.test('what is no plain value', async (t) => {
  for (const value of [null, () => 1, new Set(), new Date(0), Symbol('s'), 1n, Object.create(t)]) {
    t.throws(() => flat([1, value]), /no plain value cannot be saved/, 'is not saved');
  }
});
