import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import { reversalReasonSchema } from '../events/reversal.ts';
import { accountSchema, transactionIdSchema } from '../ids.ts';
import { revisionSchema } from './common.ts';

export const reversalBody = z
  .strictObject({
    credits: amountSchema.optional().meta({ description: 'left out: all that is left' }),
    minutes: z
      .int()
      .min(1)
      .max(1440)
      .optional()
      .meta({ description: 'of an issue; left out: all that are left' }),
    reason: reversalReasonSchema,
    writeOff: z
      .boolean()
      .optional()
      .meta({ description: 'an admin may write off credits that were spent already' }),
  })
  .refine(
    ({ credits, minutes }) => credits === undefined || minutes === undefined,
    'must name credits or minutes, not both',
  )
  .meta({ examples: [{ credits: '1', reason: 'not_provided' }] });
export const reversalParams = z.strictObject({ id: transactionIdSchema });
export const reversalCreated = z.object({
  transactionId: transactionIdSchema,
  reverses: transactionIdSchema,
  revision: revisionSchema,
  credits: balanceSchema.meta({ description: 'given or taken back; "0" if only minutes were' }),
  minutes: z.int().optional(),
  carriedMinutes: z.int().optional(),
  writtenOff: amountSchema.optional(),
  account: accountSchema.optional().meta({ description: 'the account debited' }),
  balance: balanceSchema.optional(),
});
