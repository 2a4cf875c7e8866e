import t from 'tap';
import type { ReverseTransaction } from '../../schemas/commands.ts';
import type { TransactionId } from '../../schemas/ids.ts';
import { did, given, transactionAt, type Past } from '../support/given.ts';
import {
  accessId,
  ADMIN,
  AT,
  AUDITOR,
  brought,
  COORDINATOR,
  granted,
  hours,
  member,
  NEXT,
  OTHER_COORDINATOR,
  OTHER_PARTNER,
  PARTNER,
  refunded,
  sale,
  wallet,
  world,
} from '../support/past.ts';

const CREDITED = [...world(), brought(wallet('asha'), '10')];
const SALE = NEXT + 1;
const sold = did(sale('asha', '4'), PARTNER, AT);
const reverse = (more: Partial<ReverseTransaction> = {}): ReverseTransaction => ({
  type: 'ReverseTransaction',
  transactionId: transactionAt(SALE),
  reason: 'goodwill',
  ...more,
});
const givenBack = (credits: string) => refunded('asha', credits, SALE);

t.test('the refund of a redemption', async (t) => {
  given(CREDITED, sold)
    .when(reverse(), PARTNER)
    .then(t, 'is of all of it', [givenBack('4')]);
  given(CREDITED, sold)
    .when(reverse({ credits: '1.25' }), PARTNER)
    .then(t, 'or of a part', [givenBack('1.25')]);
  const part = did(reverse({ credits: '1.25' }), PARTNER, AT);
  given(CREDITED, sold, part)
    .when(reverse(), PARTNER)
    .then(t, 'or of what is left', [givenBack('2.75')]);
  given(CREDITED, sold, part)
    .when(reverse({ credits: '2.76' }), PARTNER)
    .then(t, 'never of more', { refused: 'more_than_remains' });
  given(CREDITED, sold, did(reverse(), PARTNER, AT))
    .when(reverse(), PARTNER)
    .then(t, 'never twice', { refused: 'already_reversed' });
  given(CREDITED, sold, part, did(reverse({ credits: '2.75' }), ADMIN, AT))
    .when(reverse({ credits: '0.01' }), PARTNER)
    .then(t, 'never past the last part', { refused: 'already_reversed' });
  given(CREDITED, sold)
    .when(reverse({ minutes: 60 }), PARTNER)
    .then(t, 'is counted in credits', { refused: 'reversal_unit' });
  given(CREDITED, sold)
    .when(reverse(), ADMIN)
    .then(t, 'is for admins too', [givenBack('4')]);
  given(CREDITED, sold, granted('second till', 'partner', { organisation: 'leisure' }))
    .when(reverse(), accessId('second till'))
    .then(t, 'is for every access of the partner', [givenBack('4')]);
  for (const access of [OTHER_PARTNER, COORDINATOR, OTHER_COORDINATOR]) {
    given(CREDITED, sold)
      .when(reverse(), access)
      .then(t, 'is for no other organisation', { refused: 'transaction_not_found' });
  }
  given(CREDITED, sold)
    .when(reverse(), AUDITOR)
    .then(t, 'is not for auditors', { refused: 'forbidden' });
});

t.test('what is reversed', async (t) => {
  const unknown: readonly (readonly [string, TransactionId])[] = [
    ['is in the stream', transactionAt(9999)],
    ['has its own random characters', transactionAt(SALE, 0)],
    ['moved something', transactionAt(0)],
  ];
  for (const [what, transactionId] of unknown) {
    given(CREDITED, sold)
      .when(reverse({ transactionId }), ADMIN)
      .then(t, what, { refused: 'transaction_not_found' });
  }
  given(CREDITED)
    .when(reverse({ transactionId: transactionAt(NEXT) }), ADMIN)
    .then(t, 'is no opening balance', { refused: 'not_reversible' });
  given(CREDITED)
    .when(reverse({ transactionId: transactionAt(NEXT - 1) }), ADMIN)
    .then(t, 'is no allocation', { refused: 'not_reversible' });
  given(CREDITED, sold, did(reverse(), PARTNER, AT))
    .when(reverse({ transactionId: transactionAt(SALE + 1) }), PARTNER)
    .then(t, 'is no reversal', { refused: 'not_reversible' });
});

t.test('the reversal of a transfer', async (t) => {
  const entries = [{ from: wallet('asha'), to: wallet('carol'), credits: '3' }];
  const gift = did(
    { type: 'TransferCredits', entries, reason: 'gift', agreed: 'card' },
    COORDINATOR,
    AT,
  );
  const back = (credits: string) => refunded('asha', credits, SALE, { debit: wallet('carol') });
  given(CREDITED, gift)
    .when(reverse(), COORDINATOR)
    .then(t, 'goes back', [back('3')]);
  const spent = did(sale('carol', '1'), PARTNER, AT);
  given(CREDITED, gift, spent)
    .when(reverse(), COORDINATOR)
    .then(t, 'is refused where it was spent, and says nothing of a wallet of others', {
      refused: 'too_few_credits',
      facts: { needed: '3' },
    });
  given(CREDITED, gift, spent)
    .when(reverse({ credits: '2' }), COORDINATOR)
    .then(t, 'may be of what was not', [back('2')]);
  given(CREDITED, gift)
    .when(reverse(), OTHER_COORDINATOR)
    .then(t, 'is not for the other side’s group', { refused: 'transaction_not_found' });
});

t.test('the cap of a day', async (t) => {
  const line = (minutes: number, day: string) =>
    hours({ asha: minutes }, { occurredOn: day, activity: 'digging' });
  const history: Past[] = [
    ...world(),
    did(line(600, '2026-06-08'), COORDINATOR, AT),
    did(line(600, '2026-06-09'), COORDINATOR, AT),
    did(reverse({ transactionId: transactionAt(NEXT), minutes: 120 }), COORDINATOR, AT),
  ];
  const again = (minutes: number, day: string) =>
    given(history).when(
      hours({}, { occurredOn: day, entries: [{ member: member('asha'), minutes }] }),
      COORDINATOR,
    ).decision.outcome;
  t.equal(again(120, '2026-06-08'), 'accepted', 'is given back on the original’s day');
  t.equal(again(121, '2026-06-08'), 'refused', 'no more than was reversed');
  t.equal(again(1, '2026-06-09'), 'refused', 'and on no other day');
  t.equal(again(600, '2026-06-10'), 'accepted', 'nor on the day of the reversal');
});
