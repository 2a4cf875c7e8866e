import { z } from 'zod';
import { transactionIdSchema } from '../ids.ts';
import { limitSchema, pageSchema, revisionQuerySchema, revisionSchema } from './common.ts';

const sizeSchema = z.int().min(0).meta({ description: 'How many events a tree covers' });
const hashSchema = z.base64().meta({ description: 'A SHA-256 hash, base64' });
const proofSchema = z
  .array(hashSchema)
  .meta({ description: 'The hashes of the proof, from the leaf upwards (RFC 9162)' });
const sizeQuerySchema = revisionQuerySchema.meta({ description: 'How many events a tree covers' });

export const checkpointAnswer = z.string().meta({
  description: 'A signed note, c2sp.org/tlog-checkpoint: origin, size, root, signatures',
});

export const verifierKeysAnswer = z.string().meta({
  description: 'Every key that signs or ever signed checkpoints, a line each, the newest first',
});

export const shownAnswer = z.object({
  size: sizeSchema,
  note: checkpointAnswer,
  recordedAt: z.string(),
});

export const checkpointsQuery = z.strictObject({
  after: sizeQuerySchema.optional().meta({ description: 'The size of the last one you have' }),
  limit: limitSchema,
});

export const checkpointsAnswer = pageSchema(shownAnswer);

export const inclusionQuery = z.strictObject({
  revision: revisionQuerySchema,
  size: sizeQuerySchema
    .optional()
    .meta({ description: "How many events the tree covers; left out, the last checkpoint's" }),
});

export const inclusionAnswer = z.object({
  revision: revisionSchema,
  size: sizeSchema,
  leaf: hashSchema,
  proof: proofSchema,
  root: hashSchema,
});

export const consistencyQuery = z.strictObject({
  from: sizeQuerySchema,
  to: sizeQuerySchema
    .optional()
    .meta({ description: "The size of the larger tree; left out, the last checkpoint's" }),
});

export const consistencyAnswer = z.object({
  from: sizeSchema,
  to: sizeSchema,
  fromRoot: hashSchema,
  toRoot: hashSchema,
  proof: proofSchema,
});

export const receiptAnswer = z.object({
  transactionId: transactionIdSchema,
  revision: revisionSchema,
  event: z.looseObject({}).meta({
    description:
      'The event as the stream holds it. The receipt proves that it was recorded, not that it ' +
      'still stands: a later reversal is an event of its own',
  }),
  proof: z.string().meta({ description: 'c2sp.org/tlog-proof: index, hashes and checkpoint' }),
});

export const tileParams = z.strictObject({
  level: z.string().regex(/^([0-9]|[1-5][0-9]|6[0-3])$/, 'must be a level, 0 to 63'),
  '*': z.string(),
});

export const bundleParams = z.strictObject({ '*': z.string() });

export const tileAnswer = z.string().meta({
  description: 'Hashes of 32 bytes each, c2sp.org/tlog-tiles; application/octet-stream',
});

export const bundleAnswer = z.string().meta({
  description: 'Events, each after its length in two bytes, c2sp.org/tlog-tiles',
});
