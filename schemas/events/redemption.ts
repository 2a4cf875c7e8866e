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

const offerId = offerIdSchema.optional();
const slot = slotSchema.optional();

/** `slot`: where the offer has so many places for each slot, the one that was taken. */
export const creditsRedeemedV2 = eventSchema(
  'CreditsRedeemed',
  2,
  z.strictObject({ ...moved, offerId, party, reference, slot, terminal }),
);

/** How many lines of paper sheets may be the same in all they say, beside the first. */
export const AGAIN_MAX = 99;

/** A whole number from 1: how many equal lines stand before one. */
export const againSchema = z.int().min(1).max(AGAIN_MAX);

/**
 * `paper`: a line of a paper sheet, which is recorded once; `again`: how many other visits were the
 * same in all that the line says.
 */
export const creditsRedeemed = eventSchema(
  'CreditsRedeemed',
  3,
  z.strictObject({
    again: againSchema.optional(),
    ...moved,
    offerId,
    paper: z.literal(true).optional(),
    party,
    reference,
    slot,
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
