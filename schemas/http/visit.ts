import { z } from 'zod';
import { amountSchema, balanceSchema } from '../amounts.ts';
import {
  memberIdSchema,
  networkSchema,
  slugSchema,
  transactionIdSchema,
  venueIdSchema,
} from '../ids.ts';
import { daySchema, givenInstantSchema } from '../time.ts';
import { bearerFields, oneBearer, revisionSchema } from './common.ts';

/** How many visits one call records. */
export const VISITS_MAX = 1000;

/** The headings that a sheet of visits may have, and those of them that it must have. */
export const VISIT_SHEET = {
  headings: ['direction', 'venue', 'member', 'credits', 'occurred', 'reference'],
  needed: ['direction', 'credits', 'occurred', 'reference'],
} as const;

const directionSchema = z
  .enum(['here', 'away'], 'must be "here" (their member at our venue) or "away" (ours at theirs)')
  .meta({ description: 'here: their member at our venue; away: our member at theirs' });

export const visitSchema = z
  .strictObject({
    direction: directionSchema,
    venueId: venueIdSchema.optional().meta({ description: 'of a visit here' }),
    ...bearerFields,
    credits: amountSchema,
    occurredAt: givenInstantSchema.optional(),
    occurredOn: daySchema.optional(),
    reference: slugSchema.meta({ description: 'theirs, used once for each network' }),
  })
  .refine(
    ({ direction, venueId }) => (direction === 'here') === (venueId !== undefined),
    'must name a venue if it was here, and none if it was away',
  )
  .refine(
    (visit) =>
      visit.direction === 'away'
        ? oneBearer(visit)
        : visit.memberId === undefined && visit.card === undefined,
    'must name the member (by one of memberId and card) if it was away, and none if it was here',
  )
  .refine(
    ({ occurredAt, occurredOn }) => (occurredAt === undefined) !== (occurredOn === undefined),
    'must say when it was by either occurredAt or occurredOn',
  );

export const visitBody = z
  .strictObject({
    network: networkSchema,
    visits: z.array(visitSchema).min(1).max(VISITS_MAX),
  })
  .meta({
    examples: [
      {
        network: 'cardiff',
        visits: [
          {
            direction: 'here',
            venueId: 'ven_0123456789abcdef',
            credits: '2',
            occurredOn: '2026-11-21',
            reference: 'cardiff/0001',
          },
        ],
      },
    ],
  });
export const visitQuery = z.strictObject({
  network: networkSchema.optional().meta({ description: 'of a body that is CSV' }),
});

export const visitCreated = z.object({
  network: networkSchema,
  revision: revisionSchema,
  theyOwe: z.string().meta({ description: 'credits that they owe us after it' }),
  weOwe: z.string().meta({ description: 'credits that we owe them after it' }),
  visits: z.array(
    z.object({
      transactionId: transactionIdSchema,
      direction: z.enum(['here', 'away']),
      venueId: venueIdSchema.optional(),
      memberId: memberIdSchema.optional(),
      credits: amountSchema,
      occurredOn: z.string(),
      reference: slugSchema,
      balance: balanceSchema.optional().meta({ description: 'of the wallet of a member away' }),
    }),
  ),
});
