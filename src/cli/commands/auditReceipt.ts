import { z } from 'zod';
import { verifiersIn } from '../../audit/checkpoints.ts';
import { receiptIn } from '../../audit/receipt.ts';
import { sidesOf } from '../../audit/model/books.ts';
import type { Command } from '../command.ts';
import { faulty } from '../failure.ts';

export const auditReceipt: Command = {
  words: 'audit receipt',
  summary: 'verify one receipt, with nothing but its file and the keys',
  operands: ['file'],
  about:
    'Shows that the event in the receipt stands in the ledger at its revision, under a ' +
    'checkpoint that a key of yours signed. Nothing is asked of the service. ' +
    'It proves what was recorded, not that it still stands: a later reversal is an event of its ' +
    'own. ' +
    'The exit status is 1 where anything in the file does not fit.',
  options: {
    keys: { value: 'FILE', help: 'the keys you trust, one a line, as they were published' },
  },
  examples: ['timecredits audit receipt receipt.json --keys keys'],
  async run(given, io) {
    const file = given.operand(0, z.string());
    const read = (path: string) => Buffer.from(io.files.read(path)).toString('utf8');
    const keys = given.required('keys');
    const verifiers = verifiersIn(read(keys), keys);
    const { event, revision, transactionId, checkpoint } = proved();
    const { origin, size, verified } = checkpoint;
    const { debit, credit, credits } = sidesOf(event);
    const signers = verified.map(({ verifier }) => verifier.text);
    return {
      text: [
        `${file} holds.`,
        `  ${event.type}, ${transactionId}, recorded at ${event.recordedAt}`,
        ...(debit === undefined ? [] : [`  ${credits} from ${debit} to ${credit}`]),
        `  stands at revision ${revision} of ${origin}, under the checkpoint of size ${size}`,
        ...signers.map((signer) => `  signed by ${signer}`),
        '  It proves that this was recorded, not that it still stands: ask for what came later.',
      ],
      json: { ok: true, transactionId, revision, event, origin, size, signers },
    };

    function proved(): ReturnType<typeof receiptIn> {
      try {
        return receiptIn(read(file), verifiers);
      } catch (error) {
        if ((error as Error).name !== 'NoteError') throw error;
        const why = (error as Error).message;
        throw faulty('receipt_does_not_hold', `${file} does not hold: ${why}.`);
      }
    }
  },
};
