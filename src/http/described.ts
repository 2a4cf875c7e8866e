import type { z } from 'zod';
import { emptySchema, problemSchema } from '../../schemas/http/common.ts';
import type { Policy } from './authentication.ts';

/** What a route says of itself. */
export type Said = {
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  readonly answer: z.ZodType;
  readonly policy: Policy;
  readonly statuses: readonly number[];
  /** Header fields that it understands. */
  readonly headers?: z.ZodType | undefined;
};

/** What a request and an answer of a route look like, for checking and for the document. */
export function described(route: Said): Record<string, unknown> {
  const { tag, summary, params, query, answer, policy, statuses, headers } = route;
  const who = typeof policy === 'string' ? policy : `keys of ${policy.join(', ')}`;
  return {
    tags: [tag],
    summary,
    description: `For ${who === 'public' ? 'anyone' : who}.`,
    ...(policy !== 'public' && { security: [{ key: [] }] }),
    ...(params && { params }),
    querystring: query ?? emptySchema,
    ...(headers && { headers }),
    response: {
      ...Object.fromEntries(statuses.map((status) => [status, answer])),
      '4xx': problemContent,
      '5xx': problemContent,
    },
  };
}

const problemContent = { content: { 'application/problem+json': { schema: problemSchema } } };
