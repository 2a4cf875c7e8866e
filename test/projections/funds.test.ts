import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { disclosed } from '../../projections/disclosure.ts';
import { Entries } from '../../projections/entries.ts';
import { Funds, type ExactReport, type FundFigures } from '../../projections/funds.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import { accountOf } from '../../schemas/ids.ts';
import { histories } from '../support/histories.ts';
import { property } from '../support/property.ts';
import { membership, streamOf, type Belonging } from './fundPeople.ts';
import { naiveFigures, naivePeople, netYear } from './naiveFunds.ts';

const ALL = (await histories()).map((stream) => ({ stream, funds: folded(stream) }));

function folded(stream: readonly Recorded[]): Funds {
  const funds = new Funds();
  for (const one of stream) funds.apply(one);
  return funds;
}

function reports(funds: Funds): ExactReport[] {
  return funds.names().flatMap((fund) => {
    const whole = funds.exact(fund);
    return [whole, ...whole.years.map((year) => funds.exact(fund, year))];
  });
}

function holds({
  opening,
  allocated,
  issued,
  corrected,
  toPot,
  returned,
  left,
}: ExactReport['total']) {
  return opening + allocated - issued + corrected - toPot - returned === left;
}

t.test('the figures of every fund', async (t) => {
  for (const [index, { stream, funds }] of ALL.entries()) {
    const entries = new Entries();
    for (const one of stream) entries.apply(one);
    const all = reports(funds);
    t.ok(
      all.every(({ parts, total }) => [...parts, total].every(holds)),
      `${index}: what was allocated and taken back, less what went out, is left`,
    );
    const whole = funds.names().map((fund) => funds.exact(fund));
    t.ok(
      whole.every(({ fund, parts }) =>
        parts.every(({ organisationId, left, opening }) => {
          const balance = entries.balance(accountOf.allocation(organisationId, fund));
          return left === balance && opening === 0;
        }),
      ),
      `${index}: and is the balance of the allocation`,
    );
    const allocations = [...entries.accounts()].filter((one) => one.startsWith('allocation:'));
    const parts = whole.flatMap((report) => report.parts);
    t.equal(parts.length, allocations.length, `${index}: every allocation is in a fund`);
    t.ok(
      all.every(({ parts, total }) => parts.reduce((sum, one) => sum + one.left, 0) === total.left),
      `${index}: and in its total`,
    );
  }
});

t.test('the years of a fund', async (t) => {
  let turns = 0;
  for (const [index, { stream, funds }] of ALL.entries()) {
    for (const fund of funds.names()) {
      const { years, parts } = funds.exact(fund);
      const each = years.map((year) => funds.exact(fund, year));
      turns += years.length - 1;
      for (const { organisationId, ...whole } of parts) {
        const ofYears = each.map((report) =>
          report.parts.find((part) => part.organisationId === organisationId),
        );
        const known = ofYears.filter((one) => one !== undefined);
        const wrong = known.slice(1).filter((one, at) => one.opening !== known[at]?.left);
        t.same(wrong, [], `${index}: each opens with what the one before left`);
        t.equal(known.at(-1)?.left, whole.left, `${index}: the last leaves what is left`);
        t.same(
          [...years, undefined].map((year) => figuresIn(funds, fund, organisationId, year)),
          [...years, undefined].map((year) => naiveFigures(stream, fund, organisationId, year)),
          `${index}: are a fold of what was recorded in them`,
        );
      }
      const counted = each.map(({ parts, total }) => ({
        rows: parts.map(({ members }) => members),
        total: total.members,
      }));
      const naive = each.map(({ parts }, at) => {
        const people = parts.map(({ organisationId }) =>
          naivePeople(stream, fund, organisationId, years[at]!),
        );
        const everybody = people.reduce((all, some) => all.union(some), new Set());
        return disclosed(
          people.map(({ size }) => size),
          everybody.size,
        );
      });
      t.same(counted, naive, `${index}: count those whose hours stood at their end`);
    }
  }
  t.ok(turns > 0, 'in some of these histories a year ends');
});

/** The figures that the naive reader knows of. */
function figuresIn(funds: Funds, fund: string, organisation: string, year?: number) {
  const part = funds
    .exact(fund, year)
    .parts.find(({ organisationId }) => organisationId === organisation);
  if (part === undefined) return undefined;
  const { members: _, firstDay: _first, lastDay: _last, organisationId: _id, ...figures } = part;
  return figures;
}

t.test('a year that is over', async (t) => {
  for (const [index, { stream, funds }] of ALL.entries()) {
    t.ok(staysClosed(stream, funds), `${index}: stays as it was when it ended`);
  }
  property(t, 'also when its hours are taken back later', membership, (belongings) => {
    const stream = streamOf(belongings);
    return staysClosed(stream, folded(stream));
  });
});

/** Whether each year that ended reads as it did when it was the last that anything was known of. */
function staysClosed(stream: readonly Recorded[], funds: Funds): boolean {
  const years = new Set(stream.map(({ event }) => netYear(event.recordedAt)));
  return [...years].slice(0, -1).every((year) => {
    const end = stream.findLastIndex(({ event }) => netYear(event.recordedAt) === year);
    const then = folded(stream.slice(0, end + 1));
    return then.names().every((fund) => {
      const [before, after] = [then, funds].map((of) => {
        const { parts, total } = of.report(fund, year);
        return { total, parts: parts.map(({ lastDay: _, firstDay: _first, ...rest }) => rest) };
      });
      return isDeepStrictEqual(before, after);
    });
  });
}

t.test('people who cannot be worked out', async (t) => {
  property(
    t,
    'no line of what is shown has a single hidden count',
    membership,
    (belongings: readonly Belonging[]) => linesOf(folded(streamOf(belongings))).every(keepsSecrets),
    300,
  );
  property(t, 'and what is shown is never small', membership, (belongings: readonly Belonging[]) =>
    linesOf(folded(streamOf(belongings))).every(({ parts, sum }) =>
      [...parts, sum].every((count) => count === undefined || count === 0 || count >= 8),
    ),
  );
});

type Line = { readonly parts: readonly (number | undefined)[]; readonly sum: number | undefined };

/** Every sum that a reader could make: over organisations, and over years. */
function linesOf(funds: Funds): Line[] {
  return funds.names().flatMap((fund) => {
    const whole = funds.report(fund);
    const years = whole.years.map((year) => funds.report(fund, year));
    const columns = [whole, ...years].map(({ parts, total }) => ({
      parts: parts.map(({ members }) => members),
      sum: total.members,
    }));
    const rows = whole.parts.map(({ organisationId, members }) => ({
      parts: years.map(
        ({ parts }) =>
          (parts.find((part) => part.organisationId === organisationId) ?? { members: 0 }).members,
      ),
      sum: members,
    }));
    const totals = { parts: years.map(({ total }) => total.members), sum: whole.total.members };
    return [...columns, ...rows, totals];
  });
}

/** Where a sum is shown, none of its parts is the only one that is not. */
function keepsSecrets({ parts, sum }: Line): boolean {
  return sum === undefined || parts.filter((count) => count === undefined).length !== 1;
}

const OF_HOURS = ['issued', 'corrected', 'minutes', 'minutesWithdrawn', 'writtenOff'] as const;

t.test('the hours of few people', async (t) => {
  const one: Belonging = { group: 0, years: [{ year: 2023 }] };
  const alone = folded(streamOf([one])).report('a', 2023);
  for (const row of [alone.parts[0]!, alone.total]) {
    for (const name of [...OF_HOURS, 'left', 'returned'] as const) {
      t.equal(row[name], undefined, `are hidden in ${name}`);
    }
  }
  t.match(alone.parts[0], { allocated: 10000, toPot: 0, opening: 0 }, 'while the budget is shown');
  t.match(alone.parts[1], { issued: 0, left: 10000 }, 'and where nobody gave any');

  const gone = { group: 0, years: [{ year: 2023, withdrawn: 2023 }] };
  const withdrawn = folded(streamOf([gone])).report('a', 2023);
  t.match(withdrawn.total, { members: 0, minutes: undefined }, 'also of one whose hours are gone');

  const many = Array.from({ length: 9 }, () => ({ group: 0, years: [{ year: 2024 }] }));
  const later = folded(streamOf([one, ...many]));
  const { parts } = later.report('a', 2024);
  t.match(parts[0], { issued: 900, minutes: 540, members: 9 }, 'hide no other year');
  t.same(
    [parts[0]?.opening, parts[0]?.left],
    [undefined, undefined],
    'but what is left from there',
  );
  t.equal(later.report('a').parts[0]?.issued, undefined, 'and what all years came to');
});

t.test('hours that cannot be worked out', async (t) => {
  property(t, 'from what is shown beside them', membership, (belongings) =>
    hoursOf(streamOf(belongings)).every(
      ({ sum, closed, people }) => sum === undefined || closed === 0 || people >= 8,
    ),
  );
  property(t, 'nor are those of few people shown', membership, (belongings) => {
    const funds = folded(streamOf(belongings));
    return [undefined, 2023, 2024, 2025].every((year) => {
      const { parts, total } = funds.report('a', year);
      const isSafe = ({ members, minutes }: FundFigures) => (members ?? 0) > 7 || !minutes;
      return [...parts, total].every(isSafe);
    });
  });
});

/** Of each year the sum that is shown, how many rows are not, and how many people they have. */
function hoursOf(stream: readonly Recorded[]) {
  const funds = folded(stream);
  return [2023, 2024, 2025].map((year) => {
    const { parts, total } = funds.report('a', year);
    const closed = parts.filter(({ minutes }) => minutes === undefined);
    const people = closed
      .map(({ organisationId }) => naivePeople(stream, 'a', organisationId, year))
      .reduce((all, some) => all.union(some), new Set<string>());
    return { sum: total.minutes, closed: closed.length, people: people.size };
  });
}
