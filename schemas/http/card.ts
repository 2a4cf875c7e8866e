import { z } from 'zod';
import { cardIdSchema, memberIdSchema } from '../ids.ts';
import { revisionSchema } from './common.ts';

/** `card` is shown once: a repeated request is answered without it. */
export const cardCreated = z.object({
  cardId: cardIdSchema,
  memberId: memberIdSchema,
  card: z.string().optional(),
  revision: revisionSchema,
});
export const cardRevokedAnswer = z.object({
  cardId: cardIdSchema,
  memberId: memberIdSchema,
  revision: revisionSchema,
});
export const cardParams = z.strictObject({ id: cardIdSchema });
