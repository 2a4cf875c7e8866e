import { z } from 'zod';
import { balanceSchema } from '../amounts.ts';
import { organisationIdSchema, slugSchema } from '../ids.ts';
import { pageQuerySchema } from './common.ts';

const yearSchema = z
  .string()
  .regex(/^[1-9][0-9]{3}$/, 'must be a year such as 2025')
  .transform(Number)
  .optional()
  .meta({
    description: 'the year of the network that begins in this one; left out: the whole life',
  });

export const fundParams = z.strictObject({ fund: slugSchema });
export const fundQuery = z.strictObject({ year: yearSchema });
export const fundsQuery = pageQuerySchema.extend({ year: yearSchema });

/** Null where it would tell the hours of few people. */
const shownSchema = balanceSchema.nullable();

/** Figures go by the day of recording, so a year that is over stays as it was. */
const figures = {
  opening: shownSchema.meta({ description: 'left when the year began' }),
  allocated: balanceSchema,
  issued: shownSchema.meta({ description: 'for hours given' }),
  issuedForEarlierYears: shownSchema.meta({
    description: 'of those issued: for hours given before the year began',
  }),
  issuedAfterLastDay: shownSchema.meta({
    description: 'of those issued: recorded after the last day, for hours given on or before it',
  }),
  corrected: shownSchema.meta({
    description: 'taken back by reversals, of hours and of transfers to the pot',
  }),
  writtenOff: shownSchema.meta({
    description: 'what reversals should have taken back and was spent already; moves nothing',
  }),
  toPot: balanceSchema.meta({ description: "moved to the group's pot, apart from hours given" }),
  returned: shownSchema,
  left: shownSchema.meta({
    description: 'opening + allocated - issued + corrected - toPot - returned',
  }),
  minutes: z.int().nullable().meta({ description: 'given, for the credits issued' }),
  minutesWithdrawn: z.int().nullable(),
  members: z
    .int()
    .nullable()
    .meta({ description: 'people with hours that stand; null where they are not shown' }),
  note: z.string().optional().meta({ description: 'why some of these are not shown' }),
};

/** The days of the year that was asked for, and the revision that the figures are as at. */
const span = {
  year: z.int().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  revision: z.int(),
};

export const fundAnswer = z.object({
  fund: z.string(),
  ...span,
  years: z.array(z.int()).meta({ description: 'in which anything was recorded of the fund' }),
  organisations: z.array(
    z.object({
      organisationId: organisationIdSchema,
      name: z.string(),
      firstDay: z.string().optional(),
      lastDay: z.string().optional(),
      ...figures,
    }),
  ),
  total: z
    .object(figures)
    .meta({ description: 'of all organisations; for a coordinator, of the own one' }),
});

export const fundsAnswer = z.object({
  ...span,
  items: z.array(z.object({ fund: z.string(), organisations: z.int(), ...figures })),
  next: z.int().optional(),
});
