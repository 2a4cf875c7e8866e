import { credits, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import { accountOf } from '../../schemas/ids.ts';
import { forEach } from './client.ts';
import { recountOf, type FundYear, type Recount } from './recount.ts';
import type { Stage } from './stage.ts';
import { total } from './tally.ts';
import { OTHER_NETWORK } from './world.ts';

/** In place of figures that would tell the hours of few people. */
const NOT_SHOWN = '*';

export type FundLine = {
  readonly fund: string;
  readonly year: number;
  readonly allocated: string;
  readonly issued: string;
  readonly corrected: string;
  readonly returned: string;
  readonly unused: string;
};

export type Report = {
  readonly madeUp: string;
  readonly from: string;
  readonly to: string;
  readonly members: number;
  readonly everSpent: number;
  readonly credits: Readonly<Record<string, string>>;
  readonly percentSpent: number;
  readonly percentGivenAway: number;
  readonly funds: readonly FundLine[];
  readonly spentWhere: {
    readonly places: readonly string[];
    readonly rows: readonly { readonly earned: string; readonly credits: readonly string[] }[];
  };
  readonly corrections: { readonly count: number; readonly medianDays: number; longest: number };
  readonly happened: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  readonly statements: number;
  readonly revision: number;
  readonly sumOfBalances: string;
};

const MADE_UP = 'the members, their number, every id and every name are made up';

/**
 * The closing figures. Those of the stream are counted anew and compared with what the service
 * reports and with what the player counted as it was answered.
 * @returns a sentence for each difference
 */
export async function report(stage: Stage): Promise<{ report: Report; differences: string[] }> {
  const { admin } = stage.world;
  const recount = recountOf(await admin.text('/v1/events', 'application/x-ndjson'));
  const differences: string[] = [];
  const compare = (what: string, counted: Figure, reported: Figure) => {
    if (counted === reported) return;
    differences.push(`${what}: the stream makes ${counted}, and ${reported} was told.`);
  };
  await compareBalances(stage, recount, compare);
  const funds = await compareFunds(stage, recount, compare);
  compareTally(stage, recount, compare);
  await compareStatements(stage, recount, compare);
  return { report: { ...figuresOf(stage, recount), funds }, differences };
}

type Figure = string | number;
type Compare = (what: string, counted: Figure, reported: Figure) => void;

async function compareBalances({ world }: Stage, recount: Recount, compare: Compare) {
  type Ledger = { revision: number; sumOfBalances: string };
  const ledger = await world.admin.get<Ledger>('/v1/ledger');
  compare('the revision', recount.revision, ledger.revision);
  compare('the sum of all balances', credits(recount.sumOfBalances), ledger.sumOfBalances);
  compare('what it must be', '0', ledger.sumOfBalances);
  await forEach([...recount.balances], async ([account, balance]) => {
    const told = await world.admin.get<{ balance: string }>(`/v1/accounts/${account}`);
    // A merged wallet answers for the one that goes on, which is compared by its own name.
    if (balance !== 0) compare(account, credits(balance), told.balance);
  });
}

async function compareFunds(
  { world }: Stage,
  recount: Recount,
  compare: Compare,
): Promise<FundLine[]> {
  type Figures = Record<keyof FundYear | 'left', string | null>;
  type Answer = { years: number[]; total: Figures };
  const lines: FundLine[] = [];
  for (const [fund, years] of recount.funds) {
    let left = 0;
    const { years: told } = await world.admin.get<Answer>(`/v1/funds/${fund}`);
    compare(`the years of ${fund}`, [...years.keys()].join(), told.join());
    for (const [year, figures] of years) {
      const answer = await world.admin.get<Answer>(`/v1/funds/${fund}?year=${year}`);
      const { allocated, issued, corrected, toPot, returned } = figures;
      left += allocated - issued + corrected - toPot - returned;
      for (const [name, amount] of Object.entries({ ...figures, left })) {
        const key = name as keyof Figures;
        const shown = answer.total[key];
        if (shown !== null) compare(`${fund} in ${year}, ${name}`, credits(amount), shown);
      }
      const { total: sums } = answer;
      lines.push({
        ...{ fund, year },
        allocated: sums.allocated ?? NOT_SHOWN,
        issued: sums.issued ?? NOT_SHOWN,
        corrected: sums.corrected ?? NOT_SHOWN,
        returned: sums.returned ?? NOT_SHOWN,
        unused: sums.left ?? NOT_SHOWN,
      });
    }
  }
  return lines;
}

/** What the player counted from the answers is what the stream says. */
function compareTally({ tally, plan }: Stage, recount: Recount, compare: Compare): void {
  const { redeemed, captured, away, visitors, refunded } = tally;
  compare('credits issued', recount.issued, tally.issued);
  compare('credits taken back', recount.takenBack, tally.takenBack);
  compare('what was to be issued', recount.issued - recount.takenBack, plan.credits * 100);
  compare('credits given away', recount.given, tally.given);
  compare('credits refunded', recount.refunds, refunded);
  const spent = redeemed + captured + away + visitors - refunded;
  compare('credits spent', spentBy(recount), spent);
  compare('corrections', recount.correctedAfterDays.length, tally.corrections);
  compare('members', recount.enrolledAt.size, tally.members);
}

/** Every venue's monthly statements together are what the stream says was taken there. */
async function compareStatements({ world, statements }: Stage, recount: Recount, compare: Compare) {
  type Statement = { totals: { kind: string; credits: string }[] };
  await forEach(world.everyVenue, async ({ name, venueId }) => {
    let taken = 0;
    const own = [...statements.keys()].filter((path) => path.includes(venueId));
    for (const path of own) {
      const { totals } = await world.admin.get<Statement>(path);
      const counted = totals.filter(({ kind }) => kind !== 'settlement');
      taken += total(counted, ({ credits: amount }) => hundredths(amount));
    }
    const there = total(recount.spent.values(), (row) => row.get(venueId) ?? 0);
    compare(`what ${name} took`, credits(there), credits(taken));
  });
}

function spentBy({ spent }: Recount): Hundredths {
  return total(spent.values(), (row) => total(row.values(), (amount) => amount));
}

function figuresOf(stage: Stage, recount: Recount): Omit<Report, 'funds'> {
  const { world, tally, plan } = stage;
  const net = recount.issued - recount.takenBack;
  const ours = spentBy(recount) - total(recount.spent.get('visitors')?.values() ?? [], (x) => x);
  const places = [
    ...world.everyVenue.map(({ venueId }) => venueId),
    accountOf.clearing(OTHER_NETWORK),
  ];
  const rowOf = (earned: string, organisationId: string) => ({
    earned,
    credits: places.map((place) => credits(recount.spent.get(organisationId)?.get(place) ?? 0)),
  });
  const days = recount.correctedAfterDays.toSorted((one, other) => one - other);
  return {
    madeUp: MADE_UP,
    from: plan.firstDay,
    to: plan.lastDay,
    members: recount.enrolledAt.size - tally.merged,
    everSpent: recount.everSpent,
    credits: {
      issued: credits(recount.issued),
      takenBack: credits(recount.takenBack),
      writtenOff: credits(recount.writtenOff),
      inAll: credits(net),
      spent: credits(ours),
      givenAway: credits(recount.given),
    },
    percentSpent: percent(ours, net),
    percentGivenAway: percent(recount.given, net),
    spentWhere: {
      places: [...world.everyVenue.map(({ name }) => name), OTHER_NETWORK],
      rows: [
        ...world.groups.map(({ plan: { name }, organisationId }) => rowOf(name, organisationId)),
        rowOf(`visitors from ${OTHER_NETWORK}`, 'visitors'),
      ],
    },
    corrections: {
      count: days.length,
      medianDays: days[Math.floor(days.length / 2)] ?? 0,
      longest: days.at(-1) ?? 0,
    },
    happened: happened(stage),
    refused: Object.fromEntries([...tally.refused].toSorted()),
    statements: stage.statements.size,
    revision: recount.revision,
    sumOfBalances: credits(recount.sumOfBalances),
  };
}

function happened({ tally }: Stage): Record<string, number> {
  return {
    lists: tally.lists,
    'typed in after the year': tally.lateLists,
    redemptions: tally.redemptions,
    'from paper': tally.paperSales,
    trips: tally.trips,
    settlements: tally.settlements,
    'refunds after settlement': tally.refundedAfterSettlement,
    'bookings expired': tally.expired,
    'merged members': tally.merged,
    'closed members': tally.closed,
    'closed venues': tally.venuesClosed,
  };
}

function percent(part: Hundredths, whole: Hundredths): number {
  return Math.round((part / whole) * 1000) / 10;
}
