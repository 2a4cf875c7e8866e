import { z } from 'zod';
import { cardNumberSchema } from '../cards.ts';
import { accountSchema, cardIdSchema, memberIdSchema, organisationIdSchema } from '../ids.ts';
import { pageSchema, revisionSchema } from './common.ts';

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
  cardId: cardIdSchema.optional().meta({ description: 'the live card, if there is one' }),
});
export const memberPage = pageSchema(memberAnswer);
export const memberParams = z.strictObject({ id: memberIdSchema });

/** A coordinator's own organisation is known; an admin names one. */
export const membershipBody = z.strictObject({
  organisationId: organisationIdSchema.optional(),
  card: cardNumberSchema.optional().meta({ description: 'where the member has one' }),
});
export const membershipCreated = z.object({
  memberId: memberIdSchema,
  organisationId: organisationIdSchema,
  revision: revisionSchema,
});
