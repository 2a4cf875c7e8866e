import t from 'tap';
import { accountOf, type Account } from '../../schemas/ids.ts';
import { Recount } from '../../src/metrics/recount.ts';

/** Many wallets, and one account that has given all of them a credit. */
function manyAccounts(wallets: number) {
  const balances = new Map<Account, { revision: number; balance: number }[]>();
  const set = (account: Account, revision: number, balance: number) => {
    balances.set(account, [...(balances.get(account) ?? []), { revision, balance }]);
  };
  const wallet = (number: number) => accountOf.wallet(`mem_${String(number).padStart(16, '0')}`);
  for (let number = 0; number < wallets; number += 1) set(wallet(number), 0, 100);
  set('programme', 0, -100 * wallets);
  const entries = {
    revision: 0,
    accounts: () => balances.keys(),
    balance: (account: Account, atRevision = Infinity) =>
      balances.get(account)!.findLast(({ revision }) => revision <= atRevision)?.balance ?? 0,
  };
  const clock = { elapsed_ms: 0 };
  const recount = new Recount(entries, () => clock.elapsed_ms);
  return { entries, set, wallet, clock, recount };
}

t.test('the sum of all balances', async (t) => {
  const { entries, set, wallet, clock, recount } = manyAccounts(2_500);
  t.equal(await recount.sum(), 0, 'is zero');
  set(wallet(7), 1, 250);
  entries.revision = 1;
  clock.elapsed_ms = 59_999;
  t.equal(await recount.sum(), 0, 'and is told again for a minute');
  clock.elapsed_ms = 60_000;
  t.equal(await recount.sum(), 150, 'but is not zero where one side of something is missing');
});

t.test('the sum of all balances while something is written', async (t) => {
  const { entries, set, wallet, recount } = manyAccounts(2_500);
  const counting = recount.sum();
  // The first wallets are counted by now, the programme comes last.
  set(wallet(3), 1, 200);
  set('programme', 1, -250_100);
  set(wallet(9_999), 2, 100);
  set('programme', 2, -250_200);
  entries.revision = 2;
  t.equal(await counting, 0, 'is that of the revision at which it began');
});
