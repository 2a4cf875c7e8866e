import { z } from 'zod';
import {
  accessIdSchema,
  commandIdSchema,
  digestSchema,
  organisationIdSchema,
  saltSchema,
} from '../ids.ts';
import { daySchema, givenInstantSchema, instantSchema } from '../time.ts';

/** The most events that one command makes. */
export const COMMAND_EVENTS_MAX = 1000;

/** The format from which every event has a salt and no hash is made of a card's number. */
export const SALT_FORMAT = 3;

/** Who asked: an access, or `system` where no person did; and the organisation it was for. */
export const bySchema = z.strictObject({
  access: z.union([accessIdSchema, z.literal('system')]),
  organisation: organisationIdSchema.optional(),
});

/**
 * The command that an event came from. `key` and `body` stand on index 0 only: SHA-256 of the
 * scope, a zero byte and the idempotency key; and of the route's name and the body as sent.
 */
export const commandSchema = z.strictObject({
  body: digestSchema.optional(),
  count: z.int().min(1).max(COMMAND_EVENTS_MAX),
  id: commandIdSchema,
  index: z
    .int()
    .min(0)
    .max(COMMAND_EVENTS_MAX - 1),
  key: digestSchema.optional(),
});

/**
 * One fact in the stream. These fields are for ever: the bytes of an event are the canonical JSON
 * of this object, and its stream and revision are its position, not its content. From format 3 on
 * every event has a `salt`, so that nobody finds an event by guessing at the hash of its leaf.
 */
export function eventSchema<T extends string, V extends number, D extends z.ZodType>(
  type: T,
  version: V,
  data: D,
) {
  return z.strictObject({
    by: bySchema,
    command: commandSchema,
    data,
    occurredAt: givenInstantSchema.optional(),
    occurredOn: daySchema,
    recordedAt: instantSchema,
    salt: saltSchema.optional(),
    type: z.literal(type),
    v: z.literal(version),
  });
}

export type By = z.infer<typeof bySchema>;
