import { z } from 'zod';
import { balanceSchema } from '../amounts.ts';
import { accountSchema, transactionIdSchema, venueIdSchema, slugSchema } from '../ids.ts';
import { daySchema, givenInstantSchema } from '../time.ts';
import { limitSchema, revisionQuerySchema, revisionSchema } from './common.ts';
import { settlementTerms } from './settlement.ts';

export const accountParams = z.strictObject({ account: accountSchema });

export const AS_AT = ['atRevision', 'recordedBy', 'occurredBy'] as const;

export const accountQuery = z
  .strictObject({
    atRevision: revisionQuerySchema.optional(),
    recordedBy: givenInstantSchema.optional(),
    occurredBy: daySchema.optional(),
  })
  .refine(
    (query) => AS_AT.filter((name) => query[name] !== undefined).length <= 1,
    'must ask one of atRevision, recordedBy and occurredBy',
  );
export const accountAnswer = z.object({
  account: accountSchema,
  balance: balanceSchema,
  held: balanceSchema.optional().meta({ description: 'for bookings, now' }),
  available: balanceSchema.optional().meta({ description: 'the balance without what is held' }),
  revision: z.int().meta({ description: 'the revision that this is as at' }),
});

export const entriesQuery = z.strictObject({
  after: revisionQuerySchema.optional().meta({ description: '`next` of the page before' }),
  limit: limitSchema,
});

/** Newest first: `closing` is the balance after the first entry, `opening` before the last. */
export const entriesAnswer = z.object({
  account: accountSchema,
  opening: balanceSchema,
  closing: balanceSchema,
  revision: z.int(),
  entries: z.array(
    z.object({
      transactionId: transactionIdSchema,
      revision: revisionSchema,
      type: z.string(),
      amount: balanceSchema.meta({ description: 'negative: taken out' }),
      balance: balanceSchema,
      otherAccount: accountSchema,
      occurredOn: z.string(),
      recordedAt: z.string(),
      reference: z.string().optional(),
    }),
  ),
  next: z.int().optional(),
});

export const transactionParams = z.strictObject({ id: transactionIdSchema });
export const transactionAnswer = z.object({
  transactionId: transactionIdSchema,
  revision: revisionSchema,
  type: z.string(),
  debit: accountSchema.optional(),
  credit: accountSchema.optional(),
  credits: balanceSchema.optional(),
  minutes: z.int().optional(),
  reference: z.string().optional(),
  terminal: z.string().optional(),
  reason: z.string().optional(),
  reverses: transactionIdSchema.optional(),
  settlement: settlementTerms.optional().meta({ description: 'of a settlement: what it took' }),
  occurredOn: z.string(),
  occurredAt: z.string().optional(),
  recordedAt: z.string(),
  reversals: z.array(
    z.object({
      transactionId: transactionIdSchema,
      credits: balanceSchema,
      minutes: z.int().optional(),
      reason: z.string(),
      recordedAt: z.string(),
    }),
  ),
});

export const transactionsQuery = z
  .strictObject({
    venueId: venueIdSchema,
    from: daySchema.optional(),
    to: daySchema.optional(),
    reference: slugSchema.optional(),
    after: revisionQuerySchema.optional(),
    limit: limitSchema,
  })
  .refine(({ from, to }) => !from || !to || from <= to, 'must not end before it begins');
export const transactionsAnswer = z.object({
  items: z.array(transactionAnswer),
  next: z.int().optional(),
});
