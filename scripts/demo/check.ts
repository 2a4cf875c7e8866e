import { credits, hundredths } from '../../schemas/amounts.ts';
import { accountOf } from '../../schemas/ids.ts';
import { addDays, type Day } from '../../schemas/time.ts';
import { forEach } from './client.ts';
import { total } from './figures.ts';
import type { Played } from './play.ts';
import { walletOf } from './world.ts';

export type LedgerNow = { readonly revision: number; readonly sumOfBalances: string };

type Fund = {
  readonly minutes: number;
  readonly credits: string;
  readonly minutesWithdrawn: number;
  readonly creditsTakenBack: string;
  readonly absences: number;
};

/**
 * Compares what was counted from the answers with what the service reports: the issuing of every
 * group, and the balance of every wallet, pot and till.
 * @returns a sentence for each difference, and the ledger as it stands
 */
export async function check(
  { world, figures }: Played,
  today: Day,
): Promise<{ readonly differences: readonly string[]; readonly ledger: LedgerNow }> {
  const { admin, groups, partners } = world;
  const differences: string[] = [];
  const compare = (what: string, counted: string | number, reported: string | number) => {
    if (counted === reported) return;
    differences.push(`${what}: ${counted} was played, but the service reports ${reported}.`);
  };
  const compareBalance = async (account: string, counted: number) => {
    const { balance } = await admin.get<{ balance: string }>(`/v1/accounts/${account}`);
    compare(account, credits(counted), balance);
  };
  const period = `from=${addDays(today, -1)}&to=${addDays(today, 1)}`;
  await forEach(groups, async ({ organisationId, members, plan }, index) => {
    const mine = figures.groups[index]!;
    const path = `/v1/organisations/${organisationId}/issuing?${period}`;
    const { funds } = await admin.get<{ funds: readonly Fund[] }>(path);
    const { name } = plan;
    compare(
      `${name}, minutes`,
      mine.minutes,
      total(funds, ({ minutes }) => minutes),
    );
    compare(
      `${name}, credits`,
      mine.issued,
      total(funds, (fund) => hundredths(fund.credits)),
    );
    const withdrawn = total(funds, ({ minutesWithdrawn }) => minutesWithdrawn);
    compare(`${name}, minutes withdrawn`, mine.minutesWithdrawn, withdrawn);
    const takenBack = total(funds, ({ creditsTakenBack }) => hundredths(creditsTakenBack));
    compare(`${name}, credits taken back`, mine.takenBack, takenBack);
    compare(
      `${name}, absences`,
      mine.absences,
      total(funds, ({ absences }) => absences),
    );
    for (const member of members) await compareBalance(walletOf(member), member.balance);
    await compareBalance(accountOf.pot(organisationId), mine.pot);
  });
  await forEach(partners, async ({ venues }, index) => {
    const { tills } = figures.partners[index]!;
    for (const [at, venue] of venues.entries()) {
      await compareBalance(accountOf.till(venue), tills[at]!);
    }
  });
  const ledger = await admin.get<LedgerNow>('/v1/ledger');
  compare('the sum of all balances', '0', ledger.sumOfBalances);
  return { differences, ledger };
}
