import { receiptAnswer } from '../../../schemas/http/proof.ts';
import { transactionIdSchema } from '../../../schemas/ids.ts';
import { clientFrom } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { keepFile } from '../keepFile.ts';

export const receipt: Command = {
  words: 'receipt',
  summary: 'take the receipt of a transaction, which anybody can verify offline',
  operands: ['transaction'],
  about:
    'The file has the event as the ledger holds it, and the proof that it is there under a ' +
    'signed checkpoint. Whoever has it needs nothing more than the ledger’s public key to ' +
    'verify it: timecredits audit receipt does. It proves what was recorded, not that it still ' +
    'stands: a later reversal is an event of its own.',
  options: {
    to: { value: 'FILE', help: 'write it to a file; a file that is there is never overwritten' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits receipt txn_42_0123456789abcdef --to sale-42.json'],
  async run(given, io) {
    const id = given.operand(0, transactionIdSchema);
    const answer = await clientFrom(given, io).get(`/v1/transactions/${id}/receipt`, receiptAnswer);
    const text = JSON.stringify(answer, null, 2);
    const file = given.text('to');
    if (file === undefined) return { text: [text], json: answer };
    const kept = keepFile(io, file, `${text}\n`);
    return { text: [`The receipt of ${id} ${kept} in ${file}.`], json: answer };
  },
};
