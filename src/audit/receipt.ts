import { z } from 'zod';
import { streamEventSchema, type StreamEvent } from '../../schemas/events/index.ts';
import { transactionIdAt } from '../../schemas/ids.ts';
import { NoteError, type Verifier } from '../proofs/note.ts';
import { verifyReceipt, type Proven } from '../proofs/receipt.ts';

/** A receipt as the service gives it. What it says besides its event must follow from that. */
const receiptSchema = z.strictObject({
  event: streamEventSchema,
  proof: z.string(),
  revision: z.int().optional(),
  transactionId: z.string().optional(),
});

export type Receipted = Proven & {
  readonly event: StreamEvent;
  readonly transactionId: string;
};

/**
 * Verifies a receipt's file with nothing but itself and the keys that are trusted.
 * @throws NoteError saying what does not fit
 */
export function receiptIn(text: string, verifiers: readonly Verifier[]): Receipted {
  const { event, proof, ...said } = readIn(text);
  const proven = verifyReceipt({ event, proof }, verifiers);
  const transactionId = transactionIdAt(proven.revision, event.command.id);
  const { revision = proven.revision } = said;
  if (revision !== proven.revision) {
    throw new NoteError(`it says revision ${revision}; its proof is of ${proven.revision}`);
  }
  if (said.transactionId !== undefined && said.transactionId !== transactionId) {
    throw new NoteError(`it says ${said.transactionId}; what it proves is ${transactionId}`);
  }
  return { ...proven, event, transactionId };
}

function readIn(text: string): z.output<typeof receiptSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new NoteError(`it is not JSON: ${(error as Error).message}`);
  }
  const parsed = receiptSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new NoteError(`${issue?.path.join('.') || 'the receipt'}: ${issue?.message ?? ''}`);
}
