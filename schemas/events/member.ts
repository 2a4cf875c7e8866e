import { z } from 'zod';
import { memberIdSchema, organisationIdSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

/** Enrolled through an organisation, or by the lead partner alone. */
export const memberEnrolled = eventSchema(
  'MemberEnrolled',
  1,
  z.strictObject({
    memberId: memberIdSchema,
    organisationId: organisationIdSchema.optional(),
  }),
);

export const membershipAdded = eventSchema(
  'MembershipAdded',
  1,
  z.strictObject({
    memberId: memberIdSchema,
    organisationId: organisationIdSchema,
  }),
);
