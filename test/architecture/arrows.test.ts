import t from 'tap';
import { STATUSES } from '../../src/http/statuses.ts';
import { importsOf, newDatesOf, numbersOf, readsOf, sourcesIn, type Source } from './sources.ts';

/** Whose code may import what: names of packages, and beginnings of our own paths. */
type Arrow = {
  readonly from: string;
  readonly except?: readonly string[];
  readonly to: readonly string[];
  readonly packages: 'any' | readonly string[];
};

const OURS = /^(schemas|src|projections|scripts|test)\//;

const ARROWS: readonly Arrow[] = [
  { from: 'schemas', to: ['schemas/'], packages: 'any' },
  { from: 'src/ledger', to: ['schemas/', 'src/ledger/'], packages: [] },
  { from: 'projections', to: ['schemas/', 'projections/'], packages: [] },
  { from: 'src/proofs', to: ['schemas/', 'src/proofs/'], packages: ['node:crypto'] },
  { from: 'src/audit', to: ['schemas/', 'src/proofs/', 'src/audit/'], packages: 'any' },
  {
    from: 'src/metrics',
    to: [
      'schemas/',
      'projections/',
      'src/ledger/',
      'src/checkpoints/',
      'src/publish/',
      ...['schemas/', 'projections/', 'src/ledger/', 'src/checkpoints/', 'src/guard/'],
      'src/metrics/',
    ],
    packages: ['prom-client'],
  },
  { from: 'src/publish', to: ['schemas/', 'src/proofs/', 'src/publish/'], packages: 'any' },
  {
    from: 'src/check',
    to: [
      ...['schemas/', 'projections/', 'src/ledger/', 'src/journal/', 'src/proofs/', 'src/audit/'],
      ...['src/checkpoints/', 'src/cardKey.ts', 'src/config.ts', 'src/check/'],
    ],
    packages: 'any',
  },
  { from: 'src/guard', to: ['src/journal/', 'src/guard/'], packages: 'any' },
  { from: 'src/journal', to: ['schemas/', 'src/proofs/', 'src/journal/'], packages: 'any' },
  {
    from: 'src/saved',
    to: ['schemas/', 'src/ledger/', 'src/journal/', 'projections/', 'src/saved/'],
    packages: 'any',
  },
];

for (const { from, to, packages } of ARROWS) {
  t.test(`${from} imports only ${to.join(' and ')}`, async (t) => {
    const sources = sourcesIn(from);
    t.ok(sources.length > 0, 'there is something to look at');
    const wrong = found(sources, (imported) =>
      OURS.test(imported)
        ? !to.some((start) => imported.startsWith(start))
        : packages !== 'any' && !packages.includes(imported),
    );
    t.same(wrong, []);
  });
}

t.test('schemas know nothing of the machine but hashing and checksums', async (t) => {
  const allowed = ['node:crypto', 'node:zlib'];
  const wrong = found(
    sourcesIn('schemas'),
    (imported) => imported.startsWith('node:') && !allowed.includes(imported),
  );
  t.same(wrong, []);
});

t.test('nothing but the wiring knows of HTTP or of the command line', async (t) => {
  const below = sourcesIn('schemas', 'src', 'projections').filter(
    ({ file }) =>
      !/^src\/(http|cli)\//.test(file) && !/^src\/(main|service|running|sandbox)\.ts$/.test(file),
  );
  t.same(
    found(below, (imported) => /^src\/(http|cli)\//.test(imported)),
    [],
  );
});

t.test('only the metrics know of Prometheus', async (t) => {
  const others = sourcesIn('schemas', 'src', 'projections').filter(
    ({ file }) => !file.startsWith('src/metrics/'),
  );
  t.same(
    found(others, (imported) => imported === 'prom-client'),
    [],
  );
});

t.test('only publishing knows of e-mail', async (t) => {
  const others = sourcesIn('schemas', 'src', 'projections').filter(
    ({ file }) => file !== 'src/publish/mail.ts',
  );
  t.same(
    found(others, (imported) => imported === 'nodemailer'),
    [],
  );
});

t.test('HTTP and the command line stand beside one another', async (t) => {
  const http = found(sourcesIn('src/http'), (imported) => imported.startsWith('src/cli/'));
  const cli = found(sourcesIn('src/cli'), (imported) => imported.startsWith('src/http/'));
  t.same([...http, ...cli], []);
});

t.test('nothing that runs imports a test or a script', async (t) => {
  const wrong = found(sourcesIn('schemas', 'src', 'projections'), (imported) =>
    /^(test|scripts)\//.test(imported),
  );
  t.same(wrong, []);
});

t.test('the client of EventStoreDB is loaded only where the stream lives there', async (t) => {
  const home = 'src/journal/eventstore/';
  const others = sourcesIn('schemas', 'src', 'projections').filter(
    ({ file }) => !file.startsWith(home),
  );
  t.same(
    found(others, (imported) => imported.startsWith('@eventstore/')),
    [],
  );
  const loading = others.flatMap((source) =>
    source.lines.flatMap((line) => {
      const [, kind, from] = /^(import type|import|export)?.*['"](\.[^'"]*)['"]/.exec(line) ?? [];
      const loads = from?.includes('journal/eventstore/') === true && kind !== 'import type';
      return loads ? [{ file: source.file, line: line.trim() }] : [];
    }),
  );
  const files = ['src/cli/journals.ts', 'src/cli/offline.ts', 'src/main.ts'];
  t.same(loading.map(({ file }) => file).toSorted(), files);
  for (const { file, line } of loading) t.match(line, / await import\(/, `${file}, when asked for`);
});

t.test('every import of a file of ours names the file', async (t) => {
  const wrong = found(
    sourcesIn('schemas', 'src', 'projections', 'scripts', 'test'),
    (imported) => OURS.test(imported) && !/\.\w+$/.test(imported),
  );
  t.same(wrong, []);
});

t.test('only the entry points read the environment', async (t) => {
  const entries = ['src/main.ts', 'src/cli/timecredits.ts'];
  const others = sourcesIn('schemas', 'src', 'projections').filter(
    ({ file }) => !entries.includes(file),
  );
  t.same(
    lines(others, (source) => readsOf(source, 'process', 'env')),
    [],
  );
});

t.test('what is decided and folded reads no clock and throws no dice', async (t) => {
  const pure = sourcesIn('schemas', 'src/ledger', 'projections');
  const wrong = lines(pure, (source) => [
    ...readsOf(source, 'Date', 'now'),
    ...readsOf(source, 'Math', 'random'),
    ...newDatesOf(source),
  ]);
  t.same(wrong, []);
  const dice = /\b(randomBytes|randomUUID|randomInt|randomFillSync|getRandomValues)\b/;
  t.same(
    pure.filter(({ text }) => dice.test(text)).map(({ file }) => file),
    [],
  );
});

t.test('only HTTP knows statuses', async (t) => {
  const known = new Set(Object.values(STATUSES));
  // Five hundred is also the most items of a page, and a page is not a status.
  known.delete(500);
  const below = sourcesIn('src/ledger', 'src/journal', 'projections', 'schemas/events');
  const wrong = lines(below, (source) =>
    numbersOf(source).flatMap(({ value, line }) => (known.has(value) ? [line] : [])),
  );
  t.same(wrong, []);
  const words = /\b(statusCode|STATUSES)\b/;
  t.same(
    below.filter(({ text }) => words.test(text)).map(({ file }) => file),
    [],
  );
});

function found(sources: readonly Source[], wrong: (imported: string) => boolean): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter(wrong)
      .map((imported) => `${source.file} imports ${imported}`),
  );
}

function lines(sources: readonly Source[], find: (source: Source) => readonly number[]): string[] {
  return sources.flatMap((source) => find(source).map((line) => `${source.file}:${line}`));
}
