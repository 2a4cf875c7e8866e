import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formulaEscaped } from '../formula.ts';
import type { Admission } from './admission.ts';
import { stop } from './problems.ts';

/** The type of content of a sheet. */
export const CSV = 'text/csv';

/** Reads a body that is sent as CSV into the one that it stands for. */
export type ReadSheet = (bytes: Uint8Array, request: FastifyRequest) => unknown;

declare module 'fastify' {
  interface FastifyContextConfig {
    csv?: ReadSheet;
    /** Types of content that are answered beside JSON. */
    forms?: readonly string[];
  }
  interface FastifyRequest {
    /** The lines of a sheet that the items of the body stood on. */
    sheetLines: readonly number[] | undefined;
  }
}

/** Lets the routes that read CSV take it; to the others it stays a type that they do not take. */
export function registerSheets(app: FastifyInstance, admission: Admission): void {
  app.decorateRequest('sheetLines', undefined);
  app.addContentTypeParser(
    CSV,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      const { csv } = request.routeOptions.config;
      if (csv === undefined) return stop('unsupported_media_type');
      await admission.piece(request);
      return csv(bytes, request);
    },
  );
}

/** Whether a request asks for CSV rather than JSON. */
export function wantsCsv(request: FastifyRequest): boolean {
  return request.headers.accept?.includes(CSV) ?? false;
}

const NEGATIVE = /^-\d+(\.\d+)?$/;

/** So many rows are written in one go; then other requests get their turn. */
const ROWS_A_TURN = 500;

/**
 * Answers rows as CSV with a head line; what a spreadsheet would take for a formula is escaped.
 * @param columns the fields of a row that are written, in this order; one that is missing is empty
 */
export async function sendCsv(
  reply: FastifyReply,
  columns: readonly string[],
  rows: readonly object[],
): Promise<FastifyReply> {
  let text = written(columns, rows.slice(0, ROWS_A_TURN), true);
  for (let first = ROWS_A_TURN; first < rows.length; first += ROWS_A_TURN) {
    await new Promise((resolve) => setImmediate(resolve));
    text += written(columns, rows.slice(first, first + ROWS_A_TURN), false);
  }
  return reply.type(`${CSV}; charset=utf-8`).serializer(String).send(text);
}

function written(columns: readonly string[], rows: readonly object[], header: boolean): string {
  const cast = { string: escaped };
  return stringify([...rows], { columns: [...columns], header, cast });
}

/** A plain negative amount begins like a formula and is none: a spreadsheet shall add it up. */
function escaped(value: string): string {
  return value.startsWith('-') && NEGATIVE.test(value) ? value : formulaEscaped(value);
}
