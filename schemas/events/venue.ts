import { z } from 'zod';
import { organisationIdSchema, venueIdSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { eventSchema } from './envelope.ts';

const fields = {
  name: nameSchema,
  organisationId: organisationIdSchema,
  venueId: venueIdSchema,
};

export const venueRegisteredV1 = eventSchema('VenueRegistered', 1, z.strictObject(fields));

/** `openAmounts`: it takes amounts of its own choosing also while it has offers. */
export const venueRegistered = eventSchema(
  'VenueRegistered',
  2,
  z.strictObject({
    name: fields.name,
    openAmounts: z.literal(true).optional(),
    organisationId: fields.organisationId,
    venueId: fields.venueId,
  }),
);

const oneVenue = z.strictObject({ venueId: venueIdSchema });

export const venueSuspended = eventSchema('VenueSuspended', 1, oneVenue);
export const venueReinstated = eventSchema('VenueReinstated', 1, oneVenue);
export const venueClosed = eventSchema('VenueClosed', 1, oneVenue);
export const venueRenamed = eventSchema(
  'VenueRenamed',
  1,
  z.strictObject({ name: nameSchema, venueId: venueIdSchema }),
);
