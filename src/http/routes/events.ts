import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { eventsAnswer, eventsQuery } from '../../../schemas/http/ledger.ts';
import { authenticate } from '../authentication.ts';
import { limitOf, linked } from '../lists.ts';
import type { Routes } from '../route.ts';

const NDJSON = 'application/x-ndjson';
const READERS = ['admin', 'auditor'] as const;
/** A reader who stalls keeps one piece in memory, some 70 KiB. */
const EVENTS_A_PIECE = 128;

export function eventRoutes(routes: Routes): void {
  const { read, projections } = routes.services;

  routes.read({
    url: '/v1/events',
    tag: 'Ledger',
    summary: `The stream itself; with Accept: ${NDJSON} to the end, each line canonical bytes`,
    policy: READERS,
    forms: [NDJSON],
    isLong: true,
    query: eventsQuery,
    answer: eventsAnswer,
    handle: async ({ query, request, reply }) => {
      const first = query.after === undefined ? 0 : query.after + 1;
      const end = projections.entries.revision + 1;
      request.log.info({ access: request.caller?.accessId, first }, 'the stream is read');
      if (request.headers.accept?.includes(NDJSON)) {
        const count = Math.min(query.limit ?? Infinity, Math.max(0, end - first));
        const lines = Readable.from(piecesOf(routes, request, first, count));
        return reply.type(NDJSON).serializer(String).send(lines);
      }
      const count = Math.min(limitOf(query), Math.max(0, end - first));
      const events = [];
      for await (const { firstRevision, lines } of read(first, count)) {
        const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
        events.push(...parsed.map((event, at) => ({ revision: firstRevision + at, event })));
      }
      const last = first + count - 1;
      return { events, ...(last + 1 < end && linked(request, reply, last)) };
    },
  });
}

/**
 * The lines of the stream, piece by piece, each for an access that may still read it. Where it may
 * no more, the answer breaks off: what was read is not to be taken for the whole.
 */
async function* piecesOf(
  routes: Routes,
  request: FastifyRequest,
  first: number,
  count: number,
): AsyncGenerator<string> {
  for (let done = 0; done < count; done += EVENTS_A_PIECE) {
    await routes.piece(request);
    authenticate(request, READERS, routes.services);
    const some = Math.min(EVENTS_A_PIECE, count - done);
    for await (const { lines } of routes.services.read(first + done, some)) {
      yield `${lines.join('\n')}\n`;
    }
  }
}
