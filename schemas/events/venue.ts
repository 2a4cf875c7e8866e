import { z } from 'zod';
import { organisationIdSchema, venueIdSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { eventSchema } from './envelope.ts';

export const venueRegistered = eventSchema(
  'VenueRegistered',
  1,
  z.strictObject({
    name: nameSchema,
    organisationId: organisationIdSchema,
    venueId: venueIdSchema,
  }),
);
