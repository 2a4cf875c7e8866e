import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import { agreedSchema, transferReasonSchema } from '../events/transfer.ts';
import { accountSchema, transactionIdSchema } from '../ids.ts';
import { revisionSchema } from './common.ts';

export const transferBody = z
  .strictObject({
    entries: z
      .array(z.strictObject({ from: accountSchema, to: accountSchema, credits: amountSchema }))
      .min(1)
      .max(1000),
    reason: transferReasonSchema,
    agreed: agreedSchema
      .optional()
      .meta({ description: 'how the members whose wallets are debited agreed' }),
  })
  .meta({
    examples: [
      {
        entries: [
          { from: 'wallet:mem_0123456789abcdef', to: 'pot:org_0123456789abcdef', credits: '2' },
        ],
        reason: 'donation',
        agreed: 'signed_form',
      },
    ],
  });
export const transferCreated = z.object({
  revision: revisionSchema,
  entries: z.array(
    z.object({
      transactionId: transactionIdSchema,
      from: accountSchema,
      to: accountSchema,
      credits: amountSchema,
      balance: balanceSchema.meta({ description: 'of the account debited' }),
    }),
  ),
});
