import t from 'tap';
import type { Ask, ReverseTransaction } from '../../schemas/commands.ts';
import { did, given, transactionAt } from '../support/given.ts';
import {
  ADMIN,
  allocation,
  AT,
  COORDINATOR,
  hours,
  member,
  memberId,
  NEXT,
  OTHER_COORDINATOR,
  PARTNER,
  pot,
  sale,
  wallet,
  world,
} from '../support/past.ts';

const issued = (minutes: number, activity = 'weeding') =>
  did(hours({ asha: minutes }, { activity }), COORDINATOR, AT);
const spent = (credits: string) => did(sale('asha', credits), PARTNER, AT);
const reverse = (more: Partial<ReverseTransaction> = {}): ReverseTransaction => ({
  type: 'ReverseTransaction',
  transactionId: transactionAt(NEXT),
  reason: 'mistake',
  ...more,
});
const taken = (
  minutes: number,
  credits: string | undefined,
  carriedMinutes: number,
  writtenOff?: string,
) => ({
  type: 'TransactionReversed' as const,
  data: {
    ...{ reverses: transactionAt(NEXT), reason: 'mistake' },
    ...(credits && { debit: wallet('asha'), credit: allocation('garden', 'health'), credits }),
    issue: {
      ...{ memberId: memberId('asha'), give: 'wallet', minutes, activity: 'weeding' },
      ...{ fund: 'health', occurredOn: '2026-06-09', carriedMinutes, writtenOff },
    },
  },
});

t.test('the reversal of an issue', async (t) => {
  given(world(), issued(150))
    .when(reverse(), COORDINATOR)
    .then(t, 'leaves the wallet as if no minute had been given', [taken(150, '2', 0)]);
  given(world(), issued(150))
    .when(reverse({ minutes: 30 }), COORDINATOR)
    .then(t, 'takes no credit while the carried minutes cover it', [taken(30, undefined, 0)]);
  given(world(), issued(150))
    .when(reverse({ minutes: 31 }), COORDINATOR)
    .then(t, 'takes a credit with the first minute more', [taken(31, '1', 59)]);
  given(world(), issued(150), did(reverse({ minutes: 31 }), COORDINATOR, AT))
    .when(reverse(), ADMIN)
    .then(t, 'takes the rest later', [taken(119, '1', 0)]);
  given(world(), issued(45), issued(45, 'digging'))
    .when(reverse(), COORDINATOR)
    .then(t, 'counts with the minutes of other issues', [taken(45, '1', 45)]);
  given(world(), issued(150))
    .when(reverse({ minutes: 151 }), COORDINATOR)
    .then(t, 'is never of more minutes', { refused: 'more_than_remains' });
  given(world(), issued(60), did(reverse(), COORDINATOR, AT))
    .when(reverse({ minutes: 1 }), COORDINATOR)
    .then(t, 'is never made twice', { refused: 'already_reversed' });
  const twice = given(world(), issued(60), did(reverse(), COORDINATOR, AT));
  const { decision } = twice.when(reverse({ minutes: 1 }), COORDINATOR);
  t.match(decision, { refusal: { detail: /of the transaction txn_\w+ is/ } }, 'and says of which');
  given(world(), issued(60))
    .when(reverse({ credits: '1' }), COORDINATOR)
    .then(t, 'is counted in minutes', { refused: 'reversal_unit' });
  given(world(), issued(60))
    .when(reverse(), OTHER_COORDINATOR)
    .then(t, 'is for no other group', { refused: 'transaction_not_found' });
});

t.test('after a change of the step', async (t) => {
  const step = (creditStep: '1' | '0.25') =>
    did({ type: 'ChangeRules', rules: { creditStep } }, ADMIN, AT);
  given(world({ creditStep: '0.25' }), issued(50), step('1'))
    .when(reverse({ minutes: 5 }), COORDINATOR)
    .then(t, 'to a coarser one, whole new steps remain', [taken(5, '0.75', 45)]);
  given(world(), issued(50), step('0.25'))
    .when(reverse({ minutes: 5 }), COORDINATOR)
    .then(t, 'to a finer one, no credit appears by a reversal', [taken(5, undefined, 45)]);
});

t.test('what was spent already', async (t) => {
  given(world(), issued(180), spent('2'))
    .when(reverse(), COORDINATOR)
    .then(t, 'stops the reversal, which says how many minutes could be', {
      refused: 'insufficient_credits',
      facts: { available: '1', needed: '3', reversibleMinutes: 60 },
    });
  const { decision } = given(world(), issued(180), spent('2')).when(reverse(), COORDINATOR);
  const detail = /60 of the 180 minutes of txn_\w+ could be reversed; an admin can reverse all/;
  t.match(decision, { refusal: { detail } }, 'of which transaction, and who can reverse the rest');
  given(world(), issued(200), spent('2'))
    .when(reverse(), COORDINATOR)
    .then(t, 'counts the carried minutes among them', {
      refused: 'insufficient_credits',
      facts: { available: '1', needed: '3', reversibleMinutes: 80 },
    });
  given(world(), issued(200), spent('2'))
    .when(reverse({ minutes: 80 }), COORDINATOR)
    .then(t, 'leaves exactly those reversible', [taken(80, '1', 0)]);
  given(world(), issued(200), spent('2'))
    .when(reverse({ minutes: 81 }), COORDINATOR)
    .then(t, 'and not one more', {
      refused: 'insufficient_credits',
      facts: { available: '1', needed: '2', reversibleMinutes: 80 },
    });
  given(world(), issued(180), spent('2'))
    .when(reverse({ writeOff: true }), ADMIN)
    .then(t, 'may be written off by an admin', [taken(180, '1', 0, '2')]);
  given(world(), issued(180), spent('3'))
    .when(reverse({ writeOff: true }), ADMIN)
    .then(t, 'may be all of it', [taken(180, undefined, 0, '3')]);
  given(world(), issued(180))
    .when(reverse({ writeOff: true }), ADMIN)
    .then(t, 'is written off only where it is missing', [taken(180, '3', 0)]);
  given(world(), issued(180), spent('2'))
    .when(reverse({ writeOff: true }), COORDINATOR)
    .then(t, 'is not written off by a coordinator', { refused: 'insufficient_credits' });
  const writtenOff = did(reverse({ writeOff: true }), ADMIN, AT);
  given(world(), issued(180), spent('2'), writtenOff)
    .when(hours({ asha: 60 }, { activity: 'digging' }), COORDINATOR)
    .then(t, 'once written off, does not weigh on later hours', [
      {
        type: 'CreditsIssued',
        data: {
          ...{ memberId: memberId('asha'), give: 'wallet', minutes: 60, activity: 'digging' },
          ...{ debit: allocation('garden', 'health'), credit: wallet('asha') },
          ...{ credits: '1', carriedMinutes: 0 },
        },
      },
    ]);
});

t.test('hours that went elsewhere', async (t) => {
  const list = (give: 'pot' | 'none'): Ask =>
    hours({}, { entries: [{ member: member('asha'), minutes: 90, give }] });
  const withdrawn = (give: string, minutes: number) => ({
    ...{ memberId: memberId('asha'), give, minutes, activity: 'weeding' },
    occurredOn: '2026-06-09',
  });
  const cited = { reverses: transactionAt(NEXT), reason: 'mistake' };
  given(world(), did(list('pot'), COORDINATOR, AT))
    .when(reverse(), COORDINATOR)
    .then(t, 'come back from the pot', [
      {
        type: 'TransactionReversed',
        data: {
          ...cited,
          ...{ debit: pot('garden'), credit: allocation('garden', 'health'), credits: '1' },
          issue: { ...withdrawn('pot', 90), fund: 'health', carriedMinutes: 0 },
        },
      },
    ]);
  const entries = [{ from: pot('garden'), to: wallet('carol'), credits: '0.5' }];
  const thanks = did({ type: 'TransferCredits', entries, reason: 'thanks' }, COORDINATOR, AT);
  given(world(), did(list('pot'), COORDINATOR, AT), thanks)
    .when(reverse(), COORDINATOR)
    .then(t, 'do not come back from an emptied pot', { refused: 'insufficient_credits' });
  given(world(), did(list('none'), COORDINATOR, AT))
    .when(reverse({ minutes: 30 }), COORDINATOR)
    .then(t, 'without a credit are withdrawn without one', [
      { type: 'TransactionReversed', data: { ...cited, issue: withdrawn('none', 30) } },
    ]);
});
