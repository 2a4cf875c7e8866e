import { z } from 'zod';
import { cardIdSchema, digestSchema, memberIdSchema } from '../ids.ts';
import { eventSchema } from './envelope.ts';

/** `hmac` is the HMAC-SHA-256 of the card's ten characters under a key that is never here. */
export const cardIssued = eventSchema(
  'CardIssued',
  1,
  z.strictObject({
    cardId: cardIdSchema,
    hmac: digestSchema,
    memberId: memberIdSchema,
  }),
);

export const cardRevoked = eventSchema(
  'CardRevoked',
  1,
  z.strictObject({
    cardId: cardIdSchema,
    memberId: memberIdSchema,
  }),
);
