import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cardKeyIn } from '../../src/cardKey.ts';

t.test('the key of the cards', async (t) => {
  const file = join(t.testdir(), 'data', 'card.key');
  const made = cardKeyIn({ file });
  t.notOk(existsSync(file), 'is not written before it is known that no card has another');
  made.keep?.();
  t.equal(statSync(file).mode & 0o777, 0o600, 'then only its owner may read it');
  t.same(cardKeyIn({ file }).key, made.key, 'and it is the same at the next start');
  t.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/);
});

t.test('a file that was cut off or holds something else', async (t) => {
  for (const [what, content] of [
    ['an empty one', ''],
    ['a short one', 'abcd\n'],
    ['one that is no key', `${'x'.repeat(64)}\n`],
  ] as const) {
    const file = join(t.testdir({ 'card.key': content }), 'card.key');
    t.throws(() => cardKeyIn({ file }), { name: 'CardKeyError' }, `${what} is refused`);
  }
});

const TEXT = 'ab'.repeat(32);

t.test('a key that is given', async (t) => {
  const folder = t.testdir({ same: `${TEXT}\n`, other: `${'cd'.repeat(32)}\n` });
  const given = cardKeyIn({ text: TEXT, file: join(folder, 'none') });
  t.equal(given.key.toString('hex'), TEXT, 'is the key');
  t.equal(given.keep, undefined, 'and is not written down');
  t.equal(cardKeyIn({ text: TEXT, file: join(folder, 'same') }).key.toString('hex'), TEXT);
  t.throws(
    () => cardKeyIn({ text: TEXT, file: join(folder, 'other') }),
    {
      name: 'CardKeyError',
      message: /CARD_KEY is not the key in .*other\. .* take the other away/,
    },
    'must be that of the file, where there is one',
  );
});

t.test('the key of a ledger that several instances serve', async (t) => {
  const folder = t.testdir({ 'card.key': `${TEXT}\n` });
  t.equal(cardKeyIn({ text: TEXT, shared: true }).key.toString('hex'), TEXT, 'may be given');
  const kept = cardKeyIn({ file: join(folder, 'card.key'), shared: true });
  t.equal(kept.key.toString('hex'), TEXT, 'or be there');
  t.throws(
    () => cardKeyIn({ file: join(folder, 'none'), shared: true }),
    { name: 'CardKeyError', message: /no CARD_KEY\. Every instance .*timecredits keys/ },
    'but none is made: another instance would not know the cards',
  );
});
