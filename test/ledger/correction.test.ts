import t from 'tap';
import type { IssueCredits } from '../../schemas/commands.ts';
import { bookOf, decided, did, given, record, transactionAt, type Past } from '../support/given.ts';
import {
  ADMIN,
  allocation,
  AT,
  COORDINATOR,
  hour,
  hours,
  memberId,
  NEXT,
  organisationId,
  OTHER_COORDINATOR,
  PARTNER,
  sale,
  wallet,
  world,
} from '../support/past.ts';

const FIRST = transactionAt(NEXT);
const issued = (minutes: Record<string, number>, more: Partial<IssueCredits> = {}) =>
  did(hours(minutes, more), COORDINATOR, AT);
const corrected = (minutes: Record<string, number>, more: Partial<IssueCredits> = {}) =>
  hours(minutes, { corrects: [FIRST], ...more });
const takenBack = (
  name: string,
  minutes: number,
  credits: string | undefined,
  carriedMinutes: number,
  reverses = FIRST,
) => ({
  type: 'TransactionReversed' as const,
  data: {
    ...{ reverses, reason: 'mistake' },
    ...(credits && { debit: wallet(name), credit: allocation('garden', 'health'), credits }),
    issue: {
      ...{ memberId: memberId(name), give: 'wallet', minutes, activity: 'weeding' },
      ...{ fund: 'health', occurredOn: '2026-06-09', carriedMinutes },
    },
  },
});

t.test('a correction', async (t) => {
  given(world(), issued({ asha: 150 }))
    .when(corrected({ asha: 90 }), COORDINATOR)
    .then(t, 'is reversal and new issue in one append', [
      takenBack('asha', 150, '2', 0),
      hour('asha', 90, '1', 30, { corrects: [FIRST] }),
    ]);
  given(world(), issued({ asha: 150 }))
    .when(corrected({ asha: 150 }), COORDINATOR)
    .then(t, 'to the same is no duplicate', [
      takenBack('asha', 150, '2', 0),
      hour('asha', 150, '2', 30, { corrects: [FIRST] }),
    ]);
  given(world(), issued({ asha: 60 }))
    .when(corrected({ carol: 60 }), COORDINATOR)
    .then(t, 'may be of the member', [
      takenBack('asha', 60, '1', 0),
      hour('carol', 60, '1', 0, { corrects: [FIRST] }),
    ]);
  given(world(), issued({ asha: 60, carol: 60 }))
    .when(corrected({ asha: 30 }), COORDINATOR)
    .then(t, 'leaves the other lines of the list', [
      takenBack('asha', 60, '1', 0),
      hour('asha', 30, '0', 30, { corrects: [FIRST] }),
    ]);
  given(world(), issued({ asha: 60 }))
    .when(corrected({ asha: 0 }), COORDINATOR)
    .then(t, 'issues something: that nobody came is a reversal', { refused: 'nothing_to_issue' });
  given(world({ memberDayMinutes: 100 }), issued({ asha: 90 }))
    .when(corrected({ asha: 100 }), COORDINATOR)
    .then(t, 'gives the day’s cap back first', [
      takenBack('asha', 90, '1', 0),
      hour('asha', 100, '1', 40, { corrects: [FIRST] }),
    ]);
  const second = transactionAt(NEXT + 1);
  given(world(), issued({ asha: 60 }), issued({ asha: 45 }))
    .when(corrected({ asha: 120 }, { corrects: [FIRST, second, FIRST] }), COORDINATOR)
    .then(t, 'may be of several issues, each once', [
      takenBack('asha', 60, '1', 45),
      takenBack('asha', 45, undefined, 0, second),
      hour('asha', 120, '2', 0, { corrects: [FIRST, second, FIRST] }),
    ]);
});

t.test('a correction after the wallet spent a part', async (t) => {
  const history: Past[] = [...world(), issued({ asha: 120 }), did(sale('asha', '1'), PARTNER, AT)];
  given(history)
    .when(corrected({ asha: 60 }), COORDINATOR)
    .then(t, 'leaves what was spent covered at every event', [
      hour('asha', 60, '1', 0, { corrects: [FIRST] }),
      takenBack('asha', 120, '2', 0),
    ]);
  given(history)
    .when(corrected({ asha: 59 }), COORDINATOR)
    .then(t, 'is refused where it would not be', { refused: 'insufficient_credits' });
  const used = did(
    {
      type: 'ReturnAllocation',
      organisationId: organisationId('garden'),
      fund: 'health',
      credits: '98',
    },
    ADMIN,
    AT,
  );
  given(history, used)
    .when(corrected({ asha: 60 }), COORDINATOR)
    .then(t, 'waits for the fund where both are empty, since neither order is covered', {
      refused: 'insufficient_credits',
    });
});

t.test('a corrected ledger', async (t) => {
  const book = bookOf([...world(), issued({ asha: 150 }), issued({ carol: 30 })]);
  const done = decided(book, corrected({ asha: 90 }), COORDINATOR, {});
  if (done.outcome !== 'accepted') throw new Error('the correction was not accepted');
  record(book, done.events);
  t.equal(book.ledger.balances.get(wallet('asha')), 100, 'has the balance of the right hours');
  t.same(
    book.ledger.given.get(wallet('asha')),
    { minutes: 90, credits: 100 },
    'and their minutes carried',
  );
});

t.test('what may be corrected', async (t) => {
  given(world(), issued({ asha: 60 }), did(reversed(), COORDINATOR, AT))
    .when(corrected({ asha: 30 }), COORDINATOR)
    .then(t, 'stands still', { refused: 'already_reversed' });
  given(world(), issued({ asha: 90 }), did({ ...reversed(), minutes: 30 }, COORDINATOR, AT))
    .when(corrected({ asha: 30 }), COORDINATOR)
    .then(t, 'is what is left of it', [
      takenBack('asha', 60, '1', 0),
      hour('asha', 30, '0', 30, { corrects: [FIRST] }),
    ]);
  given(world(), issued({ asha: 60 }))
    .when(corrected({ asha: 30 }), OTHER_COORDINATOR)
    .then(t, 'is the group’s own', { refused: 'organisation_not_found' });
  const kitchen = { ...corrected({ carol: 30 }), organisationId: organisationId('kitchen') };
  given(world(), issued({ asha: 60 }))
    .when(kitchen, OTHER_COORDINATOR)
    .then(t, 'is not another group’s', { refused: 'transaction_not_found' });
  given(world(), issued({ asha: 60 }))
    .when(kitchen, ADMIN)
    .then(t, 'is not another group’s for an admin either', { refused: 'transaction_not_found' });
  given(world(), issued({ asha: 60 }), did(sale('asha', '1'), PARTNER, AT))
    .when(corrected({ asha: 30 }, { corrects: [transactionAt(NEXT + 1)] }), ADMIN)
    .then(t, 'is an issue', { refused: 'not_reversible' });
});

function reversed() {
  return { type: 'ReverseTransaction', transactionId: FIRST, reason: 'mistake' } as const;
}
