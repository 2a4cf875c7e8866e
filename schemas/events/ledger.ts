import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, networkSchema, originSchema } from '../ids.ts';
import { timeZoneSchema } from '../time.ts';
import { eventSchema } from './envelope.ts';

/** What a network may choose and `decide` depends on. The time zone is fixed at the opening. */
export const rulesSchema = z
  .strictObject({
    creditStep: z.enum(['1', '0.5', '0.25']).meta({ description: 'credits are issued in steps' }),
    issueBackdatingDays: z.int().min(0).max(3660),
    largestRedemption: amountSchema.meta({ description: 'the most credits without an offer' }),
    longestHoldDays: z.int().min(1).max(366),
    memberDayMinutes: z.int().min(1).max(1440).meta({ description: 'most for one member a day' }),
    redemptionBackdatingDays: z.int().min(0).max(3660),
    yearStart: z
      .string()
      .regex(/^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$/, 'must be a month and day such as "04-01"')
      .meta({ examples: ['04-01'] }),
  })
  .meta({ id: 'Rules' });

export type Rules = z.infer<typeof rulesSchema>;

/** The last checkpoint of the ledger that a new one comes after, once its end is lost for good. */
export const predecessorSchema = z
  .strictObject({
    origin: originSchema,
    root: z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'must be a SHA-256 hash, base64'),
    size: z.int().min(1),
  })
  .meta({ id: 'Predecessor' });

export type Predecessor = z.infer<typeof predecessorSchema>;

const opening = {
  format: z.int().min(1),
  network: networkSchema,
  rules: rulesSchema,
  timeZone: timeZoneSchema,
};

export const ledgerOpenedV1 = eventSchema('LedgerOpened', 1, z.strictObject(opening));

export const ledgerOpened = eventSchema(
  'LedgerOpened',
  2,
  z.strictObject({
    format: opening.format,
    network: opening.network,
    predecessor: predecessorSchema.optional(),
    rules: opening.rules,
    timeZone: opening.timeZone,
  }),
);

/** Carries all the rules as they are from here on, not only those that changed. */
export const rulesChanged = eventSchema(
  'RulesChanged',
  1,
  z.strictObject({
    rules: rulesSchema,
  }),
);

export const formatRaised = eventSchema(
  'FormatRaised',
  1,
  z.strictObject({
    format: z.int().min(2),
  }),
);

/** An opening balance of a scheme that was running before its ledger was. */
export const creditsBroughtForward = eventSchema(
  'CreditsBroughtForward',
  1,
  z.strictObject({
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
  }),
);
