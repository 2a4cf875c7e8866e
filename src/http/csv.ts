import { stringify } from 'csv-stringify/sync';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether a request asks for CSV rather than JSON. */
export function wantsCsv(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/csv') ?? false;
}

const NEGATIVE = /^-\d+(\.\d+)?$/;

/** So many rows are written in one go; then other requests get their turn. */
const ROWS_A_TURN = 500;

/**
 * Answers rows as CSV with a head line; what a spreadsheet would take for a formula is escaped.
 * @param rows all with the same columns
 */
export async function sendCsv(reply: FastifyReply, rows: readonly object[]): Promise<FastifyReply> {
  let text = written(rows.slice(0, ROWS_A_TURN), true);
  for (let first = ROWS_A_TURN; first < rows.length; first += ROWS_A_TURN) {
    await new Promise((resolve) => setImmediate(resolve));
    text += written(rows.slice(first, first + ROWS_A_TURN), false);
  }
  return reply.type('text/csv; charset=utf-8').serializer(String).send(text);
}

function written(rows: readonly object[], header: boolean): string {
  return stringify([...rows], { header, escape_formulas: true, cast: { string: unescaped } });
}

/** A plain negative amount begins like a formula and is none: a spreadsheet shall add it up. */
function unescaped(value: string) {
  return value.startsWith('-') && NEGATIVE.test(value) ? { value, escape_formulas: false } : value;
}
