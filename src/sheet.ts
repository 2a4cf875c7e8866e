import { CsvError, parse } from 'csv-parse/sync';
import { amountSchema } from '../schemas/amounts.ts';
import { formulaUnescaped } from './formula.ts';

/** One row of a sheet: the line of the file it begins on, and its cells by their heading. */
export type Row = { readonly line: number; readonly cells: Readonly<Record<string, string>> };

/** One thing that is wrong with a sheet, and the line it is on. */
export type SheetFault = { readonly line: number; readonly code: string; readonly detail: string };

/** Why no rows could be read at all. */
export type Unreadable = {
  readonly why: 'empty' | 'no rows' | 'not CSV' | 'headings' | 'cells' | 'too long';
  readonly faults: readonly SheetFault[];
  /** Of one that is too long: how many lines it has. */
  readonly lines?: number;
};

/** As many characters as all cells of a row may have together. */
const ROW_CHARACTERS_MAX = 4096;
/** So many lines a sheet may have for each row that it may: blank ones, and those in quotes. */
const LINES_A_ROW = 2;

/**
 * Reads CSV with a line of headings, as spreadsheets write it: with or without a byte order mark,
 * with any line ends, with quotes. Rows without anything in them are left out. Its length is seen
 * before it is read.
 * @param known the headings that the sheet may have
 * @param needed those of them that it must have
 * @param rowsMax about how many rows are read at all; whoever asks may take fewer
 */
export function rowsIn(
  bytes: Uint8Array,
  known: readonly string[],
  needed: readonly string[],
  rowsMax: number,
): readonly Row[] | Unreadable {
  const text = textOf(bytes);
  const lines = linesOf(text);
  if (lines > rowsMax * LINES_A_ROW + 1) return { why: 'too long', faults: [], lines };
  const records = recordsIn(text);
  if ('code' in records) return { why: 'not CSV', faults: [records] };
  const [first, ...rest] = records;
  if (first === undefined) return { why: 'empty', faults: [] };
  const names = first.cells.map((cell) => cell.toLowerCase());
  const wrong = headingFaults(names, known, needed);
  if (wrong.length > 0) return { why: 'headings', faults: wrong };
  const faults: SheetFault[] = [];
  const rows: Row[] = [];
  for (const { line, cells } of rest) {
    if (cells.every((cell) => cell === '')) continue;
    if (cells.slice(names.length).some((cell) => cell !== '')) {
      const detail = `has ${cells.length} cells, but there are ${names.length} headings`;
      faults.push({ line, code: 'too_many_cells', detail });
      continue;
    }
    const named = names.map((name, column) => [name, cells[column] ?? ''] as const);
    rows.push({ line, cells: Object.fromEntries(named.filter(([name]) => name !== '')) });
  }
  if (faults.length > 0) return { why: 'cells', faults };
  return rows.length === 0 ? { why: 'no rows', faults } : rows;
}

/** An amount needs no more characters. */
const AMOUNT_MAX = 40;

/** An amount as people and spreadsheets write it, `2.50`, in its one spelling. */
export function amountIn(typed: string): string | undefined {
  if (typed.length > AMOUNT_MAX) return undefined;
  let end = typed.length;
  if (typed.includes('.')) {
    while (typed[end - 1] === '0') end -= 1;
    if (typed[end - 1] === '.') end -= 1;
  }
  const spelled = typed.slice(0, end);
  return amountSchema.safeParse(spelled).success ? spelled : undefined;
}

type Line = { readonly line: number; readonly cells: readonly string[] };

/** The characters behind the last cell that has anything in it. */
const BLANK = ' ,\t\n';

/** The text of a sheet up to its last cell with anything in it. */
function textOf(bytes: Uint8Array): string {
  // Line ends are made one first: the parser counts a line end inside quotes twice otherwise.
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
  let last = text.length - 1;
  while (last >= 0 && BLANK.includes(text[last]!)) last -= 1;
  const end = text.indexOf('\n', last + 1);
  return end < 0 ? text : text.slice(0, end);
}

function linesOf(text: string): number {
  let lines = 1;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines += 1;
  return lines;
}

function recordsIn(text: string): readonly Line[] | SheetFault {
  if (text.includes('\0')) {
    const detail = 'this is not plain text; save it in the spreadsheet as "CSV UTF-8"';
    return { line: 1, code: 'not_text', detail };
  }
  try {
    const parsed = parse(text, {
      bom: true,
      trim: true,
      info: true,
      relax_column_count: true,
      record_delimiter: '\n',
      max_record_size: ROW_CHARACTERS_MAX,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record }, index) => ({
      line: index === 0 ? 1 : parsed[index - 1]!.info.lines + 1,
      cells: record.map(formulaUnescaped),
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(/at line (\d+)/.exec(error.message)?.[1] ?? 1);
    return { line, ...(NOT_CSV[error.code] ?? QUOTE_ASTRAY) };
  }
}

/** What the parser says of a sheet, in words; of anything else it is a quote. */
const NOT_CSV: Readonly<Record<string, Pick<SheetFault, 'code' | 'detail'>>> = {
  CSV_QUOTE_NOT_CLOSED: { code: 'quotes', detail: 'a quote (") is opened and never closed' },
  CSV_MAX_RECORD_SIZE: {
    code: 'row_too_long',
    detail:
      `a row has more than ${ROW_CHARACTERS_MAX} characters; ` +
      'is a quote (") opened there and never closed?',
  },
};
const QUOTE_ASTRAY = {
  code: 'quotes',
  detail: 'a quote (") stands where none may be; inside a quoted cell write it twice',
};
function headingFaults(
  names: readonly string[],
  known: readonly string[],
  needed: readonly string[],
): SheetFault[] {
  const line = 1;
  const [only = ''] = names;
  if (names.length === 1 && /[;\t]/.test(only)) {
    const between = only.includes(';') ? 'semicolons' : 'tabs';
    const detail = `${between} stand between the cells; save it with commas`;
    return [{ line, code: 'not_commas', detail }];
  }
  const allowed = `there may be ${known.join(', ')}`;
  const missing = needed.filter((name) => !names.includes(name));
  const faults = missing.map((name): SheetFault => {
    return { line, code: 'heading_missing', detail: `no heading says ${name}; ${allowed}` };
  });
  names.forEach((name, column) => {
    if (name === '') return;
    if (!known.includes(name)) {
      const detail = `the heading ${JSON.stringify(name)} is not known; ${allowed}`;
      faults.push({ line, code: 'unknown_heading', detail });
    } else if (names.indexOf(name) !== column) {
      faults.push({
        line,
        code: 'heading_twice',
        detail: `the heading ${name} stands there twice`,
      });
    }
  });
  return faults;
}
