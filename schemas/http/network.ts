import { z } from 'zod';
import { amountOrZeroSchema } from '../amounts.ts';
import { accountSchema, networkSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { pageSchema, revisionSchema } from './common.ts';

const limits = {
  theyOweAtMost: amountOrZeroSchema.meta({
    description: 'for what their members spend here; "0" takes no visitors',
  }),
  weOweAtMost: amountOrZeroSchema.meta({
    description: 'for what our members spend there; "0" records no member away',
  }),
};

export const networkBody = z.strictObject({
  network: networkSchema,
  name: nameSchema.optional(),
  ...limits,
});
export const networkLimitsBody = z.strictObject(limits);
export const networkParams = z.strictObject({ id: networkSchema });

export const networkChanged = z.object({
  network: networkSchema,
  account: accountSchema.meta({ description: 'its mirror account' }),
  ...limits,
  revision: revisionSchema,
});

/** Of the two that are owed at least one is zero: the mirror account has one balance. */
export const networkAnswer = z.object({
  network: networkSchema,
  name: z.string().optional(),
  account: accountSchema.meta({ description: 'its mirror account' }),
  ...limits,
  theyOwe: z.string().meta({ description: 'credits that they owe us now' }),
  weOwe: z.string().meta({ description: 'credits that we owe them now' }),
});
export const networkPage = pageSchema(networkAnswer);
