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
    role: roleSchema,
    organisationId: organisationIdSchema.optional(),
    memberId: memberIdSchema.optional(),
    label: slugSchema,
    keyHash: digestSchema,
    expiresOn: daySchema.optional(),
  }),
);

export const accessRevoked = eventSchema(
  'AccessRevoked',
  1,
  z.strictObject({ accessId: accessIdSchema }),
);
