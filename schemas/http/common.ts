import { z } from 'zod';
import { cardNumberSchema } from '../cards.ts';
import { memberIdSchema } from '../ids.ts';
import { REFUSAL_CODES } from '../refusals.ts';

/** A revision of the stream: the sync cursor, the audit leaf, the "as at" of every answer. */
export const revisionSchema = z
  .int()
  .min(0)
  .meta({ description: 'A revision of the ledger stream', examples: [42] });

/** A revision in a query string. */
export const revisionQuerySchema = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,14})$/, 'must be a revision, a whole number from 0')
  .transform(Number);

/** How many items a page may have. */
export const limitSchema = z
  .string()
  .regex(/^[1-9][0-9]{0,2}$/, 'must be a whole number from 1 to 500')
  .transform(Number)
  .refine((limit) => limit <= 500, 'must be at most 500')
  .optional();

/** Where a list goes on: as `next` of the page before. */
export const pageQuerySchema = z.strictObject({
  after: revisionQuerySchema.optional().meta({ description: '`next` of the page before' }),
  limit: limitSchema,
});

/** A page of a list; `next` is absent on the last. */
export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.int().optional() });
}

/** A member named by id or by card, one of the two. */
export const bearerFields = {
  memberId: memberIdSchema.optional(),
  card: cardNumberSchema.optional(),
};

export function oneBearer(value: { memberId?: unknown; card?: unknown }): boolean {
  return (value.memberId === undefined) !== (value.card === undefined);
}

export const ONE_BEARER = 'must name the member by either memberId or card';

/** An amount of the till's own choosing, or an offer. */
export function onePrice(value: { credits?: unknown; offerId?: unknown }): boolean {
  return (value.credits === undefined) !== (value.offerId === undefined);
}

export const ONE_PRICE = 'must say what is taken by either credits or offerId';

export const emptySchema = z.strictObject({});

/** RFC 9457 problem details, as every refusal is answered. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'where the code is explained' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'for the developer' }),
    code: z.enum(REFUSAL_CODES),
    retryable: z.boolean(),
    aloud: z.string().meta({ description: 'a sentence that a cashier can read aloud' }),
    request_id: z.string(),
    errors: z
      .array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() }))
      .optional(),
    facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  })
  .meta({ id: 'Problem' });

/** How something registered stands; `merged` into another of its kind. */
export const stateSchema = z.enum(['open', 'suspended', 'closed', 'merged']);
