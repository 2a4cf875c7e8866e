import fc from 'fast-check';
import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import { transactionIdAt } from '../../schemas/ids.ts';
import { commandAt } from '../support/given.ts';
import { allocation, memberId, organisationId, RULES, wallet } from '../support/past.ts';

/** That one member is issued an hour by one group in some years, and in which it is taken back. */
export type Belonging = {
  readonly group: number;
  readonly years: readonly { readonly year: number; readonly withdrawn?: number | undefined }[];
};

const GROUPS = 4;
const YEARS = [2023, 2024, 2025];

const belonging = fc.record({
  group: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(GROUPS - 1)),
  years: fc.uniqueArray(
    fc.record({
      year: fc.constantFrom(...YEARS),
      withdrawn: fc.oneof(
        { arbitrary: fc.constant(undefined), weight: 60 },
        { arbitrary: fc.constantFrom(...YEARS), weight: 1 },
      ),
    }),
    { minLength: 1, maxLength: 2, selector: ({ year }) => year },
  ),
});

/** Some tens of members of a few groups, over three years. */
export const membership: fc.Arbitrary<Belonging[]> = fc.array(belonging, {
  minLength: 1,
  maxLength: 90,
  size: 'max',
});

type Happening = { readonly at: string; readonly event: (revision: number) => object };

/** The stream of these hours: all of one fund, recorded in the summer of each year. */
export function streamOf(belongings: readonly Belonging[]): Recorded[] {
  const issues = new Map<string, number>();
  const hours = belongings.flatMap(({ group, years }, member) =>
    years.flatMap(({ year, withdrawn }) => {
      const of = { group: `group ${group}`, member: `member ${member}`, year };
      const name = `${member} ${year}`;
      const given = issued(of, (revision) => issues.set(name, revision));
      if (withdrawn === undefined || withdrawn < year) return [given];
      return [given, reversed(of, withdrawn, () => issues.get(name)!)];
    }),
  );
  const happenings = [...opening(), ...hours].toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return happenings.map(({ at, event }, revision) => {
    const made = {
      ...{ v: 1, recordedAt: `${at}T10:00:00.000Z`, occurredOn: at },
      command: { id: commandAt(revision), index: 0, count: 1 },
      by: { access: 'system' },
      ...event(revision),
    };
    return { revision, event: made as unknown as StreamEvent };
  });
}

function opening(): Happening[] {
  const at = `${YEARS[0]}-05-01`;
  const rules = { network: 'medway', format: 2, timeZone: 'Europe/London', rules: RULES };
  const funded = Array.from({ length: GROUPS }, (_, group) => ({
    at,
    event: () => ({
      type: 'CreditsAllocated',
      data: { debit: 'programme', credit: allocation(`group ${group}`, 'a'), credits: '100' },
    }),
  }));
  return [{ at, event: () => ({ type: 'LedgerOpened', data: rules }) }, ...funded];
}

type Hour = { readonly group: string; readonly member: string; readonly year: number };

function issued({ group, member, year }: Hour, note: (revision: number) => void): Happening {
  const data = {
    ...{ activity: 'weeding', give: 'wallet', memberId: memberId(member), minutes: 60 },
    ...{ debit: allocation(group, 'a'), credit: wallet(member), credits: '1', carriedMinutes: 0 },
  };
  return {
    at: `${year}-06-01`,
    event: (revision) => {
      note(revision);
      const by = { access: 'system', organisation: organisationId(group) };
      return { type: 'CreditsIssued', by, data };
    },
  };
}

function reversed({ group, member, year }: Hour, at: number, original: () => number): Happening {
  const issue = {
    ...{ activity: 'weeding', give: 'wallet', memberId: memberId(member), minutes: 60 },
    ...{ carriedMinutes: 0, fund: 'a', occurredOn: `${year}-06-01` },
  };
  return {
    at: `${at}-07-01`,
    event: () => ({
      type: 'TransactionReversed',
      by: { access: 'system', organisation: organisationId(group) },
      data: {
        ...{ debit: wallet(member), credit: allocation(group, 'a'), credits: '1', issue },
        ...{ reason: 'mistake', reverses: transactionIdAt(original(), commandAt(original())) },
      },
    }),
  };
}
