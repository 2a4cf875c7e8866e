import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { Fact } from '../../src/ledger/context.ts';
import { given } from '../support/given.ts';
import {
  allocation,
  brought,
  COORDINATOR,
  enrolled,
  memberId,
  pot,
  till,
  wallet,
  world,
} from '../support/past.ts';

/* Of another group nobody learns which accounts it has. */

t.test('an account of another group, and one that is not there', async (t) => {
  const past = [...world(), brought(wallet('asha'), '5')];
  const gift = (to: string): Ask => ({
    ...{ type: 'TransferCredits', reason: 'gift', agreed: 'card' },
    entries: [{ from: wallet('asha'), to, credits: '1' }],
  });
  const close = (restTo: string): Ask => ({
    ...{ type: 'CloseMember', memberId: memberId('asha') },
    restTo,
  });
  for (const to of [pot('kitchen'), allocation('kitchen', 'lottery'), allocation('kitchen', 'x')]) {
    for (const ask of [gift(to), close(to)]) {
      given(past)
        .when(ask, COORDINATOR)
        .then(t, `${ask.type} to ${to}`, { refused: 'account_not_found' });
    }
  }
});

t.test('a till, a mirror account or a wallet, whoever has it', async (t) => {
  const past = [...world(), enrolled('twin', 'kitchen'), enrolled('stranger', 'kitchen')];
  const merged: Fact = {
    type: 'MembersMerged',
    data: { from: memberId('twin'), into: memberId('stranger') },
  };
  const registered: Fact = {
    type: 'NetworkRegistered',
    data: { network: 'swale', name: 'Swale', theyOweAtMost: '1', weOweAtMost: '1' },
  };
  const ways = [
    (account: string): Ask => ({
      ...{ type: 'TransferCredits', reason: 'gift', agreed: 'card' },
      entries: [{ from: wallet('asha'), to: account, credits: '1' }],
    }),
    (account: string): Ask => ({
      ...{ type: 'TransferCredits', reason: 'gift', agreed: 'card' },
      entries: [{ from: account, to: wallet('asha'), credits: '1' }],
    }),
  ];
  const pairs: [string, string][] = [
    [till('pool'), till('nowhere')],
    ['clearing:swale', 'clearing:nowhere'],
  ];
  const said = (ask: Ask, account: string) => {
    const { decision } = given([...past, brought(wallet('asha'), '5'), merged, registered]).when(
      ask,
      COORDINATOR,
    );
    return JSON.stringify(decision).replaceAll(account, 'the account');
  };
  for (const [theirs, nobodys] of pairs) {
    for (const [index, way] of ways.entries()) {
      const answer = said(way(nobodys), nobodys);
      t.match(answer, /refused/, `${nobodys} is refused, way ${index}`);
      t.equal(said(way(theirs), theirs), answer, `${theirs} is answered alike, way ${index}`);
    }
  }
  const takes = ways[1]!;
  t.equal(
    said(takes(wallet('twin')), wallet('twin')),
    said(takes(wallet('nobody')), wallet('nobody')),
    'and of another group’s member nobody learns whom it was merged into',
  );
});
