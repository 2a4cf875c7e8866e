import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { memberCreated } from '../../../schemas/http/member.ts';
import { organisationIdSchema } from '../../../schemas/ids.ts';
import { clientFrom, newKey } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { Failure } from '../failure.ts';
import type { Io } from '../io.ts';
import { newCard } from '../newCard.ts';
import { counted } from '../table.ts';

const countSchema = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, 'must be a whole number from 1 to 99999')
  .transform(Number);

const STEPS = 20;

export const enrol: Command = {
  words: 'enrol',
  summary: 'enrol members and issue each a card, into a CSV file',
  about:
    'Enrols so many members, issues each a card, and writes one line for each to a new file: ' +
    'member, account, card. A card number is shown only once, here; keep the file as you would ' +
    'keep the cards. Nothing is known of the people: who gets which card is for your own list.\n' +
    'Each finished member is on disk before the next begins, so stopping half-way loses nothing. ' +
    'A file that is there already is never overwritten.',
  options: {
    count: { value: 'N', help: 'how many members to enrol' },
    out: { value: 'FILE', help: 'the file to write, such as cards.csv' },
    organisation: { value: 'ORG', help: "the earn group; the key's own if left out" },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits enrol --count 30 --out cards.csv'],
  async run(given, io) {
    const count = given.requiredAs('count', countSchema);
    const path = given.required('out');
    const organisationId = given.checked('organisation', organisationIdSchema);
    const client = clientFrom(given, io);
    const file = io.files.create(path);
    let done = 0;
    try {
      file.write(stringify([['member', 'account', 'card']]));
      for (; done < count; done += 1) {
        const body = organisationId === undefined ? {} : { organisationId };
        const enrolled = await client.post('/v1/members', body, newKey(io), memberCreated);
        const { memberId, account } = enrolled.body;
        const card = await newCard(client, io, memberId);
        file.write(stringify([[memberId, account, card]]));
        progress(io, done + 1, count);
      }
    } catch (error) {
      throw error instanceof Failure ? halfWay(error, path, done, count) : error;
    } finally {
      file.close();
    }
    return {
      text: [`Enrolled ${counted(count, 'member')}, each with a card: ${path}`],
      json: { enrolled: count, file: path },
    };
  },
};

function progress(io: Io, done: number, count: number): void {
  const step = Math.max(1, Math.ceil(count / STEPS));
  if (done % step === 0 || done === count) io.progress(`  ${done} of ${count} enrolled\n`);
}

function halfWay(failure: Failure, path: string, done: number, count: number): Failure {
  const text = [
    `  ${done} of ${counted(count, 'member')} are enrolled and in ${path}. ` +
      'Enrol the rest into another file.',
  ];
  const more = { text, json: { enrolled: done, file: path } };
  return new Failure(failure.exit, failure.code, failure.message, failure.faults, more);
}
