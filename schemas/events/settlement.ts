import { z } from 'zod';
import { amountSchema, poundsSchema, rateSchema } from '../amounts.ts';
import { accountSchema, venueIdSchema } from '../ids.ts';
import { daySchema } from '../time.ts';
import { eventSchema } from './envelope.ts';

const revisionSchema = z.int().min(0);

/**
 * A venue's till is cleared of all that was recorded for it up to the end of a day and was not
 * settled before: its entries from the first to the last revision. The accounts and credits are
 * left out where the entries come to nothing. Pounds are information; nobody is given any here.
 */
export const tillSettled = eventSchema(
  'TillSettled',
  1,
  z.strictObject({
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    firstRevision: revisionSchema,
    lastRevision: revisionSchema,
    number: z.int().min(1).meta({ description: 'of the settlements of this venue, from 1' }),
    pounds: poundsSchema.optional(),
    rate: rateSchema.optional(),
    to: daySchema,
    venueId: venueIdSchema,
  }),
);

/** What a venue is reimbursed for a credit from here on, in pounds; zero: nothing is agreed. */
export const reimbursementAgreed = eventSchema(
  'ReimbursementAgreed',
  1,
  z.strictObject({
    rate: rateSchema,
    venueId: venueIdSchema,
  }),
);
