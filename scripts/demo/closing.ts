import { credits, type Hundredths } from '../../schemas/amounts.ts';
import { table } from '../bench/table.ts';
import type { LedgerNow } from './check.ts';
import { total, type Figures, type GroupFigures } from './figures.ts';
import type { Played } from './play.ts';

/** The closing page: what a year came to, for people. */
export function closingPage(played: Played, { revision, sumOfBalances }: LedgerNow): string {
  const { plan, figures } = played;
  const pages = [
    `What ${plan.mondays.length} weeks came to, from ${plan.mondays[0]!} (everything made up)`,
    totals(played),
    byGroup(played),
    byPartner(played),
    spentWhere(played),
    [
      `  Of what was asked, the ledger rightly refused ${refusals(figures)}.`,
      `  The ledger stands at revision ${revision}; the sum of all balances is ${sumOfBalances}.`,
    ].join('\n'),
  ];
  return `\n${pages.join('\n\n')}\n`;
}

/** The whole network's figures; also what a test compares with the stream. */
export function totalsOf({ world, figures }: Played) {
  const { groups, partners } = figures;
  const members = world.groups.flatMap((group) => group.members);
  return {
    members: members.length,
    lists: total(groups, ({ lists }) => lists),
    absences: total(groups, ({ absences }) => absences),
    minutesGiven: total(groups, minutesLeft),
    issued: total(groups, ({ issued }) => issued),
    takenBack: total(groups, ({ takenBack }) => takenBack),
    redemptions: total(partners, ({ redemptions }) => redemptions),
    redeemed: total(partners, ({ redeemed }) => redeemed),
    refunds: total(partners, ({ refunds }) => refunds),
    refunded: total(partners, ({ refunded }) => refunded),
    inWallets: total(members, ({ balance }) => balance),
    inPots: total(groups, ({ pot }) => pot),
    inTills: total(partners, ({ tills }) => total(tills, (till) => till)),
  };
}

function minutesLeft({ minutes, minutesWithdrawn }: GroupFigures): number {
  return minutes - minutesWithdrawn;
}

function totals(played: Played): string {
  const { figures } = played;
  const sums = totalsOf(played);
  const rows = [
    ['members', String(sums.members), ''],
    ['hours given', hours(sums.minutesGiven), `${sums.lists} lists, ${sums.absences} absences`],
    ['credits issued', credits(sums.issued), `taken back ${credits(sums.takenBack)}`],
    ['lines corrected', String(figures.corrections), `and ${figures.withdrawals} withdrawn`],
    ['credits redeemed', credits(sums.redeemed), `in ${sums.redemptions} redemptions`],
    ['credits refunded', credits(sums.refunded), `in ${sums.refunds} refunds`],
    ['gifts to other members', String(figures.gifts), 'of 1 credit'],
    ['donations to pots', String(figures.donations), `and ${figures.thanks} thanks out of them`],
    ['in wallets now', credits(sums.inWallets), ''],
    ['in pots now', credits(sums.inPots), ''],
    ['in tills now', credits(sums.inTills), ''],
  ];
  return table(['the whole network', '', ''], rows);
}

function byGroup({ plan, world, figures }: Played): string {
  const rows = figures.groups.map((group, index) => [
    plan.groups[index]!.name,
    String(world.groups[index]!.members.length),
    String(group.lists),
    hours(minutesLeft(group)),
    credits(group.issued - group.takenBack),
    credits(total(group.spentAt, (amount) => amount)),
    credits(total(world.groups[index]!.members, ({ balance }) => balance)),
    credits(group.pot),
  ]);
  const headings = [
    'earn group',
    'members',
    'lists',
    'hours given',
    'credits issued',
    'spent',
    'in wallets',
    'in pot',
  ];
  return table(headings, rows);
}

function byPartner({ plan, figures }: Played): string {
  const rows = figures.partners.map((partner, index) => [
    `${index + 1}. ${plan.partners[index]!.name}`,
    String(plan.partners[index]!.venues.length),
    String(partner.redemptions),
    credits(partner.redeemed),
    String(partner.refunds),
    credits(total(partner.tills, (till) => till)),
  ]);
  const headings = ['spend partner', 'venues', 'redemptions', 'credits', 'refunds', 'in tills'];
  return table(headings, rows);
}

function spentWhere({ plan, figures }: Played): string {
  const rows = figures.groups.map(({ spentAt }, index) => [
    plan.groups[index]!.name,
    ...spentAt.map((amount) => credits(amount)),
  ]);
  const sums = figures.partners.map((_, partner) =>
    credits(total(figures.groups, ({ spentAt }): Hundredths => spentAt[partner]!)),
  );
  const headings = [
    'earned here, spent there',
    ...plan.partners.map((_, index) => `${index + 1}.`),
  ];
  return table(headings, [...rows, ['all', ...sums]]);
}

function refusals({ refused }: Figures): string {
  const { sheetsTwice, tooFewCredits, lostCards } = refused;
  return (
    `${sheetsTwice} lists that came twice,\n  ${tooFewCredits} redemptions for want of credits ` +
    `and ${lostCards} lost card`
  );
}

function hours(minutes: number): string {
  return (minutes / 60).toFixed(2).replace(/\.?0+$/, '');
}
