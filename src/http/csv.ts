import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { stop } from './problems.ts';

/** Reads a body that is sent as CSV into the one that it stands for. */
export type ReadSheet = (bytes: Uint8Array, request: FastifyRequest) => unknown;

declare module 'fastify' {
  interface FastifyContextConfig {
    csv?: ReadSheet;
  }
  interface FastifyRequest {
    /** The lines of a sheet that the items of the body stood on. */
    sheetLines: readonly number[] | undefined;
  }
}

/** Lets the routes that read CSV take it; to the others it stays a type that they do not take. */
export function registerSheets(app: FastifyInstance): void {
  app.decorateRequest('sheetLines', undefined);
  app.addContentTypeParser(
    'text/csv',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      const { csv } = request.routeOptions.config;
      return csv === undefined ? stop('unsupported_media_type') : csv(bytes, request);
    },
  );
}

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
