import { z } from 'zod';
import { balanceSchema, poundsSchema, rateSchema } from '../amounts.ts';
import { transactionIdSchema, venueIdSchema } from '../ids.ts';
import { daySchema } from '../time.ts';
import { revisionSchema } from './common.ts';

export const settlementBody = z.strictObject({
  venueId: venueIdSchema,
  to: daySchema.meta({ description: 'a day that has ended: all that was recorded up to its end' }),
});
/** What a settlement took, and the reimbursement as information. */
const terms = {
  number: z.int().meta({ description: 'of the settlements of this venue, from 1' }),
  to: z.string().meta({ description: 'the day up to whose end it took all that was recorded' }),
  firstRevision: revisionSchema.meta({ description: 'of the entries settled' }),
  lastRevision: revisionSchema,
  rate: rateSchema.optional(),
  pounds: poundsSchema.optional(),
};
export const settlementCreated = z.object({
  transactionId: transactionIdSchema,
  revision: revisionSchema,
  venueId: venueIdSchema,
  ...terms,
  credits: balanceSchema.meta({ description: 'cleared; negative where more was given back' }),
});
export const settlementTerms = z.object(terms);

export const reimbursementBody = z.strictObject({
  poundsPerCredit: rateSchema.meta({ description: '"0": none is agreed any more' }),
});
export const reimbursementAnswer = z.object({
  venueId: venueIdSchema,
  poundsPerCredit: rateSchema,
  revision: revisionSchema,
});
