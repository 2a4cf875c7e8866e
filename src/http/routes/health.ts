import { anyQuery, healthAnswer } from '../../../schemas/http/ledger.ts';
import type { Routes } from '../route.ts';

export function healthRoutes(routes: Routes): void {
  routes.read({
    url: '/livez',
    tag: 'Health',
    summary: 'Whether the process lives',
    policy: 'public',
    query: anyQuery,
    answer: healthAnswer,
    handle: () => ({ ok: true }),
  });

  routes.read({
    url: '/readyz',
    tag: 'Health',
    summary: 'Whether this instance takes writes, and if not, why',
    policy: 'public',
    query: anyQuery,
    statuses: [200, 503],
    answer: healthAnswer,
    handle: ({ reply }) => {
      const { sequencer, silence, guard } = routes.services;
      const why = sequencer.trouble ?? silence();
      const proved = guard.proved && {
        events: guard.proved.events,
        at: new Date(guard.proved.at_ms).toISOString(),
      };
      if (why === undefined) return { ok: true, proved };
      reply.code(503).header('retry-after', '1');
      return { ok: false, why, proved };
    },
  });
}
