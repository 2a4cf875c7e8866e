import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, cardIdSchema, digestSchema, slugSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

/** Who came along, as the till counted them. */
export const partySchema = z.strictObject({
  adults: z.int().min(0).max(100),
  under16s: z.int().min(0).max(100),
});

export const creditsRedeemed = eventSchema(
  'CreditsRedeemed',
  1,
  z.strictObject({
    cardId: cardIdSchema.optional(),
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
    party: partySchema.optional(),
    reference: slugSchema.optional(),
    terminal: slugSchema.optional(),
  }),
);

/** A key that is spent although nothing was redeemed under it: a late arrival is refused. */
export const keyVoided = eventSchema(
  'KeyVoided',
  1,
  z.strictObject({
    voids: digestSchema,
  }),
);
