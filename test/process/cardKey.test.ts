import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cardKeyIn } from '../../src/cardKey.ts';

t.test('the key of the cards', async (t) => {
  const file = join(t.testdir(), 'data', 'card.key');
  const made = cardKeyIn(file);
  t.notOk(existsSync(file), 'is not written before it is known that no card has another');
  made.keep?.();
  t.equal(statSync(file).mode & 0o777, 0o600, 'then only its owner may read it');
  t.same(cardKeyIn(file).key, made.key, 'and it is the same at the next start');
  t.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/);
});

t.test('a file that was cut off or holds something else', async (t) => {
  for (const [what, content] of [
    ['an empty one', ''],
    ['a short one', 'abcd\n'],
    ['one that is no key', `${'x'.repeat(64)}\n`],
  ] as const) {
    const file = join(t.testdir({ 'card.key': content }), 'card.key');
    t.throws(() => cardKeyIn(file), { name: 'CardKeyError' }, `${what} is refused`);
  }
});
