import { stringify } from 'csv-stringify/sync';
import { credits, creditsAloud, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import { meAnswer } from '../../../schemas/http/ledger.ts';
import { redemptionCreated } from '../../../schemas/http/redemption.ts';
import { venueIdSchema, type VenueId } from '../../../schemas/ids.ts';
import { clientFrom, Refused, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given, type Report } from '../command.ts';
import { EXIT, Failure, faulty, faultText, type FaultLine } from '../failure.ts';
import type { Io } from '../io.ts';
import { formulaEscaped } from '../../formula.ts';
import type { Row } from '../../sheet.ts';
import { readSheet, sheetKey } from '../sheet.ts';
import { counted } from '../table.ts';
import { givesDay, VISIT_HEADINGS, visitsIn, type Visit } from '../visits.ts';

const STEPS = 20;

/** Refusals that are not about one line: every other line would be refused as well. */
const OF_THE_WHOLE_SHEET = [
  ...['unauthenticated', 'forbidden', 'not_found', 'venue_not_found', 'format_too_low'],
];

/** What lines that were taken before they were marked as such differ in from themselves. */
const MARK = 'paper';

/** The code of a line that stands already, for which a sheet has a heading. */
const RECORDED_BEFORE = 'redemption_recorded_before';

/** What has become of a sheet so far. */
type Tally = {
  redeemed: number;
  replayed: number;
  credits: Hundredths;
  readonly refused: (FaultLine & { readonly cells: Row['cells'] })[];
};

export const redeem: Command = {
  words: 'redeem',
  summary: 'type in a paper sheet of visits, line by line',
  about:
    'The file is CSV with a line of headings: member (a member id or a card number) and credits; ' +
    'if you like occurred (a day, or a time with its offset), reference, and again (yes). The ' +
    'visits have ' +
    'happened, so each line stands for itself: those that are refused go to FILE.refused.csv ' +
    'with the reason, ready to be mended and redeemed as a sheet of its own; the others are ' +
    'redeemed. From then on use that file and not the first one.\n' +
    'A line is redeemed once, in whatever file it comes: one of the same venue, member, day, ' +
    'credits and reference is refused as recorded before, unless it says yes under again, for ' +
    'another visit. Give each line its day: lines without one are the same on whatever day they ' +
    'come. So running a file again is safe, also with lines added to it. At a terminal you are ' +
    'asked first; --yes answers that.',
  options: {
    file: { value: 'FILE', help: 'the sheet' },
    venue: { value: 'VENUE', help: 'where the visits were' },
    yes: { help: 'do not ask first' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits redeem --file saturday.csv --venue ven_0123456789abcdef'],
  async run(given, io) {
    const path = given.required('file');
    const venueId = given.requiredAs('venue', venueIdSchema);
    const client = clientFrom(given, io);
    const { rows, sha256 } = readSheet(path, io.files.read(path), VISIT_HEADINGS);
    const timeZone = rows.some(givesDay) ? await zoneOf(client) : 'UTC';
    const read = visitsIn(rows, timeZone);
    const visits = rows.map((row, index) => ({ row, visit: read[index]! }));
    await agreed(given, io, read);
    const tally: Tally = { redeemed: 0, replayed: 0, credits: 0, refused: [] };
    let stopped: { readonly line: number; readonly failure: Failure } | undefined;
    for (const [index, { row, visit }] of visits.entries()) {
      try {
        const words = `${sha256} ${row.line}`;
        const plain = `sheet-${sha256}-line-${row.line}`;
        const key = await sheetKey(client, { kind: 'sheet', words, plain });
        await take(client, venueId, key, row, visit, tally);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        stopped = { line: row.line, failure: error };
        break;
      }
      progress(io, index + 1, visits.length);
    }
    const refusedFile = keepRefused(io, `${path}.refused.csv`, tally);
    const report = reportOf(tally, rows.length, refusedFile);
    if (stopped === undefined) return report;
    throw stoppedAt(stopped.line, stopped.failure, report);
  },
};

/** The zone of the network, whose days a sheet names. */
async function zoneOf(client: Client): Promise<string> {
  return (await client.get('/v1/me', meAnswer)).timeZone;
}

/** Asks whoever sits at a terminal; where nobody does, the command itself is the answer. */
async function agreed(given: Given, io: Io, visits: readonly (Visit | FaultLine)[]): Promise<void> {
  if (given.flag('yes') || io.confirm === undefined) return;
  const readable = visits.filter((visit) => 'fields' in visit);
  const sum = readable.reduce((all, { fields }) => all + hundredths(fields.credits), 0);
  const question =
    `Redeem ${counted(readable.length, 'line')}, ${creditsAloud(sum)} in all? ` +
    `(${counted(visits.length - readable.length, 'line')} cannot be read.)`;
  if (!(await io.confirm(question))) throw faulty('not_agreed', 'Nothing was redeemed.');
}

async function take(
  client: Client,
  venueId: VenueId,
  key: string,
  { cells }: Row,
  visit: Visit | FaultLine,
  tally: Tally,
): Promise<void> {
  if (!('fields' in visit)) {
    tally.refused.push({ ...visit, cells });
    return;
  }
  const { line, fields } = visit;
  try {
    const sent = { venueId, ...fields, paper: true };
    const { body, replayed } = await client.post('/v1/redemptions', sent, key, redemptionCreated);
    tally.credits += hundredths(body.credits);
    if (replayed) tally.replayed += 1;
    else tally.redeemed += 1;
  } catch (error) {
    if (!(error instanceof Refused) || error.exit !== EXIT.refused) throw error;
    if (OF_THE_WHOLE_SHEET.includes(error.code)) throw error;
    if (error.differs === MARK) {
      tally.credits += hundredths(fields.credits);
      tally.replayed += 1;
      return;
    }
    const detail =
      error.differs === undefined
        ? asOnPaper(error.message)
        : `This line was redeemed before. What differs now: ${error.differs}.`;
    tally.refused.push({ line, code: error.code, detail, cells });
  }
}

/** Fields of the request as they stand in a sheet. */
function asOnPaper(detail: string): string {
  return detail
    .replace('give its day, or say', 'give its day under the heading "occurred", or say')
    .replace(/say "again": (\d+)/, (_, again: string) => {
      return `write ${again === '1' ? 'yes' : again} under the heading "again"`;
    });
}

/** Writes the refused lines, or empties the file that an earlier run left. */
function keepRefused(io: Io, path: string, { refused }: Tally): string | undefined {
  if (refused.length === 0 && !io.files.exists(path)) return undefined;
  const name = refused.some(({ cells }) => cells['name']) ? ['name'] : [];
  const again = refused.some(({ code, cells }) => cells['again'] || code === RECORDED_BEFORE)
    ? ['again']
    : [];
  const visit = ['member', 'credits', 'occurred', 'reference', ...again];
  const headings = ['line', ...name, ...visit, 'code', 'reason'];
  const rows = refused.map(({ line, code, detail, cells }) => ({
    ...cells,
    line,
    code,
    reason: detail,
  }));
  const cast = { string: formulaEscaped };
  io.files.replace(path, stringify(rows, { header: true, columns: headings, cast }));
  return refused.length === 0 ? undefined : path;
}

function reportOf(tally: Tally, lines: number, refusedFile: string | undefined): Report {
  const { redeemed, replayed, refused } = tally;
  const faults = refused.map(({ line, code, detail }): FaultLine => ({ line, code, detail }));
  const text = [
    `${counted(lines, 'line')}: ${redeemed} redeemed, ${replayed} redeemed before, ` +
      `${refused.length} refused; ${creditsAloud(tally.credits)} in all`,
    ...faults.map(faultText),
    ...(refusedFile === undefined ? [] : [`  The refused lines are in ${refusedFile}`]),
  ];
  const json = {
    lines,
    redeemed,
    replayed,
    refused: refused.length,
    credits: credits(tally.credits),
    ...(refusedFile !== undefined && { refusedFile }),
    refusedLines: faults,
  };
  return { text, json, exit: refused.length === 0 ? EXIT.ok : EXIT.refused };
}

function stoppedAt(
  line: number,
  { exit, code, message }: Failure,
  { text, json }: Report,
): Failure {
  const again =
    `  Stopped at line ${line}. Put that right and run the same file again: ` +
    'it goes on from there, and what is done is not done twice.';
  const more = {
    text: [...text.map((one) => `  ${one.trimStart()}`), again],
    json: { ...json, stoppedAt: line },
  };
  return new Failure(exit, code, message, [], more);
}

function progress(io: Io, done: number, count: number): void {
  const step = Math.max(1, Math.ceil(count / STEPS));
  if (done % step === 0 || done === count) io.progress(`  ${done} of ${count} lines\n`);
}
