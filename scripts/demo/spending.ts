import { credits, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import { addDays, monthOf, type Day } from '../../schemas/time.ts';
import type { Choices } from './random.ts';
import { forEach } from './client.ts';
import type { Stage } from './stage.ts';
import { refusedWith } from './tally.ts';
import { free, named, OTHER_NETWORK, type Group, type Member, type Venue } from './world.ts';

type Receipt = { readonly transactionId: string; readonly balance: string };
type Booked = { readonly holdId: string };

const CREDIT = 100;
const MOST_CREDITS = 3;
const VISIT_PERCENT = 9;
const BOOKING_PERCENT = 6;
const REFUND_PERCENT = 2;
const TRIES_ANYWAY_PERCENT = 1;
const CANCELLED_PERCENT = 10;
const MISSED_PERCENT = 10;

/** Who goes out on a day. Groups go at once, the members of each one after another. */
export async function playVisits(stage: Stage): Promise<void> {
  await forEach(stage.world.groups, async (group) => {
    const choices = stage.choices(2, group.index);
    for (const member of group.members) {
      if (!member.goesOut || !choices.chance(VISIT_PERCENT)) continue;
      await goOut(stage, group, member, choices);
    }
  });
}

async function goOut(stage: Stage, group: Group, member: Member, choices: Choices): Promise<void> {
  const { venues } = stage.world;
  // Those that stand first are the favourites.
  const venue = venues[Math.min(choices.below(venues.length), choices.below(venues.length))]!;
  const price = priceAt(venue, member, choices);
  if (price === undefined) {
    const refused = venue.offer === undefined && member.balance < CREDIT;
    if (!refused || !choices.chance(TRIES_ANYWAY_PERCENT)) return;
    const sale = { venueId: venue.venueId, ...named(member), credits: '1' };
    await venue.till.refused('/v1/redemptions', sale, 'insufficient_credits');
    refusedWith(stage.tally, 'insufficient_credits');
    return;
  }
  if (choices.chance(BOOKING_PERCENT) && !venue.onPaper) {
    return book(stage, member, venue, price, choices);
  }
  const occurredAt = `${stage.today}T${10 + choices.below(9)}:15:00Z`;
  const sale = {
    ...{ venueId: venue.venueId, ...price.asked, party: price.party, occurredAt },
    reference: `${stage.today}/${group.index + 1}-${group.members.indexOf(member) + 1}`,
    terminal: venue.onPaper ? 'paper' : `till-${1 + choices.below(2)}`,
  };
  if (venue.onPaper) return onPaper(stage, group, member, venue, { ...price, sale });
  await sell(stage, group, member, venue, { ...price, sale });
  if (choices.chance(REFUND_PERCENT)) await refundLast(stage, group, 'not_provided');
}

type Price = {
  readonly amount: Hundredths;
  readonly asked: object;
  readonly party: { readonly adults: number; readonly under16s: number };
};

/** What a visit takes, if the member has as much. */
function priceAt(venue: Venue, member: Member, choices: Choices): Price | undefined {
  const most = free(member);
  const under16s = choices.below(3);
  const { offer } = venue;
  if (offer !== undefined) {
    const young = offer.adult + under16s * offer.under16 <= most ? under16s : 0;
    const amount = offer.adult + young * offer.under16;
    if (amount > most) return undefined;
    return { amount, asked: { offerId: offer.offerId }, party: { adults: 1, under16s: young } };
  }
  const whole = Math.min(MOST_CREDITS, Math.floor(most / CREDIT));
  if (whole < 1) return undefined;
  const amount = (1 + choices.below(whole)) * CREDIT;
  return { amount, asked: { credits: credits(amount) }, party: { adults: 1, under16s } };
}

type Sold = Price & { readonly sale: object };

/** A sale at a till, which the offer's caps may rightly refuse. */
async function sell(
  { tally, today, world }: Stage,
  group: Group,
  member: Member,
  venue: Venue,
  { amount, sale }: Sold,
): Promise<boolean> {
  const till = venue.till;
  const { status, body } = await till.try<Receipt>('/v1/redemptions', {
    ...sale,
    ...named(member),
  });
  if (status !== 201) {
    const expected = ['cap_reached', 'insufficient_credits', 'venue_closed'];
    if (!expected.includes(body.code ?? '')) throw new Error(JSON.stringify(body));
    refusedWith(tally, body.code!);
    return false;
  }
  member.balance = hundredths(body.balance);
  tally.redemptions += 1;
  tally.redeemed += amount;
  const month = monthOf(today);
  group.lastSale = { transactionId: body.transactionId, venue, member, amount, month };
  if (till === world.admin) tally.paperSales += 1;
  return true;
}

/** A venue without a computer keeps a sheet, typed in by the lead partner on the Monday after. */
function onPaper(stage: Stage, group: Group, member: Member, venue: Venue, sold: Sold): void {
  member.booked += sold.amount;
  const days = 7 - ((dayOfWeek(stage.today) + 7) % 7);
  stage.after(days, async () => {
    member.booked -= sold.amount;
    if (!group.members.includes(member)) return;
    await sell(stage, group, member, venue, sold);
  });
}

function dayOfWeek(day: Day): number {
  return (new Date(day).getUTCDay() + 6) % 7;
}

/** The last sale to anybody of a group is given back. */
export async function refundLast({ tally }: Stage, group: Group, reason: string): Promise<boolean> {
  const sale = group.lastSale;
  if (sale === undefined) return false;
  const path = `/v1/transactions/${sale.transactionId}/reversals`;
  await sale.venue.till.post(path, { reason });
  sale.member.balance += sale.amount;
  tally.refunded += sale.amount;
  group.lastSale = undefined;
  return true;
}

/** A visit some days ahead is booked; most come, some cancel, some are forgotten and expire. */
async function book(
  stage: Stage,
  member: Member,
  { till, venueId }: Venue,
  { amount, asked: what, party }: Price,
  choices: Choices,
): Promise<void> {
  const days = 1 + choices.below(6);
  const visitAt = `${addDays(stage.today, days)}T${11 + choices.below(6)}:00:00Z`;
  const body = { venueId, ...named(member), ...what, party, visitAt, reference: 'booking' };
  const { status, body: hold } = await till.try<Booked>('/v1/holds', body);
  if (status !== 201) {
    if (hold.code !== 'cap_reached') throw new Error(JSON.stringify(hold));
    return refusedWith(stage.tally, hold.code);
  }
  member.booked += amount;
  const fate = choices.below(100);
  const comes = fate >= CANCELLED_PERCENT + MISSED_PERCENT;
  stage.after(fate < CANCELLED_PERCENT || comes ? days : days + 1, async () => {
    member.booked -= amount;
    if (comes) await capture(stage, member, till, hold.holdId);
    else if (fate < CANCELLED_PERCENT) {
      await till.try(`/v1/holds/${hold.holdId}/cancellation`, {});
    } else {
      const path = `/v1/holds/${hold.holdId}/capture`;
      const { body: late } = await till.try(path, {});
      if (late.code === 'hold_expired') stage.tally.expired += 1;
      refusedWith(stage.tally, late.code!);
    }
  });
}

/** Takes what was booked, unless the venue or the member is gone by now. */
async function capture({ tally }: Stage, member: Member, till: Venue['till'], holdId: string) {
  const path = `/v1/holds/${holdId}/capture`;
  const { status, body } = await till.try<Receipt & { credits: string }>(path, {});
  if (status !== 201) return refusedWith(tally, body.code!);
  member.balance = hundredths(body.balance);
  tally.captured += hundredths(body.credits);
}

/** Once a month the lead partner types in who came from the other network, and who went there. */
export async function playAway(stage: Stage): Promise<void> {
  const { world, today, tally } = stage;
  const choices = stage.choices(3);
  const venue = choices.pick(world.venues);
  const occurredOn = addDays(today, -1);
  const here = { direction: 'here', venueId: venue.venueId, credits: '2', occurredOn };
  const group = choices.pick(world.groups);
  const able = group.members.filter((member) => member.goesOut && free(member) >= CREDIT);
  const visits: object[] = [{ ...here, reference: `cb/${today}/1` }];
  const member = able.length === 0 ? undefined : choices.pick(able);
  if (member !== undefined) {
    const away = { direction: 'away', ...named(member), credits: '1', occurredOn };
    visits.push({ ...away, reference: `cb/${today}/2` });
    member.balance -= CREDIT;
    tally.away += CREDIT;
  }
  await world.admin.post('/v1/visits', { network: OTHER_NETWORK, visits });
  tally.visitors += 2 * CREDIT;
}
