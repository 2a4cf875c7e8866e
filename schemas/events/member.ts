import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema, memberIdSchema, organisationIdSchema } from '../ids.ts';
import { agreedSchema } from './transfer.ts';
import { eventSchema } from './envelope.ts';
import { reversalReasonSchema } from './reversal.ts';

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

export const memberSuspended = eventSchema(
  'MemberSuspended',
  1,
  z.strictObject({ memberId: memberIdSchema }),
);

export const memberReinstated = eventSchema(
  'MemberReinstated',
  1,
  z.strictObject({ memberId: memberIdSchema }),
);

/**
 * Moves what is left, if anything is. What comes to the wallet later goes on to `restTo`, and from
 * there on to wherever that account's own rest has gone.
 */
export const memberClosed = eventSchema(
  'MemberClosed',
  1,
  z.strictObject({
    agreed: agreedSchema.optional(),
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    memberId: memberIdSchema,
    restTo: accountSchema,
  }),
);

/** The ids and cards of `from` stand for `into` from here on. */
export const membersMerged = eventSchema(
  'MembersMerged',
  1,
  z.strictObject({
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    from: memberIdSchema,
    into: memberIdSchema,
  }),
);

/** A closed wallet is open again; moves what came back of its rest, if anything did. */
export const memberReopened = eventSchema(
  'MemberReopened',
  1,
  z.strictObject({
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    memberId: memberIdSchema,
    reason: reversalReasonSchema,
  }),
);

/** `from` is a member again, with the ids and cards it had; what was recorded since is `into`'s. */
export const membersSeparated = eventSchema(
  'MembersSeparated',
  1,
  z.strictObject({
    credit: accountSchema.optional(),
    credits: amountSchema.optional(),
    debit: accountSchema.optional(),
    from: memberIdSchema,
    into: memberIdSchema,
    reason: reversalReasonSchema,
  }),
);
