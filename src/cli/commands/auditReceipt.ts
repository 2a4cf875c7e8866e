import { z } from 'zod';
import { verifiersIn } from '../../audit/checkpoints.ts';
import { requireFiles } from '../../audit/directory.ts';
import { sinceIn, type Since } from '../../audit/later.ts';
import { receiptIn } from '../../audit/receipt.ts';
import { sidesOf } from '../../audit/model/books.ts';
import type { Command } from '../command.ts';
import { faulty } from '../failure.ts';
import { keepFile } from '../keepFile.ts';
import { receiptPage } from '../receiptPage.ts';

export const auditReceipt: Command = {
  words: 'audit receipt',
  summary: 'verify one receipt, with nothing but its file and the keys',
  operands: ['file'],
  about:
    'Shows that the event in the receipt stands in the ledger at its revision, under a ' +
    'checkpoint that a key of yours signed. Nothing is asked of the service. ' +
    'It proves what was recorded, not that it still stands: a later reversal is an event of its ' +
    'own. With --mirror, a directory that audit fetch brought up to date, later reversals are ' +
    'shown as well; verify that directory first. With --page it is written as a page that a ' +
    'member can read and print.\n' +
    'The exit status is 1 where anything in the file does not fit.',
  options: {
    keys: { value: 'FILE', help: 'the keys you trust, one a line, as they were published' },
    mirror: { value: 'DIR', help: "an auditor's directory, to look for later reversals in" },
    page: { value: 'FILE', help: 'where to write a page for the member, such as receipt.html' },
  },
  examples: [
    'timecredits audit receipt receipt.json --keys keys',
    'timecredits audit receipt receipt.json --keys keys --mirror mirror --page receipt.html',
  ],
  async run(given, io) {
    const file = given.operand(0, z.string());
    const read = (path: string) => Buffer.from(io.files.read(path)).toString('utf8');
    const keys = given.required('keys');
    const verifiers = verifiersIn(read(keys), keys);
    const receipt = await holding(file, async () => receiptIn(read(file), verifiers));
    const directory = given.text('mirror');
    if (directory !== undefined) requireFiles(directory);
    const since = directory && (await holding(file, () => sinceIn(directory, receipt)));
    const page = given.text('page');
    const kept = page && keepFile(io, page, receiptPage(receipt, since || undefined));
    const { event, revision, transactionId, checkpoint } = receipt;
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
        ...(since ? sinceWords(since) : [UNKNOWN]),
        ...(page ? [`  ${page} ${kept || 'is'} there, as a page to read and print`] : []),
      ],
      json: { ok: true, transactionId, revision, event, origin, size, signers, ...(since || {}) },
    };
  },
};

const UNKNOWN =
  '  It proves that this was recorded, not that it still stands: ask for what came later.';

function sinceWords({ reversals, newest }: Since): string[] {
  const until = `up to revision ${newest.revision}, recorded at ${newest.recordedAt}`;
  if (reversals.length === 0) return [`  It stands: nothing reversed it ${until}.`];
  return reversals.map(({ revision, recordedAt, credits, reason }) => {
    const what = credits === undefined ? 'minutes' : credits;
    return `  Reversed at revision ${revision}, recorded at ${recordedAt}: ${what} (${reason})`;
  });
}

/** @throws Failure where what is looked at does not fit */
async function holding<T>(file: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if ((error as Error).name !== 'NoteError') throw error;
    const why = (error as Error).message;
    throw faulty('receipt_does_not_hold', `${file} does not hold: ${why}.`);
  }
}
