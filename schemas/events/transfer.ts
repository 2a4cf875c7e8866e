import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

export const transferReasonSchema = z.enum(['gift', 'donation', 'thanks', 'trip', 'bequest']);

/** How the member whose wallet is debited agreed. */
export const agreedSchema = z.enum(['card', 'signed_form', 'in_person']);

export const creditsTransferred = eventSchema(
  'CreditsTransferred',
  1,
  z.strictObject({
    agreed: agreedSchema.optional(),
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
    reason: transferReasonSchema,
  }),
);
