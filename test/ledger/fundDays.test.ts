import t from 'tap';
import type { AllocateCredits, Ask } from '../../schemas/commands.ts';
import { allocationsLapsed } from '../../src/ledger/allocation.ts';
import { move, type Movement } from '../../src/ledger/account.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import { draftOf, emptyLedger } from '../../src/ledger/state.ts';
import { bookOf, did, given, transactionAt, type Past } from '../support/given.ts';
import { histories } from '../support/histories.ts';
import {
  ADMIN,
  allocation,
  COORDINATOR,
  funded,
  hour,
  hours,
  NEXT,
  organisationId,
  world,
} from '../support/past.ts';

/* What becomes of a fund after its last day: first the hours given before it, then the rest. */

const YEAR_END = funded('garden', 'year', '10', { firstDay: '2025-04-01', lastDay: '2026-03-31' });
const late = (occurredOn: string) => hours({ asha: 60 }, { occurredOn, fund: 'year' });
const noon = (day: string) => ({ at: `${day}T12:00:00.000Z` });
const ofTheYear = [hour('asha', 60, '1', 0, { debit: allocation('garden', 'year'), fund: 'year' })];

t.test('after its last day a fund', async (t) => {
  const on = (day: string, occurredOn: string) =>
    given(world(), YEAR_END).when(late(occurredOn), COORDINATOR, noon(day));

  on('2026-04-01', '2026-03-31').then(t, 'takes hours given on that day', ofTheYear);
  on('2026-04-30', '2026-03-31').then(t, 'also thirty days later', ofTheYear);
  on('2026-05-01', '2026-03-31').then(t, 'and at the limit of the rules', ofTheYear);
  on('2026-05-02', '2026-03-31').then(t, 'but not past it', { refused: 'too_long_ago' });
  on('2026-04-30', '2026-04-01').then(t, 'takes no hours given after it', {
    refused: 'no_fund_for_day',
  });
  on('2026-05-01', '2026-03-30').then(t, 'takes nothing from before the limit', {
    refused: 'too_long_ago',
  });
});

/** What lapses on a day, by the account it is returned from. */
function lapsing(today: string, ...past: readonly (Past | readonly Past[])[]) {
  return allocationsLapsed(bookOf(past.flat()).ledger, today).map((fact) => {
    const { debit, credits } = fact.data as { debit: string; credits: string };
    return [debit, credits];
  });
}

const lasting = (lastDay: string) => funded('garden', 'year', '10', { lastDay });
const rest = (credits = '10') => [[allocation('garden', 'year'), credits]];

t.test('an allocation lapses', async (t) => {
  t.same(
    allocationsLapsed(bookOf([...world(), YEAR_END]).ledger, '2026-05-02'),
    [
      {
        type: 'AllocationReturned',
        data: { debit: allocation('garden', 'year'), credit: 'programme', credits: '10' },
        organisation: organisationId('garden'),
      },
    ],
    'as a return of its organisation’s',
  );
  const on = (today: string, lastDay: string, rules = {}) =>
    lapsing(today, world(rules), lasting(lastDay));
  t.same(on('2026-05-01', '2026-03-31'), [], 'not while an hour of its last day may be recorded');
  t.same(on('2026-05-02', '2026-03-31'), rest(), 'on the first day when none may');
  t.same(on('2031-01-01', '2026-03-31'), rest(), 'on any later one');
  t.same(on('2027-01-31', '2026-12-31'), [], 'over the end of a year: not after 31 days');
  t.same(on('2027-02-01', '2026-12-31'), rest(), 'but after 32');
  t.same(on('2028-03-16', '2028-02-14'), [], 'over a leap day: not after 31 days');
  t.same(on('2028-03-17', '2028-02-14'), rest(), 'but after 32');
  t.same(on('2027-03-17', '2027-02-14'), [], 'and a day later where there is no leap day');
  t.same(on('2027-03-18', '2027-02-14'), rest(), 'as a year has one day fewer');
  t.same(on('2028-03-31', '2028-02-29'), [], 'from a leap day: not after 31 days');
  t.same(on('2028-04-01', '2028-02-29'), rest(), 'but after 32');
  const strict = { issueBackdatingDays: 0 };
  t.same(on('2026-03-31', '2026-03-31', strict), [], 'by the rules: on its last day it does not');
  t.same(on('2026-04-01', '2026-03-31', strict), rest(), 'and with no backdating on the next');
});

t.test('what lapses', async (t) => {
  const today = '2026-05-02';
  const issue = did(late('2026-03-31'), COORDINATOR, noon('2026-04-02'));
  const returned = {
    type: 'AllocationReturned' as const,
    data: { debit: allocation('garden', 'year'), credit: 'programme', credits: '9' },
  };
  const reversal: Ask = {
    type: 'ReverseTransaction',
    transactionId: transactionAt(NEXT + 1),
    reason: 'mistake',
  };
  t.same(allocationsLapsed(emptyLedger(), today), [], 'is nothing before a ledger is opened');
  t.same(lapsing(today, world()), [], 'is nothing that has no last day');
  t.same(lapsing(today, world(), YEAR_END, issue), rest('9'), 'is what was not issued');
  t.same(
    lapsing(today, world(), YEAR_END, issue, returned),
    [],
    'is nothing where all is returned',
  );
  t.same(
    lapsing(today, world(), YEAR_END, issue, returned, did(reversal, ADMIN, noon('2026-05-20'))),
    rest('1'),
    'is also what a correction brings back later',
  );
  t.same(
    lapsing(today, world(), YEAR_END, funded('garden', 'year', '1', { lastDay: '2026-04-01' })),
    [],
    'is nothing of a fund that was given a later day',
  );
  const both = [YEAR_END, funded('kitchen', 'old', '2.5', { lastDay: '2026-03-01' })];
  t.same(
    lapsing(today, world(), both, funded('garden', 'a', '3', { lastDay: '2026-03-31' })),
    [...rest(), [allocation('garden', 'a'), '3'], [allocation('kitchen', 'old'), '2.5']],
    'comes in the order of the stream, every fund of every group',
  );
  const { ledger } = bookOf([...world(), YEAR_END]);
  const draft = draftOf(ledger);
  draft.funds.set(organisationId('garden'), [{ name: 'year', lastDay: '2027-03-31' }]);
  t.same(allocationsLapsed(draft, today), [], 'is judged on the draft that it is asked of');
  t.same(allocationsLapsed(ledger, today).length, 1, 'and not on what is below');
});

t.test('after what lapses is returned', async (t) => {
  for (const [index, stream] of (await histories()).entries()) {
    const ledger = emptyLedger();
    for (const one of stream) evolve(ledger, one);
    const today = '2030-01-01';
    const facts = allocationsLapsed(ledger, today);
    const wrong = facts.filter(({ type }) => type !== 'AllocationReturned');
    t.same(wrong, [], `${index}: it is only returns`);
    for (const { data } of facts) move(ledger, data as Movement);
    t.same(allocationsLapsed(ledger, today), [], `${index}: nothing lapses again`);
  }
});

t.test('allocating to a fund', async (t) => {
  const ask = (more: Partial<AllocateCredits> = {}): AllocateCredits => ({
    type: 'AllocateCredits',
    organisationId: organisationId('garden'),
    fund: 'year',
    credits: '5',
    ...more,
  });
  const made = (more = {}) => [
    {
      type: 'CreditsAllocated' as const,
      data: { debit: 'programme', credit: allocation('garden', 'year'), credits: '5', ...more },
    },
  ];
  const later = { lastDay: '2027-03-31' };
  const on = (day: string, more = {}) => given(world(), YEAR_END).when(ask(more), ADMIN, noon(day));
  on('2026-05-01').then(t, 'is possible while it takes late hours', made());
  on('2026-05-02').then(t, 'is refused once it takes none', { refused: 'fund_ended' });
  on('2026-05-02', later).then(t, 'is possible with a later last day', made(later));
  given(world())
    .when(ask({ lastDay: '2026-05-09' }), ADMIN)
    .then(t, 'is refused for a new one that ended too long ago', { refused: 'fund_ended' });
  const { decision } = on('2026-05-02');
  const detail = decision.outcome === 'refused' ? decision.refusal.detail : '';
  t.match(detail, /year here, 2026-03-31, is more than 31 days ago/, 'the refusal says which days');
  t.match(detail, /Name a later "lastDay"/, 'and what to do');
});

t.test('returning an allocation', async (t) => {
  const ask = { type: 'ReturnAllocation', organisationId: organisationId('garden') } as const;
  for (const day of ['2026-03-01', '2026-04-15', '2029-01-01']) {
    given(world(), YEAR_END)
      .when({ ...ask, fund: 'year', credits: '10' }, ADMIN, noon(day))
      .then(t, `is possible at any time, as on ${day}`, [
        {
          type: 'AllocationReturned',
          data: { debit: allocation('garden', 'year'), credit: 'programme', credits: '10' },
        },
      ]);
  }
});
