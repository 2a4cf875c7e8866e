import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { codeHash, sourcesIn } from '../../src/saved/code.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLD = 'src/saved/derived.ts';
const IMPORTED = /^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm;

/** A file and all that it runs, wherever that is; packages by their names. */
function runBy(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, from] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORTED)) {
    if (from!.startsWith('.')) runBy(join(dirname(file), from!), found);
    else found.add(from!);
  }
  return found;
}

t.test('the hash of the code', async (t) => {
  const root = t.testdir();
  for (const folder of ['schemas', 'src', 'projections']) {
    cpSync(join(ROOT, folder), join(root, folder), { recursive: true });
  }
  t.equal(codeHash(root), codeHash(), 'is of what the files say, wherever they are');
  const hashes = new Set([codeHash()]);
  const changed = ['schemas/time.ts', 'src/ledger/evolve.ts', 'projections/years.ts', FOLD];
  for (const file of changed) {
    appendFileSync(join(root, file), ' ');
    hashes.add(codeHash(root));
  }
  t.equal(hashes.size, changed.length + 1, 'is another when a character of one is another');
  appendFileSync(join(root, 'src/http/app.ts'), ' ');
  t.ok(hashes.has(codeHash(root)), 'but not for code that no event comes by');
});

t.test('all code that folds an event', async (t) => {
  const run = [...runBy(FOLD)];
  const hashed = new Set(sourcesIn());
  const files = run.filter((one) => one.endsWith('.ts'));
  t.ok(files.length > 50, `is found (${files.length} files)`);
  t.same(
    files.filter((file) => !hashed.has(file)),
    [],
    'is hashed',
  );
  // What zod checks is what comes in; nothing that is folded goes through it.
  const packages = run.filter((one) => !/\.ts$|^node:/.test(one));
  t.same(packages.toSorted(), ['decimal.js', 'zod'], 'or is of a package that is known to do it');
});
