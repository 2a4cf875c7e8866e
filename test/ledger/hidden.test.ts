import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import { given } from '../support/given.ts';
import { allocation, brought, COORDINATOR, memberId, pot, wallet, world } from '../support/past.ts';

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
