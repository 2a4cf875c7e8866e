import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import { partySchema } from '../events/redemption.ts';
import {
  holdIdSchema,
  memberIdSchema,
  offerIdSchema,
  organisationIdSchema,
  slugSchema,
  transactionIdSchema,
  venueIdSchema,
} from '../ids.ts';
import { givenInstantSchema } from '../time.ts';
import {
  bearerFields,
  ONE_PRICE,
  onePrice,
  pageQuerySchema,
  pageSchema,
  revisionSchema,
} from './common.ts';

const HOLDERS = ['memberId', 'card', 'potOf'] as const;

export const holdBody = z
  .strictObject({
    venueId: venueIdSchema,
    ...bearerFields,
    potOf: organisationIdSchema
      .optional()
      .meta({ description: "the group whose pot it is; for that group's coordinators" }),
    credits: amountSchema.optional(),
    offerId: offerIdSchema.optional(),
    party: partySchema.optional(),
    visitAt: givenInstantSchema
      .optional()
      .meta({ description: 'when the visit is, which the offer must be available at; else now' }),
    expiresAt: givenInstantSchema
      .optional()
      .meta({ description: 'when it is given free again; else with the day of the visit' }),
    reference: slugSchema.optional(),
    terminal: slugSchema.optional(),
  })
  .refine(
    (body) => HOLDERS.filter((name) => body[name] !== undefined).length === 1,
    'must name whose credits by one of memberId, card and potOf',
  )
  .refine(onePrice, ONE_PRICE)
  .refine(
    ({ visitAt, expiresAt }) =>
      !visitAt || !expiresAt || Date.parse(visitAt) <= Date.parse(expiresAt),
    'must not expire before the visit',
  )
  .meta({
    examples: [
      {
        venueId: 'ven_0123456789abcdef',
        card: '7KQ2M-9XD4C',
        offerId: 'off_0123456789abcdef',
        party: { adults: 1, under16s: 2 },
        visitAt: '2026-11-28T10:30:00+00:00',
        reference: 'web/0001',
      },
    ],
  });

const whose = {
  memberId: memberIdSchema.optional(),
  potOf: organisationIdSchema.optional(),
};

export const holdCreated = z.object({
  holdId: holdIdSchema,
  revision: revisionSchema,
  ...whose,
  credits: amountSchema,
  expiresAt: z.string(),
  balance: balanceSchema.meta({ description: 'with what is held' }),
});

export const holdParams = z.strictObject({ id: holdIdSchema });
export const captureBody = z.strictObject({
  credits: amountSchema.optional().meta({ description: 'a part; the rest is given free' }),
  terminal: slugSchema.optional(),
});
export const holdCaptured = z.object({
  transactionId: transactionIdSchema,
  revision: revisionSchema,
  holdId: holdIdSchema,
  ...whose,
  credits: amountSchema,
  released: amountSchema.optional(),
  balance: balanceSchema,
});
export const holdCancelled = z.object({
  holdId: holdIdSchema,
  revision: revisionSchema,
  released: amountSchema,
});

export const holdAnswer = z.object({
  holdId: holdIdSchema,
  revision: revisionSchema,
  state: z.enum(['open', 'captured', 'cancelled', 'expired']),
  venueId: venueIdSchema,
  ...whose,
  credits: amountSchema,
  offerId: offerIdSchema.optional(),
  party: partySchema.optional(),
  visitAt: z.string().optional(),
  visitOn: z.string(),
  expiresAt: z.string(),
  reference: z.string().optional(),
  terminal: z.string().optional(),
  captured: z.object({ transactionId: transactionIdSchema, credits: amountSchema }).optional(),
});
export const holdPage = pageSchema(holdAnswer);
export const holdsQuery = z.strictObject({
  ...pageQuerySchema.shape,
  reference: slugSchema.optional(),
});
