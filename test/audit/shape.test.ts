import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { formOf } from '../../src/audit/model/form.ts';
import { hasShape } from '../../src/audit/shape.ts';
import { ROOT } from '../architecture/sources.ts';
import { histories } from '../support/histories.ts';
import { property } from '../support/property.ts';

/* A line that is taken at a glance is one that its schema takes, too, in its canonical bytes. */

const golden = globSync('test/golden/*.v*.json', { cwd: ROOT }).map((file) =>
  readFileSync(`${ROOT}/${file}`, 'utf8').trim(),
);
const written = (await histories()).flat().map(({ event }) => canonical(event));
const lines = [...golden, ...written];
const PIECES = [
  ...['"', '\\', '{', '}', ',', ':', ' ', '0', '9', '1.5', '-1', '00', 'e3', 'é', '\u0000', 'A'],
  ...[
    'null',
    'true',
    '"v":2',
    ',"v":1',
    '02-29',
    '02-30',
    '24:00',
    '1000000',
    '1000000.01',
    '0.10',
  ],
];

t.test('what is written', async (t) => {
  t.same(
    lines.filter((line) => formOf(line).breach !== undefined),
    [],
    'is as its schema says',
  );
  const seen = written.filter(hasShape).length;
  t.ok(seen > 0.5 * written.length, 'and most of it is taken at a glance');
  const slow = [
    ...[
      'CreditsBroughtForward',
      'FormatRaised',
      'LedgerOpened',
      'OfferPublished',
      'OrganisationRegistered',
    ],
    ...['RulesChanged'],
  ];
  const other = written.filter((line) => !hasShape(line) && /^[ -~]*$/.test(line));
  const types = new Set(other.map((line) => (JSON.parse(line) as { type: string }).type));
  t.same([...types].filter((type) => !slow.includes(type)).sort(), [], 'but for a few types');
});

t.test('a line with something changed', async (t) => {
  const change = fc.record({
    line: fc.constantFrom(...lines),
    at: fc.nat(700),
    length: fc.nat(3),
    piece: fc.oneof(
      fc.constantFrom(...PIECES),
      fc.constantFrom(...'abcxyz0123456789-_.:T'.split('')),
      fc.string(),
    ),
  });
  let taken = 0;
  property(
    t,
    'is taken at a glance only where its schema takes it',
    change,
    ({ line, at, length, piece }) => {
      const from = at % line.length;
      const changed = line.slice(0, from) + piece + line.slice(from + length);
      if (!hasShape(changed)) return true;
      taken += 1;
      return formOf(changed).breach === undefined;
    },
    20_000,
  );
  t.ok(taken > 500, `which ${taken} were`);
});

t.test('dates and amounts at their edges', async (t) => {
  const line = golden.find((one) => one.includes('"CreditsRedeemed","v":2'))!;
  const edges: [from: RegExp, to: readonly string[]][] = [
    [
      /(?<="occurredOn":")[^"]*/,
      ['2026-02-28', '2024-02-29', '2026-02-29', '2026-04-31', '2026-13-01'],
    ],
    [
      /(?<="credits":")[^"]*/,
      ['0', '0.1', '0.01', '0.10', '1.0', '999999.99', '1000000', '1000000.5'],
    ],
    [/(?<="count":)\d+/, ['0', '1', '999', '1000', '1001', '01']],
    [/(?<="adults":)\d+/, ['0', '99', '100', '101', '-1', '1.5']],
  ];
  for (const [from, all] of edges) {
    for (const to of all) {
      const changed = line.replace(from, to);
      t.ok(!hasShape(changed) || formOf(changed).breach === undefined, to);
    }
  }
});
