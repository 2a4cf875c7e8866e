import { credits, hundredths } from '../../schemas/amounts.ts';
import { accountOf } from '../../schemas/ids.ts';
import { addDays, type Day } from '../../schemas/time.ts';
import type { Figures, Turn } from './figures.ts';
import type { Choices } from './random.ts';
import {
  named,
  newCard,
  walletOf,
  type Group,
  type Member,
  type Partner,
  type World,
} from './world.ts';

const CREDIT = 100;
const VISIT_PERCENT = 30;
const MOST_CREDITS = 3;
/** A pot is saved up before any of it is given in thanks. */
const THANKS_FROM = 5 * CREDIT;
const REFUND_PERCENT = 2;
const TRIES_ANYWAY_PERCENT = 4;
const OPENS = 10;
const OPEN_HOURS = 9;

/** Whether a member goes out in a week, and what comes of it. */
export async function playVisit(
  { partners }: World,
  member: Member,
  monday: Day,
  reference: string,
  { choices, figures, mine }: Turn,
): Promise<void> {
  // The partners that stand first are the favourites.
  const number = Math.min(choices.below(partners.length), choices.below(partners.length));
  const partner = partners[number]!;
  const venue = choices.below(partner.venues.length);
  const day = addDays(monday, choices.below(7));
  const hour = OPENS + choices.below(OPEN_HOURS);
  const sale = {
    venueId: partner.venues[venue]!,
    ...named(member),
    occurredAt: `${day}T${hour}:15:00Z`,
    reference,
    terminal: `till-${1 + choices.below(2)}`,
    party: { adults: 1, under16s: choices.below(3) },
  };
  const whole = Math.min(MOST_CREDITS, Math.floor(member.balance / CREDIT));
  if (whole < 1) {
    if (!choices.chance(TRIES_ANYWAY_PERCENT)) return;
    await partner.till.refused(
      '/v1/redemptions',
      { ...sale, credits: '1' },
      'insufficient_credits',
    );
    figures.refused.tooFewCredits += 1;
    return;
  }
  if (!choices.chance(VISIT_PERCENT)) return;
  const amount = (1 + choices.below(whole)) * CREDIT;
  const answer = await partner.till.post<{ transactionId: string; balance: string }>(
    '/v1/redemptions',
    { ...sale, credits: credits(amount) },
  );
  const theirs = figures.partners[number]!;
  member.balance = hundredths(answer.balance);
  theirs.redemptions += 1;
  theirs.redeemed += amount;
  theirs.tills[venue]! += amount;
  mine.spentAt[number]! += amount;
  if (!choices.chance(REFUND_PERCENT)) return;
  const path = `/v1/transactions/${answer.transactionId}/reversals`;
  await partner.till.post(path, { reason: 'not_provided' });
  member.balance += amount;
  theirs.refunds += 1;
  theirs.refunded += amount;
  theirs.tills[venue]! -= amount;
  mine.spentAt[number]! -= amount;
}

/** A gift between neighbours, a donation to the group's pot, and thanks out of it. */
export async function playGiving(group: Group, { choices, figures, mine }: Turn): Promise<void> {
  const pot = accountOf.pot(group.organisationId);
  const giver = someoneWith(2 * CREDIT, group, choices);
  const other = choices.pick(group.members);
  if (giver !== undefined && other !== giver) {
    await move(group, walletOf(giver), walletOf(other), 'gift', 'in_person');
    giver.balance -= CREDIT;
    other.balance += CREDIT;
    figures.gifts += 1;
  }
  const donor = someoneWith(3 * CREDIT, group, choices);
  if (donor !== undefined) {
    await move(group, walletOf(donor), pot, 'donation', 'signed_form');
    donor.balance -= CREDIT;
    mine.pot += CREDIT;
    figures.donations += 1;
  }
  const thanked = choices.pick(group.members);
  if (mine.pot >= THANKS_FROM) {
    await move(group, pot, walletOf(thanked), 'thanks');
    thanked.balance += CREDIT;
    mine.pot -= CREDIT;
    figures.thanks += 1;
  }
}

/** A card is lost, found by somebody else and tried at a till; its owner gets a new one. */
export async function playLostCard(
  { coordinator, members }: Group,
  { till, venues }: Partner,
  figures: Figures,
): Promise<void> {
  const member = members.find(({ card }) => card !== undefined)!;
  const { cardId, card } = member.card!;
  await coordinator.post(`/v1/cards/${cardId}/revocation`, {});
  const sale = { venueId: venues[0], card, credits: '1', reference: 'lost-card' };
  await till.refused('/v1/redemptions', sale, 'card_revoked');
  figures.refused.lostCards += 1;
  member.card = await newCard(coordinator, member.memberId);
}

function move(group: Group, from: string, to: string, reason: string, agreed?: string) {
  const body = { entries: [{ from, to, credits: '1' }], reason, agreed };
  return group.coordinator.post('/v1/transfers', body);
}

function someoneWith(amount: number, { members }: Group, choices: Choices): Member | undefined {
  const able = members.filter(({ balance }) => balance >= amount);
  return able.length === 0 ? undefined : choices.pick(able);
}
