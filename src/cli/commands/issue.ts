import { createHash } from 'node:crypto';
import { z } from 'zod';
import { creditsAloud, hundredths } from '../../../schemas/amounts.ts';
import { cardPrinted } from '../../../schemas/cards.ts';
import { idempotencyKeyAnswer, meAnswer } from '../../../schemas/http/ledger.ts';
import { issueBody, issueCreated } from '../../../schemas/http/issue.ts';
import {
  organisationIdSchema,
  slugSchema,
  transactionIdSchema,
  type OrganisationId,
} from '../../../schemas/ids.ts';
import { daySchema } from '../../../schemas/time.ts';
import { ATTENDANCE_HEADINGS, attendanceIn, type Attendance } from '../attendance.ts';
import { clientFrom, Refused, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { Failure, faulty, wrongUsage, type FaultLine } from '../failure.ts';
import { readSheet, sheetKey, type Sheet } from '../sheet.ts';
import { counted, printable, table } from '../table.ts';

const correctsSchema = z
  .string()
  .transform((text) => text.split(',').map((id) => id.trim()))
  .pipe(z.array(transactionIdSchema).min(1).max(300));

type Issued = z.output<typeof issueCreated>;

export const issue: Command = {
  words: 'issue',
  summary: 'issue credits for an attendance list, all of it or nothing',
  about:
    'The file is CSV with a line of headings: member (a member id or a card number), and minutes ' +
    '(90) or hours (1:30 or 1.5). A line without either is an absence. It may have name, which ' +
    'is only shown here and never sent; give (wallet, pot or none); and again (yes), for another ' +
    'session of the same member, day, activity and minutes.\n' +
    'Look at it with --preview first: nothing is written. One wrong line, and nothing is issued; ' +
    'every wrong line is named. Running the same command again is safe: it tells what was issued ' +
    "before. The file's name is kept with the list as its reference.",
  options: {
    file: { value: 'FILE', help: 'the attendance list, at most 1,000 lines' },
    activity: { value: 'NAME', help: 'what was done, in one word such as garden-tuesday' },
    on: { value: 'DAY', help: 'the day it was done on, such as 2026-03-31' },
    organisation: { value: 'ORG', help: "the earn group; the key's own if left out" },
    fund: { value: 'FUND', help: 'the fund; the one that ends first if left out' },
    corrects: { value: 'TXN,…', help: 'transactions that this list replaces' },
    preview: { help: 'show what would be issued, and write nothing' },
    ...SERVICE_OPTIONS,
  },
  examples: [
    'timecredits issue --file tuesday.csv --activity garden-tuesday --on 2026-03-31 --preview',
    'timecredits issue --file tuesday.csv --activity garden-tuesday --on 2026-03-31',
  ],
  async run(given, io) {
    const path = given.required('file');
    const words = wordsOf(given);
    const client = clientFrom(given, io);
    const sheet = readSheet(path, io.files.read(path), ATTENDANCE_HEADINGS);
    const list = attendanceIn(path, sheet.rows);
    const organisationId = words.organisationId ?? (await organisationOf(client));
    const asked = { ...words, organisationId };
    const body: z.input<typeof issueBody> = {
      ...asked,
      sheet: { reference: sheet.reference, sha256: sheet.sha256 },
      entries: list.map(({ entry }) => entry),
    };
    const preview = given.flag('preview');
    const route = preview ? '/v1/issues?preview=true' : '/v1/issues';
    const key = await keyOf(client, sheet, asked);
    const answered = await client.post(route, body, key, issueCreated).catch((error: unknown) => {
      throw error instanceof Refused ? onLines(error, list) : error;
    });
    if (preview) await refuseIssued(client, key);
    return reportOf(list, answered.body, answered.replayed, preview);
  },
};

function wordsOf(given: Given) {
  const organisationId = given.checked('organisation', organisationIdSchema);
  const fund = given.checked('fund', slugSchema);
  const corrects = given.checked('corrects', correctsSchema);
  return {
    activity: given.requiredAs('activity', slugSchema),
    occurredOn: given.requiredAs('on', daySchema),
    ...(organisationId !== undefined && { organisationId }),
    ...(fund !== undefined && { fund }),
    ...(corrects !== undefined && { corrects }),
  };
}

async function organisationOf(client: Client): Promise<OrganisationId> {
  const { organisation } = await client.get('/v1/me', meAnswer);
  if (organisation !== undefined) return organisation.organisationId;
  throw wrongUsage(
    'This key belongs to no organisation: say which earn group with --organisation.',
  );
}

/** The same list for the same session has the same key at every run, so it is issued once. */
function keyOf(
  client: Client,
  { sha256 }: Sheet,
  asked: { organisationId: string; activity: string; occurredOn: string; corrects?: string[] },
): Promise<string> {
  const { organisationId, activity, occurredOn, corrects = [] } = asked;
  const words = JSON.stringify([sha256, organisationId, activity, occurredOn, ...corrects]);
  const plain = `issue-${createHash('sha256').update(words).digest('hex')}`;
  return sheetKey(client, { kind: 'issue', words, plain });
}

const TAKEN_BACK = 'What was taken back since stays taken back.';
const ANEW = 'To issue it anew, add an empty line at the end: it then counts as another list.';

/** Stops a preview of what was issued under this key: issuing it now would issue nothing. */
async function refuseIssued(client: Client, key: string): Promise<void> {
  const found = await client.find(`/v1/idempotency-keys/${key}`, idempotencyKeyAnswer);
  if (found === undefined) return;
  const issued = `This list was issued before, at revision ${found.revision}.`;
  throw faulty('issued_before', `${issued} ${TAKEN_BACK} ${ANEW}`);
}

/** Puts the service's faults on the lines of the file: it counts entries, people count lines. */
function onLines(refused: Refused, list: readonly Attendance[]): Failure {
  const faults = refused.pointers.map(({ pointer, code, detail }): FaultLine => {
    const entry = /^#\/entries\/(\d+)/.exec(pointer);
    if (entry === null) return { code, detail: `${pointer.slice(2)}: ${detail}` };
    const own = asSheet(detail)
      .replace(/^Line \d+: /, '')
      .replace(
        /at line (\d+)/,
        (_, number: string) => `at line ${lineAt(list, Number(number) - 1)}`,
      );
    return { line: lineAt(list, Number(entry[1])), code, detail: own };
  });
  const { minutes, ...people } = controlTotal(list);
  const text = [`  control total: ${peopleText(people)}, ${counted(minutes, 'minute')}, 0 credits`];
  const json = { controlTotal: { ...people, minutes, credits: '0' } };
  const { exit, code } = refused;
  return new Failure(exit, code, sentenceOf(refused), faults, { text, json });
}

/** What the service says for developers, said for whoever holds the list. */
function sentenceOf({ code, message, differs, pointers }: Refused): string {
  if (code === 'entries_refused') {
    return `${counted(pointers.length, 'line')} cannot be recorded. Nothing was issued.`;
  }
  if (differs === undefined) return asSheet(message);
  const before = 'was issued before for the same group, activity and day';
  if (differs === 'sheet') {
    return `This list ${before}, from a file of another name. Nothing was issued twice.`;
  }
  return (
    `This file ${before}. What differs now: ${differs.replace('sheet', "the file's name")}. ` +
    'Nothing was issued. To replace what was issued, name its transactions with --corrects; ' +
    '"timecredits entries" shows those of a member.'
  );
}

/** A field of the request as it stands in a sheet. */
function asSheet(detail: string): string {
  return detail.replace('say "again": true', 'write yes under the heading "again"');
}

function lineAt(list: readonly Attendance[], index: number): number | undefined {
  return list[index]?.line;
}

function controlTotal(list: readonly Attendance[]) {
  const present = list.filter(({ entry }) => entry.minutes > 0);
  return {
    lines: list.length,
    present: present.length,
    absent: list.length - present.length,
    minutes: present.reduce((sum, { entry }) => sum + entry.minutes, 0),
  };
}

function peopleText({
  lines,
  present,
  absent,
}: {
  lines: number;
  present: number;
  absent: number;
}) {
  return `${counted(lines, 'line')}, ${present} present, ${absent} absent`;
}

function reportOf(
  list: readonly Attendance[],
  issued: Issued,
  replayed: boolean,
  preview: boolean,
): Report {
  const present = list.filter(({ entry }) => entry.minutes > 0);
  const entries = issued.entries.map((entry, index) => {
    const { line, name } = present[index]!;
    return { line, ...(name !== '' && { name: printable(name) }), ...entry };
  });
  const total = { ...controlTotal(list), minutes: issued.minutes, credits: issued.credits };
  const { reversed, fund } = issued;
  const text = [
    ...headline(issued, replayed, preview),
    ...(fund === undefined ? [] : [`  fund: ${fund}`]),
    ...table(...tableOf(list, entries, preview)),
    ...correctedText(reversed),
    `  control total: ${peopleText(total)}, ${counted(total.minutes, 'minute')}, ` +
      creditsAloud(hundredths(total.credits)),
  ];
  const { issueId, revision } = issued;
  const json = {
    issueId,
    revision,
    preview,
    replayed,
    fund,
    controlTotal: total,
    reversed,
    entries,
  };
  return { text, json };
}

type Booked = Issued['entries'][number] & { readonly line: number };

/** The list as a table; where credits went, where not all went to wallets. */
function tableOf(
  list: readonly Attendance[],
  entries: readonly Booked[],
  preview: boolean,
): [string[], (string | number)[][]] {
  const booked = new Map(entries.map((entry) => [entry.line, entry]));
  const elsewhere = list.some(({ entry }) => entry.give !== undefined);
  const cellIf = <T>(shown: boolean, cell: T): T[] => (shown ? [cell] : []);
  const headings = [
    ...['line>', 'name', 'member', 'minutes>', 'credits>'],
    ...cellIf(elsewhere, 'to'),
    ...['carried>', 'balance>'],
    ...cellIf(!preview, 'transaction'),
  ];
  const rows = list.map(({ line, name, entry }) => {
    const made = booked.get(line);
    const who = 'card' in entry ? cardPrinted(entry.card) : entry.memberId;
    if (made === undefined) {
      return headings.map((_, column) => [line, name, who, 'absent'][column] ?? '');
    }
    const { memberId, minutes, credits, carriedMinutes, balance = '', transactionId = '' } = made;
    return [
      ...[line, name, memberId, minutes, credits],
      ...cellIf(elsewhere, TO[entry.give ?? 'wallet']),
      ...[carriedMinutes, balance],
      ...cellIf(!preview, transactionId),
    ];
  });
  return [headings, rows];
}

const TO = { wallet: 'wallet', pot: 'pot', none: 'nobody' } as const;

/** What a correction took back, and from whom. */
function correctedText(reversed: Issued['reversed']): string[] {
  if (reversed.length === 0) return [];
  const lines = reversed.map(({ reverses, memberId = '', minutes, credits }) => {
    const taken = `${counted(minutes, 'minute')} and ${creditsAloud(hundredths(credits))}`;
    return `    ${reverses}  ${memberId}  ${taken} taken back`;
  });
  return [`  corrected: ${counted(reversed.length, 'transaction')}`, ...lines];
}

function headline(issued: Issued, replayed: boolean, preview: boolean): string[] {
  if (preview) return ['A preview: this is what would be issued. Nothing was written.'];
  if (replayed) {
    return [
      `This list was issued before, as ${issued.issueId}. Nothing was issued twice.`,
      `  The balances are those of then. ${TAKEN_BACK}`,
      `  ${ANEW}`,
    ];
  }
  const amount = creditsAloud(hundredths(issued.credits));
  return [`Issued ${amount} as ${issued.issueId}, at revision ${issued.revision}.`];
}
