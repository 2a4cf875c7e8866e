import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, memberIdSchema, slugSchema, transactionIdSchema } from '../ids.ts';
import { daySchema } from '../time.ts';
import { eventSchema } from './envelope.ts';
import { givenBackSchema } from './offer.ts';
import { giveSchema, minutesSchema } from './issue.ts';

export const reversalReasonSchema = z.enum([
  'mistake',
  'duplicate',
  'not_provided',
  'goodwill',
  'unauthorised',
]);

/**
 * What the reversal of an issue needs of the original, so that a fold need not look back: whose
 * minutes, given where, in which activity, from which fund, on which day.
 */
export const reversedIssueSchema = z.strictObject({
  activity: slugSchema,
  carriedMinutes: z.int().min(0).optional(),
  fund: slugSchema.optional(),
  give: giveSchema,
  memberId: memberIdSchema,
  minutes: minutesSchema.meta({ description: 'the minutes withdrawn' }),
  occurredOn: daySchema,
  writtenOff: amountSchema.optional(),
});

/** The accounts and credits are left out where minutes are withdrawn and no credit moves. */
const moved = {
  credit: accountSchema.optional(),
  credits: amountSchema.optional(),
  debit: accountSchema.optional(),
};
const why = {
  issue: reversedIssueSchema.optional(),
  reason: reversalReasonSchema,
  reverses: transactionIdSchema,
};

export const transactionReversedV1 = eventSchema(
  'TransactionReversed',
  1,
  z.strictObject({ ...moved, ...why }),
);

export const transactionReversed = eventSchema(
  'TransactionReversed',
  2,
  z.strictObject({ ...moved, givenBack: givenBackSchema.optional(), ...why }),
);
