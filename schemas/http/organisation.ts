import { z } from 'zod';
import { organisationRolesSchema } from '../events/organisation.ts';
import { accountSchema, organisationIdSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { pageSchema, revisionSchema, stateSchema } from './common.ts';

export const organisationBody = z.strictObject({
  name: nameSchema,
  roles: organisationRolesSchema,
});
export const organisationCreated = z.object({
  organisationId: organisationIdSchema,
  revision: revisionSchema,
});
export const organisationAnswer = z.object({
  organisationId: organisationIdSchema,
  name: z.string(),
  roles: z.array(z.string()),
  state: stateSchema,
  potTo: accountSchema
    .optional()
    .meta({ description: 'where the pot of a closed one has gone, where you may know it' }),
});
export const organisationPage = pageSchema(organisationAnswer);
export const organisationParams = z.strictObject({ id: organisationIdSchema });
