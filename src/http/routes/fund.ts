import type { FundFigures, FundPart } from '../../../projections/funds.ts';
import { credits, type Hundredths } from '../../../schemas/amounts.ts';
import {
  fundAnswer,
  fundParams,
  fundQuery,
  fundsAnswer,
  fundsQuery,
} from '../../../schemas/http/fund.ts';
import type { Role } from '../../../schemas/roles.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { CSV, sendCsv, wantsCsv } from '../csv.ts';
import { pageOf } from '../lists.ts';
import { stop } from '../problems.ts';
import type { Routes } from '../route.ts';
import { sees } from '../visibility.ts';

const TAG = 'Funds';
const READERS: readonly Role[] = ['commissioner', 'admin', 'auditor', 'coordinator'];
/** A table is kept and handed on by itself, so each row says of which days it is. */
const COLUMNS = columns(fundsAnswer.shape.items.element.shape);
const COLUMNS_OF_ONE = columns(fundAnswer.shape.organisations.element.shape);
const NOT_SHOWN = 'fewer than 8 people, here or in a figure beside this; not shown';

/**
 * What became of each fund: the one view, beside those for everybody, that a commissioner's key
 * opens. Small counts of people are hidden in it from every reader alike, by the projection.
 */
export function fundRoutes(routes: Routes): void {
  const { funds, directory } = routes.services.projections;

  const daysOf = (year: number | undefined) => (year === undefined ? {} : funds.years.of(year));
  const span = (year: number | undefined) => ({
    ...daysOf(year),
    revision: funds.revision,
  });
  const named = ({ organisationId, firstDay, lastDay, ...figures }: FundPart) => {
    const { name } = directory.organisations.get(organisationId)!;
    return { organisationId, name, firstDay, lastDay, ...worded(figures) };
  };

  routes.read({
    url: '/v1/funds',
    tag: TAG,
    summary: 'Every fund, in the order they began, with what became of it in a year or in all',
    policy: READERS,
    forms: [CSV],
    query: fundsQuery,
    answer: fundsAnswer,
    handle: ({ query, request, reply }) => {
      const only = ownPart(callerIn(request));
      const names = funds.names(only);
      const item = (fund: string) => {
        const { parts, total } = funds.report(fund, query.year, only);
        return { fund, organisations: parts.length, ...worded(total) };
      };
      if (wantsCsv(request)) {
        const days = daysOf(query.year);
        return sendCsv(
          reply,
          COLUMNS,
          names.map((fund) => ({ ...days, ...item(fund) })),
        );
      }
      return { ...span(query.year), ...pageOf(request, reply, names, query, item) };
    },
  });

  routes.read({
    url: '/v1/funds/:fund',
    tag: TAG,
    summary: 'What became of a fund, by organisation, in a year of the network or in all',
    policy: READERS,
    forms: [CSV],
    params: fundParams,
    query: fundQuery,
    answer: fundAnswer,
    handle: ({ params: { fund }, query: { year }, request, reply }) => {
      const only = ownPart(callerIn(request));
      if (!funds.has(fund, only)) return stop('fund_not_found');
      const report = funds.report(fund, year, only);
      const organisations = report.parts.map(named);
      const total = worded(report.total);
      if (wantsCsv(request)) {
        const sum = { organisationId: '', name: 'Total', ...total };
        const days = daysOf(year);
        const rows = [...organisations, sum].map((row) => ({ fund, ...days, ...row }));
        return sendCsv(reply, COLUMNS_OF_ONE, rows);
      }
      return { fund, ...span(year), years: [...report.years], organisations, total };
    },
  });
}

function columns(shape: Readonly<Record<string, unknown>>): string[] {
  return [...new Set(['fund', 'from', 'to', ...Object.keys(shape)])];
}

/** The organisation whose parts alone a caller sees; none for who sees every one. */
function ownPart(caller: Caller) {
  const seesAll = caller.role === 'commissioner' || sees(caller, undefined);
  return seesAll ? undefined : caller.organisation;
}

function worded(figures: FundFigures) {
  const { minutes, minutesWithdrawn, members, ...amounts } = figures;
  const hidden = Object.values(figures).includes(undefined);
  return {
    opening: shown(amounts.opening),
    allocated: credits(amounts.allocated),
    issued: shown(amounts.issued),
    issuedForEarlierYears: shown(amounts.issuedForEarlierYears),
    issuedAfterLastDay: shown(amounts.issuedAfterLastDay),
    corrected: shown(amounts.corrected),
    writtenOff: shown(amounts.writtenOff),
    toPot: credits(amounts.toPot),
    returned: shown(amounts.returned),
    left: shown(amounts.left),
    minutes: minutes ?? null,
    minutesWithdrawn: minutesWithdrawn ?? null,
    members: members ?? null,
    ...(hidden && { note: NOT_SHOWN }),
  };
}

function shown(amount: Hundredths | undefined): string | null {
  return amount === undefined ? null : credits(amount);
}
