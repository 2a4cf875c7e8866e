import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import { accountSchema, organisationIdSchema, slugSchema, transactionIdSchema } from '../ids.ts';
import { daySchema } from '../time.ts';
import { revisionSchema } from './common.ts';

export const allocationBody = z.strictObject({
  organisationId: organisationIdSchema,
  fund: slugSchema,
  credits: amountSchema,
  firstDay: daySchema.optional(),
  lastDay: daySchema.optional(),
});
export const allocationReturnBody = z.strictObject({
  organisationId: organisationIdSchema,
  fund: slugSchema,
  credits: amountSchema,
});
export const allocationCreated = z.object({
  transactionId: transactionIdSchema,
  account: accountSchema,
  credits: amountSchema,
  balance: balanceSchema,
  revision: revisionSchema,
});
