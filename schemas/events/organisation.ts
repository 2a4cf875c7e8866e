import { z } from 'zod';
import { organisationIdSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { eventSchema } from './envelope.ts';

/** What an organisation does in the network: earn groups issue, spend partners take credits. */
export const organisationRolesSchema = z
  .array(z.enum(['earn', 'spend']))
  .min(1)
  .max(2)
  .refine((roles) => new Set(roles).size === roles.length, 'must not name a role twice');

export type OrganisationRole = z.infer<typeof organisationRolesSchema>[number];

export const organisationRegistered = eventSchema(
  'OrganisationRegistered',
  1,
  z.strictObject({
    name: nameSchema,
    organisationId: organisationIdSchema,
    roles: organisationRolesSchema,
  }),
);
