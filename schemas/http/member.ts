import { z } from 'zod';
import { cardNumberSchema } from '../cards.ts';
import { accountSchema, cardIdSchema, memberIdSchema, organisationIdSchema } from '../ids.ts';
import { pageSchema, revisionSchema, stateSchema } from './common.ts';

/** `organisationId` is for an admin who enrols for a group; a coordinator's own is known. */
export const memberBody = z.strictObject({ organisationId: organisationIdSchema.optional() });
export const memberCreated = z.object({
  memberId: memberIdSchema,
  account: accountSchema,
  revision: revisionSchema,
});
export const memberAnswer = z.object({
  memberId: memberIdSchema,
  account: accountSchema,
  organisationIds: z.array(organisationIdSchema),
  enrolledBy: organisationIdSchema
    .optional()
    .meta({ description: 'who enrolled the member, and so may close or merge the wallet' }),
  cardId: cardIdSchema.optional().meta({ description: 'the live card, if there is one' }),
  otherCardIds: z
    .array(cardIdSchema)
    .optional()
    .meta({ description: 'cards of merged members, which answer beside the live one' }),
  state: stateSchema,
  restTo: accountSchema
    .optional()
    .meta({ description: 'where the rest of a closed wallet has gone, where you may know it' }),
  mergedInto: memberIdSchema.optional(),
});
export const memberPage = pageSchema(memberAnswer);
export const memberParams = z.strictObject({ id: memberIdSchema });

/** A coordinator's own organisation is known; an admin names one. */
export const membershipBody = z.strictObject({
  organisationId: organisationIdSchema.optional(),
  card: cardNumberSchema.optional().meta({
    description: 'of a member of another group, unless a coordinator of that group asks',
  }),
});
export const membershipCreated = z.object({
  memberId: memberIdSchema,
  organisationId: organisationIdSchema,
  revision: revisionSchema,
});
