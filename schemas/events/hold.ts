import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import {
  accountSchema,
  cardIdSchema,
  holdIdSchema,
  memberIdSchema,
  offerIdSchema,
  slugSchema,
  venueIdSchema,
} from '../ids.ts';
import { daySchema, givenInstantSchema, instantSchema } from '../time.ts';
import { eventSchema } from './envelope.ts';
import { slotSchema } from './offer.ts';
import { partySchema } from './redemption.ts';

/**
 * Credits kept for a venue until they are captured, given free, or `expiresAt` has come. What an
 * offer caps is counted on the day of the visit, `visitOn`. The booking's id is its position.
 */
export const creditsHeld = eventSchema(
  'CreditsHeld',
  1,
  z.strictObject({
    account: accountSchema,
    cardId: cardIdSchema.optional(),
    expiresAt: instantSchema,
    held: amountSchema,
    offerId: offerIdSchema.optional(),
    party: partySchema.optional(),
    reference: slugSchema.optional(),
    slot: slotSchema.optional(),
    terminal: slugSchema.optional(),
    venueId: venueIdSchema,
    visitAt: givenInstantSchema.optional(),
    visitOn: daySchema,
  }),
);

/** A redemption of what was held, with its words; `released` is the rest, free again. */
export const holdCaptured = eventSchema(
  'HoldCaptured',
  1,
  z.strictObject({
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
    holdId: holdIdSchema,
    memberId: memberIdSchema
      .optional()
      .meta({ description: 'the id under which the offer counts it' }),
    offerId: offerIdSchema.optional(),
    party: partySchema.optional(),
    reference: slugSchema.optional(),
    released: amountSchema.optional(),
    slot: slotSchema.optional(),
    terminal: slugSchema.optional(),
    visitOn: daySchema,
  }),
);

const freed = {
  account: accountSchema,
  held: amountSchema.meta({ description: 'what is free again' }),
  holdId: holdIdSchema,
};

export const holdCancelled = eventSchema('HoldCancelled', 1, z.strictObject(freed));

export const holdExpired = eventSchema('HoldExpired', 1, z.strictObject(freed));
