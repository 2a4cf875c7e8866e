import { credits, hundredths } from '../../schemas/amounts.ts';
import { accountOf } from '../../schemas/ids.ts';
import { addDays } from '../../schemas/time.ts';
import { forEach } from './client.ts';
import { donate } from './giving.ts';
import { MADE_UP } from './network.ts';
import type { Stage } from './stage.ts';
import { refusedWith } from './tally.ts';
import { enrol, free, named, newCard, walletOf, type Group, type Member } from './world.ts';

type Incident = readonly [progress: number, play: (stage: Stage, group: Group) => Promise<void>];

const CREDIT = 100;
const TRIP_DAYS = 6;
/** Of the coach, for those whose place the pot gives. */
const SEATS = 30;

/** What happens once or a few times, by how far the play has come. */
const INCIDENTS: readonly Incident[] = [
  [0.15, enrolledTwice],
  [0.25, lostCard],
  [0.35, savedForTrip],
  [0.4, merged],
  [0.5, trip],
  [0.55, enrolledTwice],
  [0.6, movedAway],
  [0.65, lostCard],
  [0.7, savedForTrip],
  [0.75, venueCloses],
  [0.8, trip],
  [0.85, merged],
  [0.9, died],
];

/** The twin of a member who was enrolled twice, until the two are merged. */
const twins = new WeakMap<Stage, { first: Member; second: Member; group: Group }>();

/** Plays what has its day today. */
export async function playIncidents(stage: Stage, before: number): Promise<void> {
  for (const [index, [at, play]] of INCIDENTS.entries()) {
    if (at <= before || at > stage.progress) continue;
    const { groups } = stage.world;
    await play(stage, groups[(index * 5) % groups.length]!);
  }
}

/** Somebody who has been a member for long is enrolled once more, and gives hours under both. */
async function enrolledTwice(stage: Stage, group: Group): Promise<void> {
  const first = group.members.find(({ card }) => card === undefined)!;
  const second = await enrol(
    group,
    `${first.name.replace(` ${MADE_UP}`, '')} ${MADE_UP}`,
    false,
    false,
  );
  stage.tally.members += 1;
  twins.set(stage, { first, second, group });
}

async function merged(stage: Stage): Promise<void> {
  const { first, second, group } = twins.get(stage)!;
  if (!group.members.includes(first)) return;
  const path = `/v1/members/${second.memberId}/merge`;
  const { balance } = await group.coordinator.post<{ balance: string }>(path, {
    into: first.memberId,
  });
  first.balance = hundredths(balance);
  leave(group, second);
  stage.tally.merged += 1;
}

/** A card is lost, found by somebody else and tried at a till; its owner gets a new one. */
async function lostCard({ world, tally }: Stage, { coordinator, members }: Group): Promise<void> {
  const member = members.find(({ card }) => card !== undefined)!;
  const { cardId, card } = member.card!;
  await coordinator.post(`/v1/cards/${cardId}/revocation`, {});
  const { till, venueId, offer } = world.venues[0]!;
  const price = offer === undefined ? { credits: '1' } : { offerId: offer.offerId };
  const party = { adults: 1, under16s: 0 };
  const sale = { venueId, card, ...price, party, reference: 'lost-card' };
  await till.refused('/v1/redemptions', sale, 'card_revoked');
  refusedWith(tally, 'card_revoked');
  member.card = await newCard(coordinator, member.memberId);
}

/** Whoever has credits to spare puts one into the pot for the next trip. */
async function savedForTrip(stage: Stage, group: Group): Promise<void> {
  for (const each of [group, nextOf(stage, group)]) {
    const able = each.members.filter((member) => free(member) >= 2 * CREDIT).slice(0, 12);
    if (able.length > 0) await donate(stage, each, able, CREDIT, 'trip');
  }
}

function nextOf({ world: { groups } }: Stage, group: Group): Group {
  return groups[(group.index + 1) % groups.length]!;
}

/**
 * A coach trip: the pot and three members are booked under one reference; on the day fewer come,
 * so that a part of the pot's booking is captured, and one member cancels.
 */
async function trip(stage: Stage): Promise<void> {
  const { world, today, tally } = stage;
  const group = world.groups.toSorted((one, other) => other.pot - one.pot)[0]!;
  const venue = world.venues.find(({ offer, onPaper }) => offer === undefined && !onPaper)!;
  const { venueId, till } = venue;
  const reference = `trip-${today}`;
  const visitAt = `${addDays(today, TRIP_DAYS)}T09:30:00Z`;
  const common = { venueId, visitAt, reference };
  type Booked = { holdId: string };
  const held = Math.min(SEATS, Math.floor(group.pot / CREDIT));
  const fromPot = await group.coordinator.post<Booked>('/v1/holds', {
    ...{ ...common, potOf: group.organisationId, credits: String(held) },
    party: { adults: held, under16s: 0 },
  });
  group.pot -= held * CREDIT;
  const going = group.members.filter((member) => free(member) >= CREDIT).slice(0, 3);
  const bookings: { member: Member; holdId: string }[] = [];
  for (const member of going) {
    const body = { ...common, ...named(member), credits: '1' };
    bookings.push({ member, ...(await till.post<Booked>('/v1/holds', body)) });
    member.booked += CREDIT;
  }
  stage.after(TRIP_DAYS, async () => {
    const taken = Math.max(1, held - 2);
    await till.post(`/v1/holds/${fromPot.holdId}/capture`, { credits: String(taken) });
    group.pot += (held - taken) * CREDIT;
    tally.captured += taken * CREDIT;
    for (const [index, { member, holdId }] of bookings.entries()) {
      member.booked -= CREDIT;
      const ending = index === 0 ? 'cancellation' : 'capture';
      await till.post(`/v1/holds/${holdId}/${ending}`, {});
      if (index === 0) continue;
      member.balance -= CREDIT;
      tally.captured += CREDIT;
    }
    tally.trips += 1;
  });
}

/** A member moves away and leaves what is left to the pot. */
function movedAway(stage: Stage, group: Group): Promise<void> {
  const member = leaver(stage, group);
  return close(stage, group, member, { agreed: 'signed_form' });
}

/** A member dies; the family asks that what is left goes to the group. */
function died(stage: Stage, group: Group): Promise<void> {
  return close(stage, group, leaver(stage, group), {});
}

function leaver(stage: Stage, { members }: Group): Member {
  const twin = twins.get(stage)?.first;
  const settled = members.filter((member) => member !== twin && member.booked === 0);
  return settled.toSorted((one, other) => other.balance - one.balance)[0]!;
}

async function close(
  stage: Stage,
  group: Group,
  member: Member,
  how: { readonly agreed?: string },
): Promise<void> {
  const restTo = accountOf.pot(group.organisationId);
  const path = `/v1/members/${member.memberId}/closure`;
  const closed = await group.coordinator.post<{ credits: string }>(path, { restTo, ...how });
  group.pot += hundredths(closed.credits);
  leave(group, member);
  if (group.lastSale?.member === member) group.lastSale = undefined;
  stage.tally.closed += 1;
}

function leave(group: Group, member: Member): void {
  group.members.splice(group.members.indexOf(member), 1);
  member.balance = 0;
}

/** A venue closes for good; its bookings are cancelled with it, and its till is refused. */
async function venueCloses(stage: Stage): Promise<void> {
  const { world, tally } = stage;
  const at = world.venues.findLastIndex(({ onPaper }) => !onPaper);
  const [venue] = world.venues.splice(at, 1);
  const { venueId, till } = venue!;
  await world.admin.post(`/v1/venues/${venueId}/closure`, {});
  tally.venuesClosed += 1;
  const [member] = world.groups[0]!.members;
  const sale = { venueId, ...named(member!), credits: '1' };
  await till.refused('/v1/redemptions', sale, 'venue_closed');
  refusedWith(tally, 'venue_closed');
}

/** What the player believes of every wallet and pot is what the service says. */
export async function unlike({ world }: Stage): Promise<string[]> {
  const differences: string[] = [];
  const compare = async (account: string, expected: number) => {
    const { balance } = await world.admin.get<{ balance: string }>(`/v1/accounts/${account}`);
    if (balance === credits(expected)) return;
    differences.push(`${account} has ${balance}, and ${credits(expected)} was played.`);
  };
  await forEach(world.groups, async ({ members, organisationId, pot }) => {
    await compare(accountOf.pot(organisationId), pot);
    for (const member of members) await compare(walletOf(member), member.balance);
  });
  return differences;
}
