import { z } from 'zod';
import { amountOrZeroSchema, balanceSchema } from '../amounts.ts';
import { giveSchema, sheetSchema } from '../events/issue.ts';
import {
  issueIdSchema,
  memberIdSchema,
  organisationIdSchema,
  slugSchema,
  transactionIdSchema,
} from '../ids.ts';
import { daySchema } from '../time.ts';
import { bearerFields, ONE_BEARER, oneBearer, revisionSchema } from './common.ts';

export const issueBody = z
  .strictObject({
    organisationId: organisationIdSchema,
    fund: slugSchema
      .optional()
      .meta({ description: 'left out: of the funds covering the day, the one that ends first' }),
    occurredOn: daySchema,
    activity: slugSchema,
    sheet: sheetSchema.optional(),
    corrects: z.array(transactionIdSchema).min(1).max(300).optional(),
    entries: z
      .array(
        z
          .strictObject({
            ...bearerFields,
            minutes: z.int().min(0).max(100_000).meta({ description: '0 is an absence' }),
            give: giveSchema.optional(),
            again: z.boolean().optional().meta({ description: 'another session, not a duplicate' }),
          })
          .refine(oneBearer, ONE_BEARER),
      )
      .min(1)
      .max(1000),
  })
  .meta({
    examples: [
      {
        organisationId: 'org_0123456789abcdef',
        occurredOn: '2026-11-21',
        activity: 'garden-tuesday',
        entries: [
          { memberId: 'mem_0123456789abcdef', minutes: 150 },
          { card: '7KQ2M-9XD4C', minutes: 90 },
        ],
      },
    ],
  });
export const issueQuery = z.strictObject({ preview: z.enum(['true', 'false']).optional() });

/** A preview has no ids and no revision, since nothing is written. */
export const issueCreated = z.object({
  issueId: issueIdSchema.optional(),
  revision: revisionSchema.optional(),
  preview: z.boolean().optional(),
  fund: z.string().optional(),
  minutes: z.int(),
  credits: balanceSchema,
  absences: z.int(),
  reversed: z.array(
    z.object({
      transactionId: transactionIdSchema.optional(),
      reverses: transactionIdSchema,
      memberId: memberIdSchema.optional(),
      minutes: z.int(),
      credits: balanceSchema,
    }),
  ),
  entries: z.array(
    z.object({
      transactionId: transactionIdSchema.optional(),
      memberId: memberIdSchema,
      minutes: z.int(),
      credits: amountOrZeroSchema,
      carriedMinutes: z.int(),
      balance: balanceSchema
        .optional()
        .meta({ description: 'of the wallet or pot credited, where the caller may see it' }),
    }),
  ),
});

export const issuingQuery = z
  .strictObject({ from: daySchema, to: daySchema })
  .refine(({ from, to }) => from <= to, 'must not end before it begins');
export const issuingAnswer = z.object({
  organisationId: organisationIdSchema,
  from: z.string(),
  to: z.string(),
  revision: z.int(),
  funds: z.array(
    z.object({
      fund: z.string().meta({ description: 'empty for hours recorded without a credit' }),
      entries: z.int(),
      minutes: z.int(),
      credits: balanceSchema,
      minutesWithdrawn: z.int(),
      creditsTakenBack: balanceSchema,
      creditsWrittenOff: balanceSchema,
      absences: z.int(),
    }),
  ),
});
