import type { FastifyReply } from 'fastify';
import { emptySchema } from '../../../schemas/http/common.ts';
import {
  checkpointAnswer,
  checkpointsAnswer,
  checkpointsQuery,
  shownAnswer,
  verifierKeysAnswer,
} from '../../../schemas/http/proof.ts';
import { limitOf, linked } from '../lists.ts';
import type { Routes } from '../route.ts';
import type { Services } from '../services.ts';
import { PROVERS } from './proof.ts';

const TAG = 'Proofs';
const TEXT = 'text/plain; charset=utf-8';

export function checkpointRoutes(routes: Routes): void {
  const { checkpoints } = routes.services;

  routes.read({
    url: '/v1/checkpoint',
    tag: TAG,
    summary: 'The last checkpoint: what the ledger says of itself, signed',
    policy: 'public',
    forms: ['text/plain'],
    answer: checkpointAnswer,
    handle: ({ reply }) => sendCheckpoint(checkpoints, reply),
  });

  routes.read({
    url: '/v1/checkpoint/keys',
    tag: TAG,
    summary: 'The keys that verify checkpoints; compare them with what was published elsewhere',
    policy: 'public',
    forms: ['text/plain'],
    answer: verifierKeysAnswer,
    handle: ({ reply }) => {
      const lines = checkpoints.keys().map((key) => `${key}\n`);
      return reply.type(TEXT).serializer(String).send(lines.join(''));
    },
  });

  routes.read({
    url: '/v1/checkpoints',
    tag: TAG,
    summary: 'Every checkpoint that was shown, the smallest first',
    policy: PROVERS,
    query: checkpointsQuery,
    answer: checkpointsAnswer,
    handle: ({ query, request, reply }) => {
      const limit = limitOf(query);
      const items = checkpoints.after(query.after ?? -1, limit + 1);
      if (items.length <= limit) return { items };
      items.pop();
      return { items, ...linked(request, reply, items.at(-1)!.size) };
    },
  });

  routes.set({
    url: '/v1/checkpoints',
    tag: TAG,
    summary: 'Makes a checkpoint over all that is recorded by now',
    policy: ['admin', 'auditor'],
    body: emptySchema,
    answer: shownAnswer,
    handle: () => checkpoints.make(),
  });
}

/** Answers with the last checkpoint, cosignatures and all. */
export async function sendCheckpoint(
  checkpoints: Services['checkpoints'],
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { note } = await checkpoints.covering(0);
  reply.header('cache-control', 'no-cache');
  return reply.type(TEXT).serializer(String).send(note);
}
