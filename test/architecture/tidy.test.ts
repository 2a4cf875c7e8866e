import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { functionsOf, ROOT, sourcesIn, type Source } from './sources.ts';

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

/** Files and functions that are longer than they should be. They may only get shorter. */
const LONGER_FILES: Record<string, number> = {};
const LONGER_FUNCTIONS: Record<string, number> = {};

const code = sourcesIn('schemas', 'src', 'projections', 'scripts');
const all = [...code, ...sourcesIn('test')];

t.test(`files have at most ${FILE_LINES_MAX} lines`, async (t) => {
  const long = code.filter(({ lines }) => lines.length > FILE_LINES_MAX);
  const tooLong = long.filter(({ file, lines }) => lines.length > (LONGER_FILES[file] ?? 0));
  t.same(
    tooLong.map(({ file, lines }) => `${file} has ${lines.length} lines`),
    [],
  );
  const names = long.map(({ file }) => file);
  const mended = Object.keys(LONGER_FILES).filter((file) => !names.includes(file));
  t.same(mended, [], 'and those that no longer are too long are taken off the list');
});

t.test(`functions have at most ${FUNCTION_LINES_MAX} lines`, async (t) => {
  const long = code.flatMap((source) =>
    functionsOf(source)
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(({ name, line, lines }) => ({ id: `${source.file} ${name}`, line, lines })),
  );
  const tooLong = long.filter(({ id, lines }) => lines > (LONGER_FUNCTIONS[id] ?? 0));
  t.same(
    tooLong.map(({ id, line, lines }) => `${id} (line ${line}) has ${lines} lines`),
    [],
  );
  const names = long.map(({ id }) => id);
  const mended = Object.keys(LONGER_FUNCTIONS).filter((id) => !names.includes(id));
  t.same(mended, [], 'and those that no longer are too long are taken off the list');
});

t.test(`lines have at most ${COLUMNS_MAX} columns`, async (t) => {
  t.same(
    linesOf(all, (line) => line.length > COLUMNS_MAX),
    [],
  );
});

// Each word is written in two parts, so that this list does not find itself.
const LEFT_BEHIND: [what: string, pattern: RegExp][] = [
  ['a note of something to be done', new RegExp('\\b(TO' + 'DO|FIX' + 'ME|XX' + 'X)\\b')],
  ['printing past the logger', new RegExp('\\bcons' + 'ole\\.')],
  ['a cast to any', new RegExp('\\bas an' + 'y\\b|<an' + 'y>|: an' + 'y\\b')],
  ['a rule switched off', new RegExp('eslint-dis' + 'able|@ts-(ig' + 'nore|nocheck|expect-error)')],
  ['a test that keeps the others from running', new RegExp('\\.on' + 'ly\\(|\\bon' + 'ly: true')],
  ['a test skipped without a reason', new RegExp('\\.sk' + 'ip\\(\\s*\\)|\\bsk' + 'ip: true')],
  ['an empty plan without a reason', new RegExp('\\.pl' + 'an\\(0\\)')],
];

for (const [what, pattern] of LEFT_BEHIND) {
  t.test(`no file has ${what}`, async (t) => {
    t.same(
      linesOf(all, (line) => pattern.test(line)),
      [],
    );
  });
}

const STORIES = [
  '.',
  'schemas',
  'src',
  'src/ledger',
  'src/journal',
  'src/saved',
  'src/audit',
  'src/http',
  'src/cli',
  'projections',
  'scripts',
  'test',
];

for (const folder of STORIES) {
  const name = join(folder, 'README.md');
  t.test(`${name} tells the story of its folder`, async (t) => {
    t.ok(existsSync(join(ROOT, name)));
  });
}

/** What people read: the READMEs, and the pages that the service shows. */
const PAGES = '{,*/,src/*/,src/http/docs/}*.md';

t.test('every link in a README leads somewhere', async (t) => {
  const readmes = globSync(PAGES, { cwd: ROOT, exclude: ['node_modules'] });
  const dead = readmes.flatMap((readme) => {
    const text = readFileSync(join(ROOT, readme), 'utf8');
    const links = [...text.matchAll(/\]\(([^)#:\s]+)(#[^)]*)?\)/g)].map(([, link]) => link!);
    const gone = links.filter((link) => !existsSync(join(ROOT, readme, '..', link)));
    return gone.map((link) => `${readme} leads to ${link}`);
  });
  t.same(dead, []);
});

/** Time Credits have no worth in money, and advice on benefits rests on that. */
const MONEY = /\b(pay|pays|paid|payment|payments|currency|currencies|cash|wage|wages)\b/i;
const SAID = /\bno cash value\b/gi;

t.test('nothing that people read speaks of money', async (t) => {
  const readmes = globSync(PAGES, { cwd: ROOT, exclude: ['node_modules'] });
  const texts = readmes.map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    return { file, lines: text.split('\n') };
  });
  t.same(
    linesOf([...code, ...texts], (line) => MONEY.test(line.replace(SAID, ''))),
    [],
  );
});

function linesOf(
  sources: readonly Pick<Source, 'file' | 'lines'>[],
  wrong: (line: string) => boolean,
): string[] {
  return sources.flatMap(({ file, lines }) =>
    lines.flatMap((line, index) => (wrong(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
  );
}
