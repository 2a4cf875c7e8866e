import { z } from 'zod';
import { amountOrZeroSchema } from '../amounts.ts';
import {
  accountSchema,
  cardIdSchema,
  digestSchema,
  memberIdSchema,
  slugSchema,
  transactionIdSchema,
} from '../ids.ts';
import { eventSchema } from './envelope.ts';

/** Where the credits of an hour go: the member's wallet, the group's pot, or nowhere. */
export const giveSchema = z.enum(['wallet', 'pot', 'none']);

export type Give = z.infer<typeof giveSchema>;

/** The whole minutes of one session; a session is at most a day. */
export const minutesSchema = z.int().min(1).max(1440);

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');

/** The attendance list that was typed in: its reference and the SHA-256 of the file, in hex. */
export const sheetSchema = z.strictObject({ reference: slugSchema, sha256 });

/**
 * The same as the stream keeps it. Cards and names can be guessed from the hash of a short file, so
 * since version 2 the HMAC of that hash stands in its place.
 */
const sheetKept = z.strictObject({
  hmac: digestSchema.optional(),
  reference: slugSchema,
  sha256: sha256.optional(),
});

const lineFields = {
  absences: z.int().min(1).max(1000).optional(),
  activity: slugSchema,
  again: z.literal(true).optional(),
  cardId: cardIdSchema.optional(),
  carriedMinutes: z.int().min(0).optional(),
  corrects: z.array(transactionIdSchema).min(1).max(300).optional(),
  credit: accountSchema.optional(),
  credits: amountOrZeroSchema.optional(),
  debit: accountSchema.optional(),
  fund: slugSchema.optional().meta({ description: 'as it was named; else one was chosen' }),
  give: giveSchema,
  memberId: memberIdSchema,
  minutes: minutesSchema,
};

export const creditsIssuedV1 = eventSchema(
  'CreditsIssued',
  1,
  z.strictObject({ ...lineFields, sheet: sheetSchema.optional() }),
);

/**
 * One line of an attendance list. `give: "none"` moves nothing and names no account; the rest
 * name both sides, also where the credits are `"0"` because the minutes are all carried.
 * `fund`, `sheet`, `absences` and `corrects` belong to the list and stand on its first line only.
 */
export const creditsIssued = eventSchema(
  'CreditsIssued',
  2,
  z.strictObject({ ...lineFields, sheet: sheetKept.optional() }),
);
