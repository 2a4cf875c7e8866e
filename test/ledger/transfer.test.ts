import t from 'tap';
import type { TransferCredits } from '../../schemas/commands.ts';
import type { Account } from '../../schemas/ids.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import { given } from '../support/given.ts';
import {
  ADMIN,
  allocation,
  brought,
  COORDINATOR,
  organisationId,
  OTHER_COORDINATOR,
  PARTNER,
  pot,
  till,
  wallet,
  world,
} from '../support/past.ts';

type Reason = TransferCredits['reason'];
const REASONS: readonly Reason[] = ['gift', 'donation', 'thanks', 'trip', 'bequest'];
const CREDITED = [
  ...world(),
  ...[
    wallet('asha'),
    wallet('carol'),
    wallet('ben'),
    pot('garden'),
    pot('kitchen'),
    till('pool'),
  ].map((account) => brought(account, '10')),
];

const transfer = (
  from: Account,
  to: Account,
  reason: Reason,
  agreed: TransferCredits['agreed'] = from.startsWith('wallet') ? 'in_person' : undefined,
): TransferCredits => ({
  type: 'TransferCredits',
  entries: [{ from, to, credits: '2.5' }],
  reason,
  agreed,
});
const moved = (debit: Account, credit: Account, reason: Reason, agreed?: string) => ({
  type: 'CreditsTransferred' as const,
  data: { debit, credit, credits: '2.5', reason, agreed },
});

t.test('a transfer', async (t) => {
  const ways: readonly (readonly [Account, Account, readonly Reason[]])[] = [
    [wallet('asha'), wallet('carol'), ['gift', 'thanks', 'bequest']],
    [wallet('asha'), pot('garden'), ['donation', 'trip', 'bequest']],
    [pot('garden'), wallet('carol'), ['thanks', 'trip', 'gift']],
    [allocation('garden', 'health'), pot('garden'), ['thanks', 'trip', 'donation']],
    [pot('garden'), pot('kitchen'), []],
    [wallet('asha'), till('pool'), []],
    [wallet('asha'), allocation('garden', 'health'), []],
    [wallet('asha'), wallet('asha'), []],
    [wallet('asha'), 'programme', []],
    [till('pool'), wallet('asha'), []],
    ['programme', wallet('asha'), []],
    [allocation('garden', 'health'), wallet('asha'), []],
    [allocation('garden', 'health'), pot('kitchen'), []],
  ];
  for (const [from, to, reasons] of ways) {
    for (const reason of REASONS) {
      const ask = transfer(from, to, reason);
      const allowed = reasons.includes(reason);
      const [what, other] = [from.split(':')[0]!, to.split(':')[0]!];
      given(CREDITED)
        .when(ask, ADMIN)
        .then(
          t,
          `from ${what} to ${other} for ${reason} is ${allowed ? 'made' : 'refused'}`,
          allowed ? [moved(from, to, reason, ask.agreed)] : { refused: 'transfer_not_allowed' },
        );
    }
  }
  given(CREDITED)
    .when(transfer(wallet('asha'), wallet('carol'), 'gift', 'card'), COORDINATOR)
    .then(t, 'is recorded for the coordinator’s group', [
      {
        ...moved(wallet('asha'), wallet('carol'), 'gift', 'card'),
        by: { access: COORDINATOR, organisation: organisationId('garden') },
      },
    ]);
  given(CREDITED)
    .when(transfer(wallet('asha'), wallet('carol'), 'gift'), PARTNER)
    .then(t, 'is not for partners', { refused: 'forbidden' });
});

t.test('whose accounts', async (t) => {
  const [asha, ben, carol] = [wallet('asha'), wallet('ben'), wallet('carol')];
  const refusals: readonly (readonly [string, TransferCredits, RefusalCode])[] = [
    ['a wallet of another group’s member', transfer(carol, asha, 'gift'), 'account_not_found'],
    ['the pot of another group', transfer(pot('kitchen'), asha, 'gift'), 'account_not_found'],
    [
      'an allocation of another group',
      transfer(allocation('kitchen', 'lottery'), pot('garden'), 'trip'),
      'account_not_found',
    ],
    ['a wallet of nobody', transfer(wallet('nobody'), asha, 'gift'), 'account_not_found'],
    ['and to a wallet of nobody', transfer(asha, wallet('nobody'), 'gift'), 'account_not_found'],
    [
      'a fund that is not there',
      transfer(allocation('garden', 'no'), pot('garden'), 'trip'),
      'account_not_found',
    ],
    ['a till', transfer(till('pool'), asha, 'gift'), 'account_not_found'],
    ['another network', transfer('clearing:kent', asha, 'gift'), 'account_not_found'],
    ['and to another group’s pot', transfer(asha, pot('kitchen'), 'donation'), 'account_not_found'],
    ['and to the coordinator’s own wallet', transfer(asha, ben, 'gift'), 'own_wallet'],
  ];
  for (const [what, ask, refused] of refusals) {
    given(CREDITED)
      .when(ask, COORDINATOR)
      .then(t, `a coordinator does not transfer from ${what}`, { refused });
  }
  given(CREDITED)
    .when(transfer(ben, asha, 'gift'), COORDINATOR)
    .then(t, 'may give from their own wallet', [moved(ben, asha, 'gift', 'in_person')]);
  given(CREDITED)
    .when(transfer(carol, asha, 'gift'), OTHER_COORDINATOR)
    .then(t, 'may give to any member', [moved(carol, asha, 'gift', 'in_person')]);
});

t.test('agreement', async (t) => {
  const [asha, ben, garden] = [wallet('asha'), wallet('ben'), pot('garden')];
  const silent: TransferCredits = {
    type: 'TransferCredits',
    entries: [{ from: asha, to: wallet('carol'), credits: '1' }],
    reason: 'gift',
  };
  given(CREDITED)
    .when(silent, COORDINATOR)
    .then(t, 'is needed for a wallet', { refused: 'agreement_missing' });
  given(CREDITED)
    .when(transfer(garden, asha, 'thanks'), COORDINATOR)
    .then(t, 'is not needed for a pot', [moved(garden, asha, 'thanks')]);
  given(CREDITED)
    .when(
      {
        ...silent,
        reason: 'bequest',
        agreed: 'signed_form',
        entries: [
          { from: asha, to: garden, credits: '2.5' },
          { from: ben, to: garden, credits: '2.5' },
        ],
      },
      COORDINATOR,
    )
    .then(t, 'is kept with each wallet', [
      moved(asha, garden, 'bequest', 'signed_form'),
      moved(ben, garden, 'bequest', 'signed_form'),
    ]);
});

t.test('several entries', async (t) => {
  const [asha, carol, garden] = [wallet('asha'), wallet('carol'), pot('garden')];
  const several = (...entries: TransferCredits['entries']): TransferCredits => ({
    type: 'TransferCredits',
    entries,
    reason: 'gift',
    agreed: 'card',
  });
  given(CREDITED)
    .when(
      several(
        { from: asha, to: wallet('nobody'), credits: '1' },
        { from: asha, to: carol, credits: '1' },
        { from: carol, to: asha, credits: '1' },
        { from: garden, to: till('pool'), credits: '1' },
        { from: asha, to: wallet('ben'), credits: '1' },
      ),
      COORDINATOR,
    )
    .then(t, 'are all or nothing, and each fault is named', {
      refused: 'entries_refused',
      errors: [
        { pointer: '#/entries/0/to', code: 'account_not_found' },
        { pointer: '#/entries/2/from', code: 'account_not_found' },
        { pointer: '#/entries/3/to', code: 'transfer_not_allowed' },
        { pointer: '#/entries/4/to', code: 'own_wallet' },
      ],
    });
  given(CREDITED)
    .when(
      several({ from: asha, to: carol, credits: '6' }, { from: asha, to: carol, credits: '4.01' }),
      COORDINATOR,
    )
    .then(t, 'are covered one after another', {
      refused: 'insufficient_credits',
      facts: { available: '4', needed: '4.01' },
      errors: [{ pointer: '#/entries/1/credits', code: 'insufficient_credits' }],
    });
  given(CREDITED)
    .when(
      several(
        { from: asha, to: carol, credits: '11' },
        { from: asha, to: carol, credits: '6' },
        { from: asha, to: carol, credits: '4.01' },
      ),
      COORDINATOR,
    )
    .then(t, 'say each that is not covered', {
      refused: 'insufficient_credits',
      facts: { available: '10', needed: '11' },
      errors: [0, 2].map((index) => ({
        pointer: `#/entries/${index}/credits`,
        code: 'insufficient_credits',
      })),
    });
  given(CREDITED)
    .when(
      several({ from: asha, to: carol, credits: '10' }, { from: carol, to: asha, credits: '20' }),
      ADMIN,
    )
    .then(t, 'may hand on what came before', [
      { type: 'CreditsTransferred', data: gift(asha, carol, '10') },
      { type: 'CreditsTransferred', data: gift(carol, asha, '20') },
    ]);
});

function gift(debit: Account, credit: Account, credits: string) {
  return { debit, credit, credits, reason: 'gift', agreed: 'card' };
}
