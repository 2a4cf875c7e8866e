import { shownAnswer } from '../../../schemas/http/proof.ts';
import { unverifiedIn } from '../../proofs/checkpoint.ts';
import { clientFrom } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { keepFile } from '../keepFile.ts';

export const checkpoint: Command = {
  words: 'checkpoint',
  summary: 'take the last signed checkpoint, to keep it where the ledger cannot reach it',
  about:
    'A checkpoint says in a few lines what the ledger was at one moment. Kept elsewhere (on ' +
    'paper, in an e-mail to the auditor, in another organisation’s records) it shows for ever ' +
    'whether anything before it was changed: audit verify --since compares. --new makes one over ' +
    'all that is recorded by now, which takes the key of an auditor or admin.',
  options: {
    to: { value: 'FILE', help: 'write it to a file; a file that is there is never overwritten' },
    new: { help: 'make one over all that is recorded by now' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits checkpoint --new --to 2026-03-31.checkpoint'],
  async run(given, io) {
    const client = clientFrom(given, io);
    const file = given.text('to');
    const note = given.flag('new')
      ? (await client.make('/v1/checkpoints', shownAnswer)).note
      : await client.getText('/v1/checkpoint');
    const { origin, size } = unverifiedIn(note);
    if (file === undefined) return { text: [note.trimEnd()], json: { origin, size, note } };
    const kept = keepFile(io, file, note);
    return {
      text: [`The checkpoint of ${origin} over ${size} events ${kept} in ${file}.`],
      json: { origin, size, note, file },
    };
  },
};
