import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import { predecessorSchema, rulesSchema } from '../events/ledger.ts';
import {
  accessIdSchema,
  accountSchema,
  networkSchema,
  organisationIdSchema,
  transactionIdSchema,
  venueIdSchema,
} from '../ids.ts';
import { roleSchema } from '../roles.ts';
import { limitSchema, revisionQuerySchema, revisionSchema, stateSchema } from './common.ts';

export const meAnswer = z.object({
  network: networkSchema,
  timeZone: z.string(),
  accessId: accessIdSchema,
  role: roleSchema,
  organisation: z
    .object({ organisationId: organisationIdSchema, name: z.string(), roles: z.array(z.string()) })
    .optional(),
  venues: z.array(z.object({ venueId: venueIdSchema, name: z.string(), state: stateSchema })),
  revision: z.int(),
});

export const ledgerAnswer = z.object({
  network: networkSchema,
  revision: z.int(),
  accounts: z.int(),
  transactions: z.int(),
  sumOfBalances: balanceSchema,
  predecessor: predecessorSchema
    .optional()
    .meta({ description: 'the last checkpoint of the ledger that this one comes after' }),
});

export const rulesAnswer = z.object({
  network: networkSchema,
  timeZone: z.string(),
  format: z.int(),
  rules: rulesSchema,
  revision: z.int(),
});

/** Without the format, which may have been raised when the same request comes again. */
export const rulesChanged = rulesAnswer.omit({ format: true });

/** The rules to change; the others stay. The time zone is fixed when a ledger is opened. */
export const rulesBody = rulesSchema
  .partial()
  .refine((rules) => Object.keys(rules).length > 0, 'must name at least one rule');

export const formatBody = z.strictObject({ format: z.int().min(1).max(1_000_000) });

export const formatRaised = z.object({
  network: networkSchema,
  format: z.int(),
  revision: revisionSchema,
});

export const openingBalancesBody = z.strictObject({
  entries: z
    .array(z.strictObject({ account: accountSchema, credits: amountSchema }))
    .min(1)
    .max(1000),
});

export const openingBalancesAnswer = z.object({
  revision: revisionSchema,
  entries: z.array(
    z.object({
      transactionId: transactionIdSchema,
      account: accountSchema,
      credits: amountSchema,
      balance: balanceSchema,
    }),
  ),
});

export const eventsQuery = z.strictObject({
  after: revisionQuerySchema
    .optional()
    .meta({ description: 'a revision, exclusive; left out: from revision 0' }),
  limit: limitSchema,
});

export const eventsAnswer = z.object({
  events: z.array(z.object({ revision: revisionSchema, event: z.record(z.string(), z.unknown()) })),
  next: z.int().optional(),
});

export const idempotencyKeyAnswer = z.object({
  outcome: z.enum(['recorded', 'voided']),
  recordedAt: z.string(),
  revision: revisionSchema.meta({ description: 'of the first event recorded under the key' }),
  events: z.array(
    z.object({
      type: z.string(),
      revision: revisionSchema,
      transactionId: transactionIdSchema.optional(),
    }),
  ),
});

export const metricsAnswer = z.string().meta({
  description: 'Metrics whose names begin with timecredits_, and those of the process',
});

/** Whoever watches over processes may add what it likes to the address. */
export const anyQuery = z.object({});
export const healthAnswer = z.object({
  ok: z.boolean(),
  why: z.string().optional(),
  proved: z
    .object({ events: z.int(), at: z.string() })
    .optional()
    .meta({ description: 'when every event was last compared with what was written' }),
});
