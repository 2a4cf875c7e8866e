import t from 'tap';
import { nameSchema } from '../../schemas/text.ts';

t.test('a name', async (t) => {
  for (const name of [
    'Strood Leisure Centre',
    'Café Zoë',
    '園芸',
    'Ty’r Afon 😀',
    'x'.repeat(120),
  ]) {
    t.ok(nameSchema.safeParse(name).success, `may be ${name.slice(0, 24)}`);
  }
  const refused = {
    'is empty': '',
    'is too long': 'x'.repeat(121),
    'begins with a space': ' a',
    'ends with a space': 'a\u00a0',
    'is not composed': 'Cafe\u0301',
    'has a lone surrogate': 'a\ud800',
    'has a line feed': 'a\nb',
    'has a null': 'a\0b',
    'has a C1 control': 'a\u0085b',
    'has a line separator': 'a\u2028b',
    'turns its direction': 'a\u202eb',
    'isolates a direction': 'a\u2066b',
    'is a number': 7,
  };
  for (const [why, name] of Object.entries(refused)) {
    t.notOk(nameSchema.safeParse(name).success, `may not be one that ${why}`);
  }
});
