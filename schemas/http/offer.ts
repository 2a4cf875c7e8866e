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
  )
  .meta({
    examples: [
      {
        venueId: 'ven_0123456789abcdef',
        title: 'Swim',
        restrictions: 'Under 16s swim with an adult.',
        adultCredits: '1',
        under16Credits: '0.5',
        largestParty: 6,
        times: [{ days: ['sat', 'sun'], from: '09:30', to: '12:00' }],
        exceptDates: ['2026-12-26'],
        caps: { memberDay: 1 },
      },
    ],
  });
export const offerCreated = z.object({ offerId: offerIdSchema, revision: revisionSchema });
export const offerParams = z.strictObject({ id: offerIdSchema });
export const offerAnswer = z.object({ ...data.shape, state: z.enum(['published', 'withdrawn']) });
export const offerPage = pageSchema(offerAnswer);
export const offersQuery = z.strictObject({
  ...pageQuerySchema.shape,
  venueId: venueIdSchema.optional(),
});
