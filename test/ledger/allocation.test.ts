import t from 'tap';
import type { AllocateCredits, ReturnAllocation } from '../../schemas/commands.ts';
import { did, given } from '../support/given.ts';
import {
  ADMIN,
  allocation,
  COORDINATOR,
  funded,
  hour,
  hours,
  organisationId,
  world,
} from '../support/past.ts';

const allocate = (more: Partial<AllocateCredits> = {}): AllocateCredits => ({
  type: 'AllocateCredits',
  organisationId: organisationId('garden'),
  fund: 'lottery',
  credits: '50',
  ...more,
});
const giveBack = (credits: string, fund = 'health'): ReturnAllocation => ({
  type: 'ReturnAllocation',
  organisationId: organisationId('garden'),
  fund,
  credits,
});
const fundsUsed = (day: string, ...funds: ReturnType<typeof funded>[]) =>
  given(world(), ...funds).when(hours({ asha: 60 }, { occurredOn: day }), COORDINATOR);
const from = (fund: string) => [hour('asha', 60, '1', 0, { debit: allocation('garden', fund) })];

t.test('allocating credits', async (t) => {
  const data = { debit: 'programme', credit: allocation('garden', 'lottery'), credits: '50' };
  const days = { firstDay: '2026-04-01', lastDay: '2027-03-31' };
  given(world())
    .when(allocate(), ADMIN)
    .then(t, 'is from the programme, for one fund', [{ type: 'CreditsAllocated', data }]);
  given(world())
    .when(allocate(days), ADMIN)
    .then(t, 'says for which days', [{ type: 'CreditsAllocated', data: { ...data, ...days } }]);
  given(world())
    .when(allocate({ firstDay: '2026-04-02', lastDay: '2026-04-01' }), ADMIN)
    .then(t, 'is not for days the wrong way round', { refused: 'days_inverted' });
  given(world(), funded('garden', 'lottery', '1', days))
    .when(allocate({ firstDay: '2027-04-01' }), ADMIN)
    .then(t, 'judges days with those the fund has', { refused: 'days_inverted' });
  given(world())
    .when(allocate({ organisationId: organisationId('nobody') }), ADMIN)
    .then(t, 'needs an organisation', { refused: 'organisation_not_found' });
  given(world())
    .when(allocate({ organisationId: organisationId('leisure') }), ADMIN)
    .then(t, 'needs an earn group', { refused: 'not_an_earn_group' });
  given(world()).when(allocate(), COORDINATOR).then(t, 'is for admins', { refused: 'forbidden' });
});

t.test('returning an allocation', async (t) => {
  const returned = (credits: string) => ({
    type: 'AllocationReturned' as const,
    data: { debit: allocation('garden', 'health'), credit: 'programme', credits },
  });
  given(world())
    .when(giveBack('100'), ADMIN)
    .then(t, 'may be of all of it', [returned('100')]);
  given(world(), did(hours({ asha: 90 }), COORDINATOR, { at: '2026-06-10T08:00:00.000Z' }))
    .when(giveBack('99.01'), ADMIN)
    .then(t, 'is not of what was issued', {
      refused: 'insufficient_credits',
      facts: { available: '99', needed: '99.01' },
    });
  given(world())
    .when(giveBack('1', 'lottery'), ADMIN)
    .then(t, 'needs a fund', { refused: 'account_not_found' });
  given(world())
    .when(giveBack('1'), COORDINATOR)
    .then(t, 'is for admins', { refused: 'forbidden' });
});

t.test('an issue without a fund', async (t) => {
  const spring = funded('garden', 'spring', '9', { lastDay: '2026-06-30' });
  const summer = funded('garden', 'summer', '9', {
    firstDay: '2026-06-01',
    lastDay: '2026-08-31',
  });
  fundsUsed('2026-06-09', summer, spring).then(t, 'takes the one that ends first', from('spring'));
  fundsUsed('2026-05-31', summer).then(t, 'passes over one not begun', from('health'));
  fundsUsed('2026-06-01', summer).then(t, 'takes one from its first day', from('summer'));
  fundsUsed('2026-06-01', funded('garden', 'ended', '9', { lastDay: '2026-06-01' })).then(
    t,
    'takes one on its last day',
    from('ended'),
  );
  fundsUsed('2026-06-02', funded('garden', 'ended', '9', { lastDay: '2026-06-01' })).then(
    t,
    'passes over one that ended',
    from('health'),
  );
  fundsUsed(
    '2026-06-09',
    funded('garden', 'b', '1', { lastDay: '2026-06-30' }),
    funded('garden', 'a', '1', { lastDay: '2026-06-30' }),
  ).then(t, 'takes the first by name of two that end together', from('a'));
  fundsUsed(
    '2026-06-09',
    spring,
    funded('garden', 'spring', '1', { lastDay: '2026-12-31' }),
    summer,
  ).then(t, 'goes by the newest days of a fund', from('summer'));
  given(world())
    .when(hours({ asha: 60 }, { fund: 'lottery' }), COORDINATOR)
    .then(t, 'or with one that is not there is refused', { refused: 'no_fund_for_day' });
  given(world(), summer)
    .when(hours({ asha: 60 }, { fund: 'summer', occurredOn: '2026-05-31' }), COORDINATOR)
    .then(t, 'or with one that does not cover the day is refused', { refused: 'no_fund_for_day' });
  given(world(), funded('garden', 'tiny', '1.5', { lastDay: '2026-06-30' }))
    .when(hours({ asha: 60, ben: 60 }), ADMIN)
    .then(t, 'does not go on to the next when the first is used up', {
      refused: 'allocation_exhausted',
      facts: { needed: '2', health: '100', tiny: '1.5' },
    });
});
