import type { Hundredths } from '../../schemas/amounts.ts';
import { credits } from '../../schemas/amounts.ts';
import { accountOf } from '../../schemas/ids.ts';
import { forEach } from './client.ts';
import type { Choices } from './random.ts';
import type { Stage } from './stage.ts';
import { free, walletOf, type Group, type Member } from './world.ts';

const CREDIT = 100;
const THANKS_FROM = 8 * CREDIT;

/** Once in four weeks: gifts between neighbours, donations to the pot, and thanks out of it. */
export async function playGiving(stage: Stage): Promise<void> {
  await forEach(stage.world.groups, async (group) => {
    const choices = stage.choices(4, group.index);
    const giver = someoneWith(2 * CREDIT, group, choices);
    const other = choices.pick(group.members);
    if (giver !== undefined && other !== giver) {
      await move(stage, group, walletOf(giver), walletOf(other), 'gift');
      giver.balance -= CREDIT;
      other.balance += CREDIT;
    }
    const donor = someoneWith(3 * CREDIT, group, choices);
    if (donor !== undefined) await donate(stage, group, [donor], CREDIT, 'donation');
    if (group.pot < THANKS_FROM) return;
    const thanked = choices.pick(group.members);
    await move(stage, group, accountOf.pot(group.organisationId), walletOf(thanked), 'thanks');
    thanked.balance += CREDIT;
    group.pot -= CREDIT;
  });
}

/** Several members put credits into the pot of their group, in one append. */
export async function donate(
  stage: Stage,
  group: Group,
  members: readonly Member[],
  amount: Hundredths,
  reason: 'donation' | 'trip',
): Promise<void> {
  const to = accountOf.pot(group.organisationId);
  const entries = members.map((member) => ({
    from: walletOf(member),
    to,
    credits: credits(amount),
  }));
  await group.coordinator.post('/v1/transfers', { entries, reason, agreed: 'signed_form' });
  for (const member of members) member.balance -= amount;
  group.pot += amount * members.length;
  stage.tally.given += amount * members.length;
}

async function move(
  { tally }: Stage,
  group: Group,
  from: string,
  to: string,
  reason: 'gift' | 'thanks',
): Promise<void> {
  const agreed = reason === 'gift' ? { agreed: 'in_person' } : {};
  const body = { entries: [{ from, to, credits: '1' }], reason, ...agreed };
  await group.coordinator.post('/v1/transfers', body);
  if (reason === 'gift') tally.given += CREDIT;
  else tally.thanks += CREDIT;
}

function someoneWith(amount: number, { members }: Group, choices: Choices): Member | undefined {
  const able = members.filter((member) => free(member) >= amount);
  return able.length === 0 ? undefined : choices.pick(able);
}
