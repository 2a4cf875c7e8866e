import { z } from 'zod';
import {
  accessIdSchema,
  digestSchema,
  memberIdSchema,
  organisationIdSchema,
  slugSchema,
} from '../ids.ts';
import { roleSchema } from '../roles.ts';
import { daySchema } from '../time.ts';
import { eventSchema } from './envelope.ts';

/** `memberId` is the holder's own wallet, to which they may not issue or transfer. */
export const accessGranted = eventSchema(
  'AccessGranted',
  1,
  z.strictObject({
    accessId: accessIdSchema,
    expiresOn: daySchema.optional(),
    keyHash: digestSchema,
    label: slugSchema,
    memberId: memberIdSchema.optional(),
    organisationId: organisationIdSchema.optional(),
    role: roleSchema,
  }),
);

export const accessRevoked = eventSchema(
  'AccessRevoked',
  1,
  z.strictObject({
    accessId: accessIdSchema,
  }),
);

const oneAccess = z.strictObject({ accessId: accessIdSchema });

export const accessSuspended = eventSchema('AccessSuspended', 1, oneAccess);
export const accessReinstated = eventSchema('AccessReinstated', 1, oneAccess);
export const accessRenamed = eventSchema(
  'AccessRenamed',
  1,
  z.strictObject({ accessId: accessIdSchema, label: slugSchema }),
);
