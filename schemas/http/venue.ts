import { z } from 'zod';
import { organisationIdSchema, venueIdSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { pageSchema, revisionSchema, stateSchema } from './common.ts';

export const venueBody = z.strictObject({
  organisationId: organisationIdSchema,
  name: nameSchema,
  openAmounts: z.literal(true).optional().meta({
    description: 'the till takes amounts of its own choosing also while the venue has offers',
  }),
});
export const venueCreated = z.object({ venueId: venueIdSchema, revision: revisionSchema });
export const venueAnswer = z.object({
  venueId: venueIdSchema,
  organisationId: organisationIdSchema,
  name: z.string(),
  openAmounts: z.literal(true).optional(),
  state: stateSchema,
});
export const venuePage = pageSchema(venueAnswer);
export const venueParams = z.strictObject({ id: venueIdSchema });
