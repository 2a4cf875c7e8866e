import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, cardIdSchema, digestSchema, offerIdSchema, slugSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';
import { slotSchema } from './offer.ts';

/** Who came along, as the till counted them. */
export const partySchema = z.strictObject({
  adults: z.int().min(0).max(100),
  under16s: z.int().min(0).max(100),
});

const moved = {
  cardId: cardIdSchema.optional(),
  credit: accountSchema,
  credits: amountSchema,
  debit: accountSchema,
};
const party = partySchema.optional();
const reference = slugSchema.optional();
const terminal = slugSchema.optional();

export const creditsRedeemedV1 = eventSchema(
  'CreditsRedeemed',
  1,
  z.strictObject({ ...moved, party, reference, terminal }),
);

/** `slot`: where the offer has so many places for each slot, the one that was taken. */
export const creditsRedeemed = eventSchema(
  'CreditsRedeemed',
  2,
  z.strictObject({
    ...moved,
    offerId: offerIdSchema.optional(),
    party,
    reference,
    slot: slotSchema.optional(),
    terminal,
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
