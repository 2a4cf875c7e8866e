import { table } from '../bench/table.ts';
import type { Report } from './report.ts';

const BY_RECORDING =
  '  A year has what was recorded in it: late hours, and the rest that is returned when no more\n' +
  '  can come, stand in the year after. Unused is what was left when the year was over.';

/** The closing page: what the years came to, for people. */
export function closingPage(report: Report): string {
  const pages = [
    `What it came to, ${report.from} to ${report.to}; ${report.madeUp}`,
    totals(report),
    funds(report),
    spentWhere(report),
    happened(report),
    ending(report),
  ];
  return `\n${pages.join('\n\n')}\n`;
}

function totals({ credits, members, everSpent, percentSpent, percentGivenAway }: Report): string {
  const share = (percent: number) => `${percent.toFixed(1)} % of what was issued`;
  const { issued = '0', takenBack = '0', inAll = '0', spent = '0', givenAway = '0' } = credits;
  const rows = [
    ['credits issued', inAll, `${issued} less ${takenBack} taken back`],
    ['spent', spent, share(percentSpent)],
    ['given away', givenAway, share(percentGivenAway)],
    ['members', String(members), `${everSpent} of them ever spent`],
  ];
  return table(['the whole network', '', ''], rows);
}

function funds(report: Report): string {
  const headings = [
    'fund',
    'year from April',
    'allocated',
    'issued',
    'corrected',
    'returned',
    'unused',
  ];
  const rows = report.funds.map(
    ({ fund, year, allocated, issued, corrected, returned, unused }) => {
      return [fund, String(year), allocated, issued, corrected, returned, unused];
    },
  );
  return `${table(headings, rows)}\n${BY_RECORDING}`;
}

function spentWhere({ spentWhere: { places, rows } }: Report): string {
  const headings = ['earned here, spent there', ...places.map((_, index) => `${index + 1}.`)];
  const key = places.map((place, index) => `  ${index + 1}. ${place}`).join('\n');
  const lines = rows.map(({ earned, credits }) => [earned, ...credits]);
  return `${table(headings, lines)}\n\n${key}`;
}

function happened({ happened: counts, refused, corrections, credits }: Report): string {
  const { count, medianDays, longest } = corrections;
  const { writtenOff = '0' } = credits;
  return [
    `  ${listed(counts)}.`,
    `  ${count} corrections, half of them within ${medianDays} days and all within ${longest};`,
    `  ${writtenOff} credits were spent by then and written off.`,
    `  Rightly refused: ${listed(refused)}.`,
  ].join('\n');
}

function listed(counts: Readonly<Record<string, number>>): string {
  const LINE = 4;
  const words = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  const lines = words.map((word, index) =>
    index > 0 && index % LINE === 0 ? `\n  ${word}` : word,
  );
  return lines.join(', ').replaceAll(', \n', ',\n');
}

function ending({ statements, revision, sumOfBalances }: Report): string {
  return [
    `  ${statements} statements were read again at the end, and not one byte had changed.`,
    `  The ledger stands at revision ${revision}; the sum of all balances is ${sumOfBalances}.`,
  ].join('\n');
}
