import { stringify } from 'csv-stringify/sync';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whether a request asks for CSV rather than JSON. */
export function wantsCsv(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/csv') ?? false;
}

/** A negative amount begins like a formula and is none: a spreadsheet shall add it up. */
const NEGATIVE = /^-\d+(\.\d+)?$/;

/** Answers rows as CSV with a head line; what a spreadsheet would take for a formula is escaped. */
export function sendCsv(reply: FastifyReply, rows: readonly object[]): FastifyReply {
  const text = stringify([...rows], {
    header: true,
    escape_formulas: true,
    cast: {
      string: (value) => (NEGATIVE.test(value) ? { value, escape_formulas: false } : value),
    },
  });
  return reply.type('text/csv; charset=utf-8').serializer(String).send(text);
}
