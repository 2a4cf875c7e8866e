import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, cardIdSchema, slugSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

/**
 * Spending across two networks. The accounts say the rest: a visitor here moves credits from
 * `clearing:<network>` to a till, a member away from a wallet to `clearing:<network>`. `reference`
 * is the other network's, unique among its visits.
 */
export const visitRecorded = eventSchema(
  'VisitRecorded',
  1,
  z.strictObject({
    cardId: cardIdSchema.optional(),
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
    reference: slugSchema,
  }),
);
