import { z } from 'zod';
import { offerPublished } from '../events/offer.ts';
import { offerIdSchema, venueIdSchema } from '../ids.ts';
import { pageQuerySchema, pageSchema, revisionSchema } from './common.ts';

const { data } = offerPublished.shape;

const LARGEST_CREDITS = 1_000_000;

export const offerBody = data
  .omit({ offerId: true })
  .refine(
    ({ adultCredits, under16Credits, largestParty }) =>
      !(Math.max(Number(adultCredits), Number(under16Credits)) * largestParty > LARGEST_CREDITS),
    'must take at most 1000000 credits from its largest party',
  );
export const offerCreated = z.object({ offerId: offerIdSchema, revision: revisionSchema });
export const offerParams = z.strictObject({ id: offerIdSchema });
export const offerAnswer = z.object({ ...data.shape, state: z.enum(['published', 'withdrawn']) });
export const offerPage = pageSchema(offerAnswer);
export const offersQuery = z.strictObject({
  ...pageQuerySchema.shape,
  venueId: venueIdSchema.optional(),
});
