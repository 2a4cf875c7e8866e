import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, organisationIdSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { eventSchema } from './envelope.ts';
import { reversalReasonSchema } from './reversal.ts';

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

const oneOrganisation = z.strictObject({ organisationId: organisationIdSchema });

export const organisationSuspended = eventSchema('OrganisationSuspended', 1, oneOrganisation);
export const organisationReinstated = eventSchema('OrganisationReinstated', 1, oneOrganisation);
export const organisationRenamed = eventSchema(
  'OrganisationRenamed',
  1,
  z.strictObject({ name: nameSchema, organisationId: organisationIdSchema }),
);

/** Moves what is left in the pot to `potTo`; what comes to it later goes there, too. */
export const organisationClosed = eventSchema(
  'OrganisationClosed',
  1,
  z.strictObject({
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    organisationId: organisationIdSchema,
    potTo: accountSchema.optional(),
  }),
);

/** A closed organisation is open again; moves what came back of its pot, if anything did. */
export const organisationReopened = eventSchema(
  'OrganisationReopened',
  1,
  z.strictObject({
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    organisationId: organisationIdSchema,
    reason: reversalReasonSchema,
  }),
);
