import { z } from 'zod';
import { meAnswer } from '../../../schemas/http/ledger.ts';
import { statementAnswer } from '../../../schemas/http/statement.ts';
import { networkSchema, organisationIdSchema, venueIdSchema } from '../../../schemas/ids.ts';
import { milliseconds, monthSchema, wallClockIn, type WallTime } from '../../../schemas/time.ts';
import { clientFrom } from '../client.ts';
import { SERVICE_OPTIONS, type Command, type Given } from '../command.ts';
import { wrongUsage } from '../failure.ts';
import { keepFile } from '../keepFile.ts';
import { printable, table } from '../table.ts';

type Statement = z.output<typeof statementAnswer>;

const namedSchema = z.object({ name: z.string().optional() });

export const statement: Command = {
  words: 'statement',
  summary: 'show the statement of a month, or write it to a CSV file',
  about:
    'Of a venue, an earn group or another network; name one of them. A statement has what was ' +
    'recorded in its month, with the day each entry occurred on. It is there some seconds after ' +
    'the month has ended and never changes: what is recorded later stands on a later one.\n' +
    'With --out it is written as CSV, for a spreadsheet. A file that is there already is never ' +
    'overwritten; where it is this very statement, that is said.',
  options: {
    venue: { value: 'VENUE', help: 'whose statement, if it is a venue' },
    organisation: { value: 'ORG', help: 'whose statement, if it is an earn group' },
    network: { value: 'NETWORK', help: 'whose statement, if it is another network' },
    period: { value: 'MONTH', help: 'the month, such as 2026-03' },
    out: { value: 'FILE', help: 'the CSV file to write, such as march.csv' },
    ...SERVICE_OPTIONS,
  },
  examples: [
    'timecredits statement --venue ven_0123456789abcdef --period 2026-03',
    'timecredits statement --organisation org_0123456789abcdef --period 2026-03 --out march.csv',
  ],
  async run(given, io) {
    const { path, holder } = holderIn(given);
    const period = given.requiredAs('period', monthSchema);
    const client = clientFrom(given, io);
    const url = `${path}/statements/${period}`;
    const out = given.text('out');
    if (out !== undefined) {
      const how = keepFile(io, out, await client.getCsv(url));
      const text = `The statement of ${holder} for ${period} ${how} in ${out}`;
      return { text: [text], json: { holder, period, file: out } };
    }
    const answer = await client.get(url, statementAnswer);
    const { name = holder } = await client.get(path, namedSchema);
    const { timeZone } = await client.get('/v1/me', meAnswer);
    return { text: textOf(answer, name, timeZone), json: answer };
  },
};

function holderIn(given: Given): { readonly path: string; readonly holder: string } {
  const { venue, organisation, network } = {
    venue: given.checked('venue', venueIdSchema),
    organisation: given.checked('organisation', organisationIdSchema),
    network: given.checked('network', networkSchema),
  };
  const named = Object.entries({ venues: venue, organisations: organisation, networks: network });
  const [first, ...more] = named.flatMap(([noun, id]) => (id === undefined ? [] : [[noun, id]]));
  if (first === undefined || more.length > 0) {
    throw wrongUsage('Say whose statement: one of --venue, --organisation and --network.');
  }
  return { path: `/v1/${first.join('/')}`, holder: first[1]! };
}

function textOf(answer: Statement, name: string, timeZone: string): string[] {
  const { holder, number, from, to, revision, accounts, totals, lines } = answer;
  const several = accounts.length > 1;
  const of = (account: string) => (several ? [account] : []);
  // The month is the network's, so its entries are shown with the time that was there.
  const shows = wallClockIn(timeZone);
  const rows = lines.map((line) => [
    line.number,
    timeOf(shows(milliseconds(line.recordedAt))),
    line.occurredOn,
    line.kind,
    ...of(line.account),
    line.credits,
    line.balance,
    line.reference ?? (line.reverses === undefined ? '' : `of ${line.reverses}`),
    line.transactionId,
  ]);
  const headings = [
    ...['number>', 'recorded', 'occurred', 'what', ...of('account')],
    ...['credits>', 'balance>', 'reference', 'transaction'],
  ];
  const sums = totals.map(({ account, kind, entries, credits }) => [
    ...of(account),
    kind,
    entries,
    credits,
  ]);
  const whose = name === holder ? holder : `${printable(name)} (${holder})`;
  return [
    `Statement ${number} of ${whose}, ${from} to ${to}, as at revision ${revision}`,
    ...accounts.map(({ account, opening }) => `  opening balance of ${account}: ${opening}`),
    ...(rows.length === 0 ? ['  nothing was recorded in this month'] : table(headings, rows)),
    ...accounts.map(({ account, closing }) => `  closing balance of ${account}: ${closing}`),
    ...(sums.length === 0
      ? []
      : ['', ...table([...of('account'), 'what', 'entries>', 'credits>'], sums)]),
  ];
}

/** "2026-03-31 23:05" */
function timeOf({ day, minute }: WallTime): string {
  const hour = String(Math.floor(minute / 60)).padStart(2, '0');
  return `${day} ${hour}:${String(minute % 60).padStart(2, '0')}`;
}
