import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import { againSchema, partySchema } from '../events/redemption.ts';
import {
  memberIdSchema,
  offerIdSchema,
  slugSchema,
  transactionIdSchema,
  venueIdSchema,
} from '../ids.ts';
import { givenInstantSchema } from '../time.ts';
import {
  bearerFields,
  ONE_BEARER,
  ONE_PRICE,
  oneBearer,
  onePrice,
  revisionSchema,
} from './common.ts';

export const redemptionBody = z
  .strictObject({
    venueId: venueIdSchema,
    ...bearerFields,
    credits: amountSchema.optional(),
    offerId: offerIdSchema.optional(),
    party: partySchema.optional(),
    occurredAt: givenInstantSchema.optional(),
    reference: slugSchema.optional(),
    terminal: slugSchema.optional(),
    paper: z
      .literal(true)
      .optional()
      .meta({ description: 'a line of a paper sheet: recorded once, whatever its key' }),
    again: againSchema.optional().meta({
      description:
        'with `paper`: another visit, and how many before it were the same in venue, member, ' +
        'day, credits and reference',
    }),
  })
  .refine(oneBearer, ONE_BEARER)
  .refine(onePrice, ONE_PRICE)
  .refine(({ paper, again }) => paper || again === undefined, {
    path: ['again'],
    error: 'is said of a line of a paper sheet; say "paper": true too',
  })
  .meta({
    examples: [
      {
        venueId: 'ven_0123456789abcdef',
        card: '7KQ2M-9XD4C',
        offerId: 'off_0123456789abcdef',
        party: { adults: 1, under16s: 2 },
        reference: 'till-1/0001',
      },
    ],
  });
export const redemptionCreated = z.object({
  transactionId: transactionIdSchema,
  revision: revisionSchema,
  memberId: memberIdSchema,
  credits: amountSchema,
  balance: balanceSchema,
});

/** An idempotency key, as its header carries it: quoted or bare. */
export const idempotencyKeySchema = z
  .string()
  .regex(
    /^("[!#-~]{1,255}"|[!#-~]{1,255})$/,
    'must be 1 to 255 visible characters, without quotes',
  );

/** The key itself, without the quotes that it may come in. */
export function unquoted(key: string): string {
  return key.startsWith('"') ? key.slice(1, -1) : key;
}

export const voidBody = z.strictObject({
  key: idempotencyKeySchema.meta({ examples: ['till-1-0001'] }),
});
export const voidAnswer = z.object({
  outcome: z.enum(['reversed', 'cancelled', 'key_spent']).meta({
    description:
      'what the key made was reversed, the booking it made was cancelled (or is over), or it ' +
      'made nothing and is refused from now on',
  }),
  transactionId: transactionIdSchema
    .optional()
    .meta({ description: 'the redemption that was reversed' }),
  reversalId: transactionIdSchema.optional(),
  revision: revisionSchema,
});
