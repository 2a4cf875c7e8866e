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

/** Answers rows as CSV with a head line; what a spreadsheet would take for a formula is escaped. */
export function sendCsv(reply: FastifyReply, rows: readonly object[]): FastifyReply {
  const text = stringify([...rows], { header: true, escape_formulas: true });
  return reply.type('text/csv; charset=utf-8').serializer(String).send(text);
}
