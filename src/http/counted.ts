import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '../../schemas/refusals.ts';
import type { Figures, RouteFigures } from '../metrics/figures.ts';

declare module 'fastify' {
  interface FastifyInstance {
    figures: Figures;
  }
  interface FastifyContextConfig {
    /** Where the requests of a route are counted. */
    figures?: RouteFigures;
  }
}

type Handle = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** The same handler, timed and counted. What it throws is counted once it is answered. */
export function counted({ elapsed_ms }: Figures, figures: RouteFigures, handle: Handle): Handle {
  return (request, reply) => {
    const since_ms = elapsed_ms();
    const over = () => figures.seconds.add((elapsed_ms() - since_ms) / 1000);
    // Not an async function around another: every request would wait for two promises more.
    return handle(request, reply).then(
      (answer) => {
        over();
        figures.answer(reply.statusCode);
        return answer;
      },
      (error: unknown) => {
        over();
        throw error;
      },
    );
  };
}

/** Counts what was thrown, or refused before any handler, under its route if there is one. */
export function countThrown(request: FastifyRequest, status: number): void {
  const { figures } = request.routeOptions.config;
  (figures ?? request.server.figures.otherRequests).answer(status);
}

export function countRefusal(request: FastifyRequest, { code }: Refusal): void {
  request.server.figures.refused(code);
}
