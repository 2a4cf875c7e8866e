import t from 'tap';
import { Entries, type Entry } from '../../projections/entries.ts';
import { histories } from '../support/histories.ts';
import { accountsIn, sidesOf, sum } from './naive.ts';

const ALL = (await histories()).map((stream) => {
  const entries = new Entries();
  for (const one of stream) entries.apply(one);
  const sides = sidesOf(stream);
  return { stream, entries, sides, accounts: accountsIn(sides) };
});

t.test('the balance as at', async (t) => {
  for (const [index, { stream, entries, sides, accounts }] of ALL.entries()) {
    const everywhere = (holds: (account: string) => boolean) => accounts.every(holds);
    t.ok(
      stream.every(({ revision: at }) =>
        everywhere((account) => {
          const naive = sum(sides, account, ({ revision }) => revision <= at);
          return entries.balance(account, at) === naive;
        }),
      ),
      `${index}: every revision is a fold of the stream`,
    );
    const days = new Set(stream.map(({ event }) => event.occurredOn));
    t.ok(
      [...days, '1999-12-31', '2099-01-01'].every((day) =>
        everywhere((account) => {
          const naive = sum(sides, account, ({ occurredOn }) => occurredOn <= day);
          return entries.balanceOn(account, day) === naive;
        }),
      ),
      `${index}: every day of occurrence is a fold of the stream`,
    );
    t.ok(
      everywhere((account) => entries.balance(account) === sum(sides, account, () => true)),
      `${index}: now is a fold of the stream`,
    );
  }
  const [{ entries }] = ALL as [(typeof ALL)[0]];
  t.equal(entries.balance('wallet:nobody'), 0, 'anything is zero where nothing was');
  t.equal(entries.balance('programme', -1), 0, 'and before the first event');
});

t.test('the pages of an account', async (t) => {
  for (const [index, { entries, sides, accounts }] of ALL.entries()) {
    for (const size of [1, 2, 7]) {
      const paged = accounts.map((account) => pages(entries, account, size).flat());
      const whole = accounts.map((account) => [...entries.before(account)]);
      t.same(paged, whole, `${index}: in pages of ${size}, are together all its entries`);
    }
    const naive = accounts.map((account) =>
      sides
        .filter((side) => side.account === account)
        .map(({ revision, amount, occurredOn }) => ({ revision, amount, occurredOn }))
        .toReversed(),
    );
    const kept = accounts.map((account) =>
      [...entries.before(account)].map(({ balance: _, ...rest }) => rest),
    );
    t.same(kept, naive, `${index}: are what the stream says, newest first`);
    t.ok(
      accounts.every((account) => closes([...entries.before(account)])),
      `${index}: open with the balance that the one before closed with`,
    );
  }
});

/** Pages as a reader asks for them: each before the last revision of the one before. */
function pages(entries: Entries, account: string, size: number): Entry[][] {
  const all: Entry[][] = [];
  for (;;) {
    const page = entries.before(account, all.at(-1)?.at(-1)?.revision).take(size).toArray();
    if (page.length > 0) all.push(page);
    if (page.length < size) return all;
  }
}

function closes(newestFirst: readonly Entry[]): boolean {
  return newestFirst.every(({ balance, amount }, index) => {
    const opening = newestFirst[index + 1]?.balance ?? 0;
    return opening + amount === balance;
  });
}
