import { z } from 'zod';
import { amountOrZeroSchema, balanceSchema } from '../amounts.ts';
import { reversalReasonSchema } from '../events/reversal.ts';
import { agreedSchema } from '../events/transfer.ts';
import {
  accessIdSchema,
  accountSchema,
  holdIdSchema,
  kindOf,
  memberIdSchema,
  organisationIdSchema,
  slugSchema,
  transactionIdSchema,
  venueIdSchema,
} from '../ids.ts';
import { nameSchema } from '../text.ts';
import { revisionSchema, stateSchema } from './common.ts';

const restSchema = accountSchema.refine(
  (account) => ['wallet', 'pot', 'lapsed'].includes(kindOf(account)),
  'must be wallet:<member>, pot:<organisation> or lapsed',
);
const moved = {
  credits: balanceSchema.meta({ description: 'moved; "0" if nothing was left' }),
  transactionId: transactionIdSchema.optional(),
};

/** How the member agreed is said where the member could. */
export const memberClosureBody = z.strictObject({
  restTo: restSchema,
  agreed: agreedSchema.optional(),
});
export const memberMergeBody = z.strictObject({ into: memberIdSchema });
export const memberChanged = z.object({
  memberId: memberIdSchema,
  state: stateSchema,
  revision: revisionSchema,
});
export const memberClosedAnswer = memberChanged.extend({
  restTo: accountSchema,
  ...moved,
  holdIds: z.array(holdIdSchema).meta({ description: 'bookings cancelled with it' }),
});
export const membersMergedAnswer = z.object({
  memberId: memberIdSchema.meta({ description: 'the member who goes on' }),
  from: memberIdSchema,
  ...moved,
  balance: balanceSchema.meta({ description: 'of the wallet that goes on' }),
  revision: revisionSchema,
});

/** How much of what an ending moved comes back: all of it where nothing is said. */
export const undoingBody = z.strictObject({
  credits: amountOrZeroSchema.optional().meta({ description: 'left out: all that it moved' }),
  reason: reversalReasonSchema,
});
const cameBack = {
  credits: balanceSchema.meta({ description: 'that came back; "0" if none did' }),
  transactionId: transactionIdSchema.optional(),
  balance: balanceSchema,
};
export const memberReopenedAnswer = memberChanged.extend(cameBack);
export const membersSeparatedAnswer = z.object({
  memberId: memberIdSchema.meta({ description: 'the member who had been merged' }),
  into: memberIdSchema.meta({ description: 'who went on for both until now' }),
  ...cameBack,
  revision: revisionSchema,
});

export const renameBody = z.strictObject({ name: nameSchema });
export const venueChanged = z.object({
  venueId: venueIdSchema,
  state: stateSchema,
  revision: revisionSchema,
});
export const venueRenamedAnswer = z.object({
  venueId: venueIdSchema,
  name: z.string(),
  revision: revisionSchema,
});

/** Left out where the pot is empty: what comes to it later lapses then. */
export const organisationClosureBody = z.strictObject({ potTo: restSchema.optional() });
export const organisationChanged = z.object({
  organisationId: organisationIdSchema,
  state: stateSchema,
  revision: revisionSchema,
});
export const organisationClosedAnswer = organisationChanged.extend({
  potTo: accountSchema.optional(),
  ...moved,
  returned: z.array(z.object({ account: accountSchema, credits: balanceSchema })),
  venueIds: z.array(venueIdSchema).meta({ description: 'closed with it' }),
  accessIds: z.array(accessIdSchema).meta({ description: 'revoked with it' }),
});
export const organisationReopenedAnswer = organisationChanged.extend(cameBack);
export const organisationRenamedAnswer = z.object({
  organisationId: organisationIdSchema,
  name: z.string(),
  revision: revisionSchema,
});

export const labelBody = z.strictObject({ label: slugSchema });
export const accessChanged = z.object({
  accessId: accessIdSchema,
  state: stateSchema,
  revision: revisionSchema,
});
export const accessRenamedAnswer = z.object({
  accessId: accessIdSchema,
  label: z.string(),
  revision: revisionSchema,
});
