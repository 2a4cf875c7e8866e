import { Readable } from 'node:stream';
import { eventsAnswer, eventsQuery } from '../../../schemas/http/ledger.ts';
import type { Page } from '../../../schemas/stream.ts';
import { limitOf, linked } from '../lists.ts';
import type { Routes } from '../route.ts';

const NDJSON = 'application/x-ndjson';

export function eventRoutes(routes: Routes): void {
  const { read, projections } = routes.services;

  routes.read({
    url: '/v1/events',
    tag: 'Ledger',
    summary: `The stream itself; with Accept: ${NDJSON} to the end, each line canonical bytes`,
    policy: ['admin', 'auditor'],
    forms: [NDJSON],
    query: eventsQuery,
    answer: eventsAnswer,
    handle: async ({ query, request, reply }) => {
      const first = query.after === undefined ? 0 : query.after + 1;
      const end = projections.entries.revision + 1;
      request.log.info({ access: request.caller?.accessId, first }, 'the stream is read');
      if (request.headers.accept?.includes(NDJSON)) {
        const count = Math.min(query.limit ?? Infinity, Math.max(0, end - first));
        const lines = Readable.from(linesOf(read(first, count)));
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

async function* linesOf(pages: AsyncIterable<Page>): AsyncGenerator<string> {
  for await (const { lines } of pages) yield `${lines.join('\n')}\n`;
}
