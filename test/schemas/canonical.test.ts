import canonicalize from 'canonicalize';
import fc from 'fast-check';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { property } from '../support/property.ts';

/** Text without lone surrogates, which RFC 8785 has reported as an error. */
const text = fc.string({ unit: 'binary' }).filter((one) => one.isWellFormed());
const key = fc.oneof(
  text,
  fc.nat(30).map(String),
  fc.constantFrom('', '__proto__', '\u20ac', '😀'),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, 1e21, 1e-7, Number.MAX_SAFE_INTEGER),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 6 }),
  ),
})).value;

t.test('the canonical form', async (t) => {
  const same = (value: unknown) => canonical(value) === canonicalize(value);
  property(t, 'is that of an independent implementation', json, same, 1000);
  const readBack = (value: unknown) => canonical(JSON.parse(canonical(value))) === canonical(value);
  property(t, 'is the same once it was read back', json, readBack, 300);
  t.equal(
    canonical({ b: 1, a: [true, null, 'é'], 10: 0, 9: 0, '\u20ac': 0, '\ud83d\ude00': 0 }),
    '{"10":0,"9":0,"a":[true,null,"é"],"b":1,"€":0,"😀":0}',
    'sorts keys by their UTF-16 units, also those that look like numbers',
  );
  t.equal(canonical({ a: undefined, b: 1 }), '{"b":1}', 'leaves out what is undefined');
  for (const value of [NaN, Infinity, () => 1, 1n, Symbol('a')]) {
    t.throws(() => canonical({ value }), TypeError, `is nothing for ${String(value)}`);
  }
  for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800', '😀\ud83d']) {
    t.throws(() => canonical({ text }), TypeError, 'nor for text with a lone surrogate');
    t.throws(() => canonical({ [text]: 1 }), TypeError, 'nor for a name with one');
  }
});
