import type { FastifyRequest } from 'fastify';
import { VISIT_SHEET, visitSchema, VISITS_MAX } from '../../schemas/http/visit.ts';
import { fault, refuse, type Fault } from '../../schemas/refusals.ts';
import { daySchema } from '../../schemas/time.ts';
import { isFormula } from '../formula.ts';
import { amountIn, rowsIn, type Row, type Unreadable } from '../sheet.ts';
import { RefusedError } from './problems.ts';

const { headings: HEADINGS, needed: NEEDED } = VISIT_SHEET;

/** The heading under which each field of a visit stands. */
const HEADING_OF: Readonly<Record<string, string>> = {
  venueId: 'venue',
  memberId: 'member',
  card: 'member',
  occurredAt: 'occurred',
  occurredOn: 'occurred',
};

const WHY: Readonly<Record<Unreadable['why'], string>> = {
  empty: 'The sheet is empty.',
  'no rows': 'The sheet has no line below its headings.',
  'not CSV': 'The sheet is not CSV that can be read.',
  headings: 'The headings of the sheet are wrong.',
  cells: 'The sheet cannot be read.',
  'too long': 'The sheet is too long.',
};

const NO_TIME = 'must be a day or a time, as 2026-03-31 or 2026-03-31T14:30:00+01:00';

/**
 * Reads visits sent as CSV into the body that they stand for, and keeps their lines.
 * @throws RefusedError naming the line of every fault
 */
export function visitsIn(bytes: Uint8Array, request: FastifyRequest): object {
  const rows = rowsIn(bytes, HEADINGS, NEEDED, VISITS_MAX);
  if ('why' in rows) {
    if (rows.lines !== undefined) throw tooLong(rows.lines - 1);
    const faults = rows.faults.map(({ line, detail }) => faultOn(line, '#', detail));
    throw invalid(faults.length > 0 ? faults : [faultOn(undefined, '#', WHY[rows.why])]);
  }
  if (rows.length > VISITS_MAX) throw tooLong(rows.length);
  const visits = rows.map(({ cells }) => visitOn(cells));
  const faults = rows.flatMap((row, index) => faultsOf(row, visits[index]!, index));
  if (faults.length > 0) throw invalid(faults);
  request.sheetLines = rows.map(({ line }) => line);
  return { network: (request.query as { network?: unknown }).network, visits };
}

function tooLong(events: number): RefusedError {
  return new RefusedError(refuse('list_too_long', { events, limit: VISITS_MAX }));
}

/** The visit that a row stands for; an empty cell is left out. */
function visitOn(cells: Row['cells']): Readonly<Record<string, string>> {
  const { direction = '', venue = '', member = '', credits = '' } = cells;
  const { occurred = '', reference = '' } = cells;
  const fields = {
    direction: direction.toLowerCase(),
    venueId: venue,
    [member.startsWith('mem_') ? 'memberId' : 'card']: member,
    credits: amountIn(credits) ?? credits,
    [daySchema.safeParse(occurred).success ? 'occurredOn' : 'occurredAt']: occurred,
    reference,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

/** What is wrong with a row: empty cells and formulas first, then what the schema says. */
function faultsOf({ line, cells }: Row, visit: object, index: number): Fault[] {
  const at = `#/visits/${index}`;
  const plain = Object.entries(cells).flatMap(([heading, cell]) => {
    if (cell === '' && (NEEDED as readonly string[]).includes(heading))
      return [`${heading} is empty`];
    // No cell of a list of visits begins like one.
    if (!isFormula(cell)) return [];
    return [`${heading} ${JSON.stringify(cell)} is a formula; send what it comes to`];
  });
  if (plain.length > 0) return plain.map((detail) => faultOn(line, at, detail));
  const parsed = visitSchema.safeParse(visit);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap(({ path, message }, place, issues) => {
    const [field] = path as string[];
    if (field === undefined) return [faultOn(line, at, message)];
    const isFirst = issues.findIndex((one) => one.path[0] === field) === place;
    if (!isFirst) return [];
    const heading = HEADING_OF[field] ?? field;
    const typed = JSON.stringify(cells[heading] ?? '');
    const why = heading === 'occurred' ? NO_TIME : message;
    return [faultOn(line, `${at}/${field}`, `${heading} ${typed} ${why}`)];
  });
}

function faultOn(line: number | undefined, pointer: string, detail: string): Fault {
  const where = line === undefined ? '' : `Line ${line}: `;
  return { ...fault(pointer, 'invalid_request'), detail: where + detail };
}

function invalid(errors: readonly Fault[]): RefusedError {
  return new RefusedError(refuse('invalid_request', {}, { errors: errors.slice(0, 100) }));
}
