import fc from 'fast-check';
import t from 'tap';
import { CROCKFORD } from '../../schemas/base32.ts';
import { accessIdSchema, digestSchema } from '../../schemas/ids.ts';
import {
  accessIn,
  ID_BYTES,
  keyHash,
  keySchema,
  makeKey,
  SECRET_BYTES,
} from '../../schemas/keys.ts';
import { property } from '../support/property.ts';

const keys = fc
  .tuple(
    fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES }),
    fc.uint8Array({ minLength: SECRET_BYTES, maxLength: SECRET_BYTES }),
  )
  .map(([id, secret]) => makeKey(id, secret));

t.test('a key', async (t) => {
  property(t, 'names its access', keys, (key) => {
    const access = accessIn(key);
    return access === `acc_${key.split('_')[1]}` && accessIdSchema.safeParse(access).success;
  });
  property(t, 'is taken as it was made', keys, (key) => keySchema.safeParse(key).success);
  const mistyped = fc.tuple(keys, fc.nat(), fc.nat(30));
  property(
    t,
    'with one character mistyped is found',
    mistyped,
    ([key, place, other]) => {
      const at = 4 + (place % (key.length - 4));
      if (key[at] === '_') return true;
      const wrong = CROCKFORD[(CROCKFORD.indexOf(key[at]!) + 1 + other) % CROCKFORD.length]!;
      if (wrong === key[at]) return true;
      return !keySchema.safeParse(key.slice(0, at) + wrong + key.slice(at + 1)).success;
    },
    1000,
  );
  const made = makeKey(new Uint8Array(ID_BYTES).fill(1), new Uint8Array(SECRET_BYTES).fill(2));
  t.equal(
    made,
    'tcl_040g2081040g2081_081040g2081040g2081040g2081040g2081040g2081040g20810_acnw068',
    'has one form for ever',
  );
  t.ok(digestSchema.safeParse(keyHash(made)).success, 'is kept as its hash');
  for (const none of ['', 'tcl_', made.toUpperCase(), `${made}0`, made.slice(0, -1)]) {
    t.equal(accessIn(none), undefined, `${none.slice(0, 12) || 'nothing'} names none`);
  }
});
