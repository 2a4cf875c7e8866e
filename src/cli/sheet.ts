import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { CsvError, parse } from 'csv-parse/sync';
import { readCard } from '../../schemas/cards.ts';
import { memberIdSchema, type MemberId } from '../../schemas/ids.ts';
import { faulty, type FaultLine } from './failure.ts';

/** One row of a sheet: the line of the file it begins on, and its cells by their heading. */
export type Row = { readonly line: number; readonly cells: Readonly<Record<string, string>> };

export type Sheet = {
  readonly rows: readonly Row[];
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  /** The file's name as a slug. */
  readonly reference: string;
};

const REFERENCE_MAX = 40;

/**
 * Reads a CSV file with a line of headings, as spreadsheets write it: with or without a byte order
 * mark, with any line ends, with quotes. Rows without anything in them are left out.
 * @param headings those that the sheet may have
 * @throws Failure naming the line of every fault
 */
export function readSheet(path: string, bytes: Uint8Array, headings: readonly string[]): Sheet {
  const records = recordsIn(path, bytes);
  const first = records.shift();
  if (first === undefined) throw faulty('sheet_empty', `${path} is empty.`);
  const names = headingsIn(path, first, headings);
  const faults: FaultLine[] = [];
  const rows: Row[] = [];
  for (const { line, cells } of records) {
    if (cells.every((cell) => cell === '')) continue;
    if (cells.slice(names.length).some((cell) => cell !== '')) {
      const detail = `has ${cells.length} cells, but there are ${names.length} headings`;
      faults.push({ line, code: 'too_many_cells', detail });
      continue;
    }
    const named = names.map((name, column) => [name, cells[column] ?? ''] as const);
    rows.push({ line, cells: Object.fromEntries(named.filter(([name]) => name !== '')) });
  }
  if (faults.length > 0) throw faulty('sheet_faulty', `${path} cannot be read:`, faults);
  if (rows.length === 0) throw faulty('sheet_empty', `${path} has no line below its headings.`);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { rows, sha256, reference: referenceOf(path) };
}

/** Who a cell names: a member by id, or a card with its check character. */
export function bearerIn(cell: string): { memberId: MemberId } | { card: string } | undefined {
  const memberId = memberIdSchema.safeParse(cell);
  if (memberId.success) return { memberId: memberId.data };
  const card = readCard(cell);
  return card === undefined ? undefined : { card };
}

/** Why a cell names nobody. */
export function noBearer(cell: string): string {
  if (cell === '') return 'names no member: the member cell is empty';
  return (
    `${JSON.stringify(cell)} is neither a member id (mem_…) nor a card number ` +
    '(ten characters, of which the last checks the rest: look for a mistype)'
  );
}

type Line = { readonly line: number; readonly cells: readonly string[] };

function recordsIn(path: string, bytes: Uint8Array): Line[] {
  // Line ends are made one first: the parser counts a line end inside quotes twice otherwise.
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
  try {
    const parsed = parse(text, {
      bom: true,
      trim: true,
      info: true,
      relax_column_count: true,
      record_delimiter: '\n',
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record }, index) => ({
      line: index === 0 ? 1 : parsed[index - 1]!.info.lines + 1,
      cells: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(/at line (\d+)/.exec(error.message)?.[1] ?? 1);
    const detail =
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? 'a quote (") is opened and never closed'
        : 'a quote (") stands where none may be; inside a quoted cell write it twice';
    throw faulty('sheet_faulty', `${path} is not a CSV file that can be read:`, [
      { line, code: 'quotes', detail },
    ]);
  }
}

function headingsIn(path: string, { cells }: Line, known: readonly string[]): string[] {
  const names = cells.map((cell) => cell.toLowerCase());
  const allowed = `there may be ${known.join(', ')}`;
  const faults = names.flatMap((name, column): FaultLine[] => {
    if (name === '') return [];
    const line = 1;
    if (!known.includes(name)) {
      const detail = `the heading ${JSON.stringify(name)} is not known; ${allowed}`;
      return [{ line, code: 'unknown_heading', detail }];
    }
    if (names.indexOf(name) === column) return [];
    return [{ line, code: 'heading_twice', detail: `the heading ${name} stands there twice` }];
  });
  if (!names.includes('member')) {
    const detail = `no heading says member; ${allowed}`;
    faults.unshift({ line: 1, code: 'heading_missing', detail });
  }
  if (faults.length > 0) throw faulty('sheet_faulty', `The headings of ${path} are wrong:`, faults);
  return names;
}

function referenceOf(path: string): string {
  const name = basename(path, extname(path)).normalize('NFKD');
  const slug = name.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^-+|-+$/g, '');
  return slug.slice(0, REFERENCE_MAX) || 'sheet';
}
