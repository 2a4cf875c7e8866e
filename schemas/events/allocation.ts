import { z } from 'zod';
import { amountSchema } from '../amounts.ts';
import { accountSchema } from '../ids.ts';
import { daySchema } from '../time.ts';
import { eventSchema } from './envelope.ts';

/** The days, where given, replace those the fund had at this organisation. */
export const creditsAllocated = eventSchema(
  'CreditsAllocated',
  1,
  z.strictObject({
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
    firstDay: daySchema.optional(),
    lastDay: daySchema.optional(),
  }),
);

export const allocationReturned = eventSchema(
  'AllocationReturned',
  1,
  z.strictObject({
    credit: accountSchema,
    credits: amountSchema,
    debit: accountSchema,
  }),
);
