import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { revisionQuerySchema } from '../../schemas/http/common.ts';
import type { Awaited } from '../ledger/awaited.ts';
import { stop, stopInvalid } from './problems.ts';

const HEADER = 'ledger-revision-at-least';

/** For the document alone; what is sent is checked where it is used. */
export const atLeastHeader = z.object({
  [HEADER]: z
    .string()
    .optional()
    .meta({
      description:
        'Answers only once this instance has that revision, such as the `Ledger-Revision` that a ' +
        'write was answered with; 503 `not_there_yet` where it does not come in time',
      examples: ['42'],
    }),
});

/** Whether a request asks for some revision at least. */
export function asksAtLeast({ headers }: FastifyRequest): boolean {
  return headers[HEADER] !== undefined;
}

/** Ends once the revision that a request asks for is here, or refuses it. */
export async function waitFor({ headers, asker }: FastifyRequest, awaited: Awaited): Promise<void> {
  const asked = revisionQuerySchema.safeParse(headers[HEADER]);
  if (!asked.success) {
    return stopInvalid('#', `Ledger-Revision-At-Least ${asked.error.issues[0]!.message}`);
  }
  if (await awaited.until(asked.data, asker)) return;
  const { revision, patience_ms } = awaited;
  stop('not_there_yet', { revision, asked: asked.data, seconds: patience_ms / 1000 });
}
