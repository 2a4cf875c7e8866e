import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DAYS } from '../../../scripts/drill/days.ts';

t.test('every bad day is played by one of the files beside this', async (t) => {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
  const words = files.flatMap((name) => {
    const text = readFileSync(join(import.meta.dirname, name), 'utf8');
    return /^played\(\/(.+)\/\);$/m.exec(text)?.[1] ?? [];
  });
  for (const { name } of DAYS) {
    const by = words.filter((one) => new RegExp(one).test(name));
    t.equal(by.length, 1, name);
  }
});
