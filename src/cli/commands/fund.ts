import type { z } from 'zod';
import { fundAnswer, fundQuery, fundsAnswer } from '../../../schemas/http/fund.ts';
import { slugSchema } from '../../../schemas/ids.ts';
import { clientFrom, type Client } from '../client.ts';
import { SERVICE_OPTIONS, type Command } from '../command.ts';
import { table } from '../table.ts';

const PAGE_ITEMS = 500;

type Funds = z.output<typeof fundsAnswer>;
type Figures = Omit<Funds['items'][number], 'fund' | 'organisations'>;
type Row = Figures & { readonly first: readonly string[]; readonly isTotal?: boolean };

export const fund: Command = {
  words: 'fund',
  summary: 'show what became of the credits of a fund, in a year or in all',
  about:
    'Of one fund, by organisation; or, without --fund, of every fund. Figures go by the day of ' +
    'recording, so a year that is over stays as it was: hours of its last weeks that are ' +
    'recorded later stand in the next one. Left is what there was at the beginning, and ' +
    'allocated, less issued, moved to the pot and returned, with what was corrected. Counts of ' +
    'people that are small, or would tell a small one, are not shown, nor is what would tell ' +
    'their hours.',
  options: {
    fund: { value: 'FUND', help: 'the fund; every fund if left out' },
    year: { value: 'YEAR', help: 'the year that begins in this one; all years if left out' },
    ...SERVICE_OPTIONS,
  },
  examples: ['timecredits fund', 'timecredits fund --fund public-health --year 2025'],
  async run(given, io) {
    const name = given.checked('fund', slugSchema);
    const year = given.checked('year', fundQuery.shape.year);
    const client = clientFrom(given, io);
    if (name === undefined) {
      const answer = await everyFund(client, year);
      const rows = answer.items.map((item) => ({ first: [item.fund], ...item }));
      return { text: [headline('Every fund', answer), ...figures(['fund'], rows)], json: answer };
    }
    const answer = await client.get(
      `/v1/funds/${encodeURIComponent(name)}${asked(year)}`,
      fundAnswer,
    );
    const { organisations, total, years } = answer;
    const rows = [
      ...organisations.map((one) => ({
        first: [one.name, one.firstDay ?? '', one.lastDay ?? ''],
        ...one,
      })),
      { first: ['Total', '', ''], isTotal: true, ...total },
    ];
    const text = [
      headline(`Fund ${answer.fund}`, answer),
      ...figures(['organisation', 'first day', 'last day'], rows),
      `  years in which anything was recorded of it: ${years.join(', ')}`,
    ];
    return { text, json: answer };
  },
};

function asked(year: number | undefined): string {
  return year === undefined ? '' : `?year=${year}`;
}

async function everyFund(client: Client, year: number | undefined): Promise<Funds> {
  const pageAfter = (after: number) =>
    client.get(
      `/v1/funds?limit=${PAGE_ITEMS}&after=${after}${asked(year).replace('?', '&')}`,
      fundsAnswer,
    );
  let found = await pageAfter(0);
  while (found.next !== undefined) {
    const page = await pageAfter(found.next);
    found = { ...page, items: [...found.items, ...page.items] };
  }
  return found;
}

function headline(what: string, { from, to, revision }: Omit<Funds, 'items'>): string {
  const when = from === undefined ? 'in all years' : `${from} to ${to}`;
  return `${what}, ${when}, as at revision ${revision}`;
}

function figures(first: readonly string[], rows: readonly Row[]): string[] {
  const headings = [
    ...['opening>', 'allocated>', 'issued>', 'corrected>', 'written off>', 'to pot>'],
    ...['returned>', 'left>', 'members>'],
  ];
  const cells = rows.map((row) => [
    ...row.first,
    ...[row.opening, row.allocated, row.issued, row.corrected, row.writtenOff, row.toPot],
    ...[row.returned, row.left, row.members],
  ]);
  const shown = cells.map((row) => row.map((cell) => cell ?? '*'));
  const note = rows.find((row) => row.note !== undefined)?.note;
  return [
    ...table([...first, ...headings], shown),
    ...rows.flatMap((row) => (row.isTotal === true ? [] : lateHours(row))),
    ...(note === undefined ? [] : [`  * ${note}`]),
  ];
}

/** What the hours were given for, where it is not what a reader would think. */
function lateHours(row: Row): string[] {
  const { issuedForEarlierYears: earlier, issuedAfterLastDay: after } = row;
  const name = row.first[0]!;
  return [
    ...(earlier === '0' || earlier === null
      ? []
      : [`  ${name}: ${earlier} of those issued for hours of earlier years`]),
    ...(after === '0' || after === null
      ? []
      : [`  ${name}: ${after} of those issued after the fund's last day`]),
  ];
}
