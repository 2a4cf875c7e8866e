import { metricsAnswer } from '../../../schemas/http/ledger.ts';
import type { Routes } from '../route.ts';

export function metricsRoutes(routes: Routes): void {
  const { metrics, metricsTokenHash } = routes.services;

  routes.read({
    url: '/metrics',
    tag: 'Health',
    summary: 'How this instance fares, for Prometheus: with a key, or with METRICS_TOKEN',
    policy: ['admin', 'auditor'],
    tokenHash: metricsTokenHash,
    apart: true,
    forms: ['text/plain'],
    answer: metricsAnswer,
    handle: async ({ reply }) => {
      const text = await metrics.text();
      reply.header('cache-control', 'no-store');
      return reply.type(metrics.contentType).serializer(String).send(text);
    },
  });
}
