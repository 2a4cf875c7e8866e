import { z } from 'zod';
import { amountOrZeroSchema, amountSchema } from '../amounts.ts';
import { memberIdSchema, offerIdSchema, venueIdSchema } from '../ids.ts';
import { nameSchema, sentenceSchema } from '../text.ts';
import { daySchema } from '../time.ts';
import { eventSchema } from './envelope.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export type Weekday = (typeof WEEKDAYS)[number];

/** A time of day on the venue's clock; `24:00` is the end of the day. */
const clockTimeSchema = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time such as "09:30"')
  .meta({ examples: ['09:30'] });

/** A time that comes every week, on the network's clock; it begins a slot on each of its days. */
export const weeklyTimeSchema = z
  .strictObject({
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .refine((days) => new Set(days).size === days.length, 'must name each day once'),
    from: clockTimeSchema,
    to: clockTimeSchema,
  })
  .refine(({ from, to }) => from < to, 'must end after it begins, on the same day');

export type WeeklyTime = z.infer<typeof weeklyTimeSchema>;

const countSchema = z.int().min(1).max(100_000);

/** How often, and for how much, an offer is taken at most. */
export const offerCapsSchema = z.strictObject({
  memberDay: countSchema
    .optional()
    .meta({ description: 'redemptions and bookings of one member for one day' }),
  memberMonth: countSchema.optional().meta({ description: 'the same for one month' }),
  slotPlaces: countSchema
    .optional()
    .meta({ description: 'people in one slot; without weekly times a day is one slot' }),
  venueDayCredits: amountSchema
    .optional()
    .meta({ description: 'credits taken for this offer in one day' }),
});

export type OfferCaps = z.infer<typeof offerCapsSchema>;

/** What a venue gives for credits. An offer does not change; another one takes its place. */
export const offerPublished = eventSchema(
  'OfferPublished',
  1,
  z.strictObject({
    adultCredits: amountSchema,
    caps: offerCapsSchema.optional(),
    exceptDates: z.array(daySchema).min(1).max(100).optional(),
    largestParty: z.int().min(1).max(200),
    offerId: offerIdSchema,
    restrictions: sentenceSchema.meta({ description: 'read by the cashier before confirming' }),
    times: z.array(weeklyTimeSchema).min(1).max(50).optional(),
    title: nameSchema,
    under16Credits: amountOrZeroSchema,
    validFrom: daySchema.optional(),
    validTo: daySchema.optional(),
    venueId: venueIdSchema,
  }),
);

export const offerWithdrawn = eventSchema(
  'OfferWithdrawn',
  1,
  z.strictObject({
    offerId: offerIdSchema,
    venueId: venueIdSchema,
  }),
);

/** The start of a slot in minutes of the day, on the network's clock. */
export const slotSchema = z.int().min(0).max(1439);

/**
 * What a reversal gives back of an offer's caps, so that a fold need not look back: which day and
 * slot it was counted on, and for whom; how many redemptions and places. Credits are its own.
 */
export const givenBackSchema = z.strictObject({
  day: daySchema,
  memberId: memberIdSchema.optional(),
  offerId: offerIdSchema,
  places: z.int().min(0).max(200),
  redemptions: z.int().min(0).max(1),
  slot: slotSchema.optional(),
});
