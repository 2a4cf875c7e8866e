import type { z } from 'zod';
import { createHash } from 'node:crypto';
import { creditsAloud, hundredths } from '../../../schemas/amounts.ts';
import { VISIT_SHEET, visitCreated, VISITS_MAX } from '../../../schemas/http/visit.ts';
import { networkSchema } from '../../../schemas/ids.ts';
import { amountIn } from '../../sheet.ts';
import { clientFrom, Refused } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { Failure, faulty, type FaultLine } from '../failure.ts';
import type { Io } from '../io.ts';
import { readSheet, sheetKey, type Sheet } from '../sheet.ts';
import { counted, table } from '../table.ts';

type Recorded = z.output<typeof visitCreated>;

export const visits: Command = {
  words: 'visits',
  summary: 'record visits from and to another network, all of them or none',
  about:
    'The file is CSV with a line of headings: direction (here, for their member at our venue; or ' +
    'away, for ours at theirs), venue (of a visit here), member (an id or a card, of a visit ' +
    'away), credits, occurred (a day, or a time with its offset), and reference (theirs, used ' +
    'once). One wrong line, and nothing is recorded; every wrong line is named.\n' +
    'Running the same command again is safe: it tells what was recorded before. At a terminal ' +
    'you are asked first; --yes answers that.',
  options: {
    file: { value: 'FILE', help: 'the visits, at most 1,000 lines' },
    network: { value: 'NETWORK', help: 'the other network, such as cardiff' },
    yes: { help: 'do not ask first' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits visits --file march.csv --network cardiff'],
  async run(given, io) {
    const path = given.required('file');
    const network = given.requiredAs('network', networkSchema);
    const client = clientFrom(given, io);
    const bytes = io.files.read(path);
    const sheet = readSheet(path, bytes, VISIT_SHEET.headings, VISIT_SHEET.needed);
    if (sheet.rows.length > VISITS_MAX) throw tooLong(path, sheet);
    await agreed(given, io, sheet, network);
    const words = JSON.stringify([sheet.sha256, network]);
    const plain = `visits-${createHash('sha256').update(words).digest('hex')}`;
    const key = await sheetKey(client, { kind: 'visits', words, plain });
    const url = `/v1/visits?network=${network}`;
    const csv = new TextDecoder().decode(bytes);
    const { body, replayed } = await client
      .postCsv(url, csv, key, visitCreated)
      .catch((error: unknown) => {
        throw error instanceof Refused ? onLines(error, path) : error;
      });
    return reportOf(body, replayed);
  },
};

function tooLong(path: string, { rows }: Sheet): Failure {
  return faulty(
    'list_too_long',
    `${path} has ${counted(rows.length, 'line')} and one sheet takes at most ${VISITS_MAX}. ` +
      'Split it into files of at most that many and record each; nothing was recorded.',
  );
}

async function agreed(given: Given, io: Io, { rows }: Sheet, network: string): Promise<void> {
  if (given.flag('yes') || io.confirm === undefined) return;
  const sum = rows.reduce(
    (all, { cells }) => all + hundredths(amountIn(cells['credits'] ?? '') ?? '0'),
    0,
  );
  const what = `${counted(rows.length, 'visit')} with ${network}, ${creditsAloud(sum)} in all`;
  const question = `Record ${what}?`;
  if (!(await io.confirm(question))) throw faulty('not_agreed', 'Nothing was recorded.');
}

/** Says for whoever holds the sheet, by its lines, what the service says by pointers. */
function onLines({ exit, code, message, pointers }: Refused, path: string): Failure {
  const faults = pointers.map(({ code: why, detail }): FaultLine => {
    const line = /^Line (\d+): ([^]*)$/.exec(detail);
    return line === null
      ? { code: why, detail }
      : { line: Number(line[1]), code: why, detail: line[2]! };
  });
  if (!faults.some(({ line }) => line !== undefined))
    return new Failure(exit, code, message, faults);
  const wrong = new Set(faults.map(({ line }) => line)).size;
  const lines = wrong === 1 ? 'One line' : counted(wrong, 'line');
  const sentence = `${lines} of ${path} cannot be recorded, so nothing was.`;
  return new Failure(exit, code, sentence, faults);
}

function reportOf(recorded: Recorded, replayed: boolean): Report {
  const { network, revision, theyOwe, weOwe, visits: list } = recorded;
  const sum = list.reduce((all, { credits }) => all + hundredths(credits), 0);
  const what = `${counted(list.length, 'visit')} with ${network}, ${creditsAloud(sum)} in all`;
  const headings = [
    'direction',
    'where or who',
    'occurred',
    'credits>',
    'reference',
    'transaction',
  ];
  const rows = list.map((visit) => [
    visit.direction,
    visit.venueId ?? visit.memberId ?? '',
    visit.occurredOn,
    visit.credits,
    visit.reference,
    visit.transactionId,
  ]);
  const text = [
    replayed
      ? `This sheet was recorded before: ${what}. Nothing was recorded twice.`
      : `Recorded ${what}, at revision ${revision}.`,
    ...table(headings, rows),
    `  after it they owe us ${creditsAloud(hundredths(theyOwe))}, ` +
      `we owe them ${creditsAloud(hundredths(weOwe))}`,
  ];
  return { text, json: { ...recorded, replayed } };
}
