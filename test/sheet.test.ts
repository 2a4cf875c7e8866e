import t from 'tap';
import { stringify } from 'csv-stringify/sync';
import { formulaEscaped, formulaUnescaped, isFormula } from '../src/formula.ts';
import { amountIn, rowsIn } from '../src/sheet.ts';

const ROWS_MAX = 10;
const read = (text: string) =>
  rowsIn(new TextEncoder().encode(text), ['member', 'credits'], ['member'], ROWS_MAX);

t.test('the length of a sheet is bounded before it is read', async (t) => {
  const blank = '\n'.repeat(ROWS_MAX * 3);
  // The open quote is at the beginning, and would be found by whoever reads it.
  const long = `member\n"a${blank}b`;
  t.same(read(long), { why: 'too long', faults: [], lines: 32 }, 'blank lines are lines');
  t.match(read(`member${blank}a\n`), { why: 'too long', lines: 31 }, 'in the middle too');
  t.match(read(`member\na${blank.repeat(1000)}`), [{ line: 2 }], 'but not at the end');
  t.match(read(`member,credits\na,1\n${',\n'.repeat(999)}`), [{ line: 2 }], 'nor empty cells');
  t.match(read(blank.repeat(1000)), { why: 'empty' }, 'and nothing is nothing');
  const full = Array.from({ length: ROWS_MAX }, (_, row) => `m${row}\r\n\r\n`).join('');
  t.match(read(`member\r\n${full}`), { length: ROWS_MAX }, 'each row may have a blank one');
});

t.test('a row has at most so many characters', async (t) => {
  t.match(read(`member\n${'a'.repeat(4000)}\n`), [{ line: 2 }]);
  for (const cell of [
    'a'.repeat(5000),
    `"${'a'.repeat(5000)}"`,
    `"${'a\n'.repeat(9)}${'a'.repeat(5000)}`,
  ]) {
    t.match(read(`member\n${cell}\n`), { why: 'not CSV', faults: [{ code: 'row_too_long' }] });
  }
});

t.test('an amount', async (t) => {
  const read: readonly (readonly [string, string | undefined])[] = [
    ['2', '2'],
    ['2.00', '2'],
    ['2.', '2'],
    ['2.50', '2.5'],
    ['100', '100'],
    ['0.10', '0.1'],
    ['0', undefined],
    ['0.00', undefined],
    ['.', undefined],
    ['', undefined],
    ['2.001', undefined],
    ['00.5', undefined],
    [`2.${'0'.repeat(38)}`, '2'],
    [`2.${'0'.repeat(39)}`, undefined],
    [`1.${'0'.repeat(1_000_000)}1`, undefined],
  ];
  for (const [typed, amount] of read) t.equal(amountIn(typed), amount, typed.slice(0, 50));
});

t.test('a cell that a spreadsheet may take for a formula', async (t) => {
  const signs = Array.from('=+-@＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌−﬩');
  const cells = [
    ...signs.map((sign) => `${sign}SUM(A1)`),
    ...['\t=1', '\ttab', '\rreturn', '\nline', ' =1', '\u00a0=1', '\u200b=1', '\ufeff\u200e＝1'],
  ];
  for (const cell of cells) {
    t.equal(formulaEscaped(cell), `'${cell}`, `${JSON.stringify(cell)} is escaped`);
    t.equal(formulaUnescaped(`'${cell}`), cell, 'and read as it was');
  }
  for (const cell of ['', 'Ann', 'a=1', '1-1', "'tis", 'row-1', '１', 'é']) {
    t.notOk(isFormula(cell), `${JSON.stringify(cell)} is none`);
    t.equal(formulaUnescaped(formulaEscaped(cell)), cell, 'and stays as it is');
  }
  const text = stringify([['member'], ['-till']], { cast: { string: formulaEscaped } });
  t.match(read(text), [{ cells: { member: '-till' } }], 'a sheet goes round unchanged');
});
