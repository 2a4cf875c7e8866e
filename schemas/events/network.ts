import { z } from 'zod';
import { amountOrZeroSchema } from '../amounts.ts';
import { networkSchema } from '../ids.ts';
import { nameSchema } from '../text.ts';
import { eventSchema } from './envelope.ts';

/** What was agreed: how much they may owe us, and we them. Zero closes one direction. */
const limits = { theyOweAtMost: amountOrZeroSchema, weOweAtMost: amountOrZeroSchema };

export const networkRegistered = eventSchema(
  'NetworkRegistered',
  1,
  z.strictObject({ name: nameSchema.optional(), network: networkSchema, ...limits }),
);

export const networkLimitsChanged = eventSchema(
  'NetworkLimitsChanged',
  1,
  z.strictObject({ network: networkSchema, ...limits }),
);
