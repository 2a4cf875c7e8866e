import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { disclosed } from '../../projections/disclosure.ts';
import { Entries } from '../../projections/entries.ts';
import { Funds, type FundFigures, type FundReport } from '../../projections/funds.ts';
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

function reports(funds: Funds): FundReport[] {
  return funds.names().flatMap((fund) => {
    const whole = funds.report(fund);
    return [whole, ...whole.years.map((year) => funds.report(fund, year))];
  });
}

function holds({ opening, allocated, issued, corrected, toPot, returned, left }: FundFigures) {
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
    const whole = funds.names().map((fund) => funds.report(fund));
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
      const { years, parts } = funds.report(fund);
      const each = years.map((year) => funds.report(fund, year));
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
    .report(fund, year)
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
