import { z } from 'zod';
import { accessIdSchema, memberIdSchema, organisationIdSchema, slugSchema } from '../ids.ts';
import { roleSchema } from '../roles.ts';
import { daySchema } from '../time.ts';
import { pageSchema, revisionSchema, stateSchema } from './common.ts';

export const accessBody = z
  .strictObject({
    role: roleSchema,
    organisationId: organisationIdSchema.optional(),
    memberId: memberIdSchema
      .optional()
      .meta({ description: "a coordinator's own member id, whose wallet they may not credit" }),
    label: slugSchema,
    expiresOn: daySchema.optional().meta({ description: 'the last day on which the key works' }),
  })
  .meta({
    examples: [{ role: 'partner', organisationId: 'org_0123456789abcdef', label: 'till-1' }],
  });
/** `key` is shown once: a repeated request is answered without it. */
export const accessCreated = z.object({
  accessId: accessIdSchema,
  key: z.string().optional(),
  revision: revisionSchema,
});
export const accessRevokedAnswer = z.object({ accessId: accessIdSchema, revision: revisionSchema });
export const accessAnswer = z.object({
  accessId: accessIdSchema,
  role: roleSchema,
  organisationId: organisationIdSchema.optional(),
  memberId: memberIdSchema.optional(),
  label: z.string(),
  expiresOn: z.string().optional(),
  revoked: z.boolean(),
  state: stateSchema.meta({ description: '`closed` where it was revoked' }),
});
export const accessPage = pageSchema(accessAnswer);
export const accessParams = z.strictObject({ id: accessIdSchema });
