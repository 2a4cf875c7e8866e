import { credits, hundredths } from '../../schemas/amounts.ts';
import { addDays, dayNumber, weekdayOf, type Day } from '../../schemas/time.ts';
import { readSheet, sheetOf, writeSheet, type Attendee } from './attendance.ts';
import { forEach } from './client.ts';
import type { Choices } from './random.ts';
import type { Stage } from './stage.ts';
import { refusedWith, total } from './tally.ts';
import type { Group, Member } from './world.ts';

type Line = {
  readonly transactionId: string;
  readonly memberId: string;
  readonly minutes: number;
  readonly balance: string;
};
type Issued = {
  readonly minutes: number;
  readonly credits: string;
  readonly reversed: readonly { readonly credits: string }[];
  readonly entries: readonly Line[];
};
type Reversed = { readonly credits: string; readonly writtenOff?: string };

const CREDIT = 100;
const QUARTER = 15;
const MEAN_MINUTES = 90;
const SHEET_TWICE_PERCENT = 1;
const WRONG_PERSON_PERCENT = 3;
/** In the last days of a year every third group types in its lists well after its end. */
const LATE_DAYS = 7;
const LATE_GROUPS = 3;
/** Before the end no more mistakes are made, so that all are mended in time. */
const LAST_DAYS = 21;
const TYPED_IN_LATE_DAYS = 9;
/** Kept back for the last list, which makes the sum what it was published to be. */
const PACE = 0.985;
/** Groups are given somewhat more than they are to need. */
const HEADROOM = 1.12;
const TOP_UP = 100 * CREDIT;

/** The sessions of a day: each list is kept as a file and typed in, mostly the same evening. */
export async function playSessions(stage: Stage): Promise<void> {
  const { world, today, plan } = stage;
  const meeting = world.groups.filter(({ plan: { weekday } }) => weekday === weekdayOf(today));
  if (meeting.length === 0) return;
  await forEach(meeting, async (group) => {
    const choices = stage.choices(1, group.index);
    const wanted = plan.credits * partOf(stage, group) * PACE * stage.progress;
    const share = Math.max(0, wanted - group.issued / CREDIT);
    const attendees = listOf(group, share, choices);
    if (attendees.length === 0) return;
    const isLate =
      dayNumber(fundOn(today).lastDay) - dayNumber(today) < LATE_DAYS &&
      group.index % LATE_GROUPS === 0;
    if (!isLate) return typeIn(stage, group, today, attendees, choices);
    const occurredOn = today;
    stage.after(TYPED_IN_LATE_DAYS, async () => {
      stage.tally.lateLists += 1;
      await typeIn(stage, group, occurredOn, attendees, choices);
    });
  });
}

/** A group's part of everything, by its size. */
function partOf({ plan }: Stage, group: Group): number {
  return group.plan.members.length / total(plan.groups, ({ members }) => members.length);
}

/** Who was there and for how long, so that about so many credits come of it; two stayed away. */
function listOf({ members }: Group, share: number, choices: Choices): Attendee[] {
  const count = Math.min(members.length, Math.round((share * 60) / MEAN_MINUTES));
  const first = choices.below(members.length);
  const turn = Array.from(members, (_, at) => members[(first + at) % members.length]!);
  const there = turn.slice(0, count).map((member) => ({
    member,
    minutes: QUARTER * (2 + choices.below(9)),
  }));
  const away = turn.slice(count, count === 0 ? 0 : count + 2);
  return [...there, ...away.map((member) => ({ member, minutes: 0 }))];
}

async function typeIn(
  stage: Stage,
  group: Group,
  occurredOn: Day,
  attendees: readonly Attendee[],
  choices: Choices,
): Promise<void> {
  // Somebody may have been merged or have left between the session and the typing.
  const known = attendees.filter(({ member }) => group.members.includes(member));
  const file = writeSheet(stage.folder, group, occurredOn, known);
  const { sha256, entries } = readSheet(file);
  const { coordinator, organisationId, plan } = group;
  const sheet = { reference: sheetOf(group, occurredOn), sha256 };
  const body = { organisationId, occurredOn, activity: plan.activity, sheet, entries };
  await requireLeft(
    stage,
    group,
    total(known, ({ minutes }) => minutes),
  );
  const issued = await coordinator.post<Issued>('/v1/issues', body);
  stage.tally.lists += 1;
  count(stage, group, issued);
  const number = Math.floor(dayNumber(occurredOn) / 7);
  const everySo = (weeks: number) => group.index === weeks % 3 && number % weeks === 0;
  if (choices.chance(SHEET_TWICE_PERCENT) || everySo(9)) {
    const again = { ...body, entries: [...entries].reverse() };
    await coordinator.refused('/v1/issues', again, 'duplicate_sheet');
    refusedWith(stage.tally, 'duplicate_sheet');
  }
  const mayErr = dayNumber(stage.plan.lastDay) - dayNumber(stage.today) > LAST_DAYS;
  if (mayErr && (choices.chance(WRONG_PERSON_PERCENT) || everySo(7))) {
    creditWrongPerson(stage, group, { occurredOn, attendees: known, issued, choices });
  }
}

type Mistake = {
  readonly occurredOn: Day;
  readonly attendees: readonly Attendee[];
  readonly issued: Issued;
  readonly choices: Choices;
};

/** The hours of somebody who was there were written down for another; it is noticed days later. */
function creditWrongPerson(
  stage: Stage,
  group: Group,
  { occurredOn, attendees, issued, choices }: Mistake,
): void {
  const line = issued.entries.find(({ minutes }) => minutes > 0)!;
  const right = attendees.find(({ minutes }) => minutes === 0)?.member;
  if (right === undefined) return;
  const { coordinator, organisationId, plan } = group;
  stage.after(3 + choices.below(10), async () => {
    if (!group.members.includes(right)) return;
    const body = {
      ...{ organisationId, occurredOn, activity: plan.activity },
      entries: [{ memberId: right.memberId, minutes: line.minutes }],
    };
    await requireLeft(stage, group, line.minutes);
    const corrects = [line.transactionId];
    const mended = await coordinator.try<Issued>('/v1/issues', { ...body, corrects });
    if (mended.status === 201) {
      takeBack(stage, group, line.memberId, mended.body.reversed[0]!);
      count(stage, group, mended.body);
    } else {
      // What was credited wrongly was spent by then: the lead partner writes off what is gone.
      refusedWith(stage.tally, mended.body.code!);
      const path = `/v1/transactions/${line.transactionId}/reversals`;
      const reversal = { reason: 'mistake', writeOff: true };
      const undone = await stage.world.admin.post<Reversed>(path, reversal);
      takeBack(stage, group, line.memberId, undone);
      count(stage, group, await coordinator.post<Issued>('/v1/issues', body));
      stage.tally.writtenOffCorrections += 1;
    }
    stage.tally.corrections += 1;
  });
}

function takeBack(stage: Stage, group: Group, memberId: string, { credits: taken }: Reversed) {
  stage.tally.takenBack += hundredths(taken);
  group.left += hundredths(taken);
  group.issued -= hundredths(taken);
  const member = memberOf(group, memberId);
  if (member !== undefined) member.balance -= hundredths(taken);
}

function count({ tally }: Stage, group: Group, { credits: amount, entries }: Issued): void {
  tally.issued += hundredths(amount);
  group.left -= hundredths(amount);
  group.issued += hundredths(amount);
  for (const { memberId, balance } of entries) {
    const member = memberOf(group, memberId);
    if (member !== undefined) member.balance = hundredths(balance);
  }
}

function memberOf({ members }: Group, id: string): Member | undefined {
  return members.find(({ memberId }) => memberId === id);
}

/** The fund of the network's year in which a day lies. */
export function fundOn(day: Day): { fund: string; firstDay: Day; lastDay: Day } {
  const year = Number(day.slice(0, 4)) - (day.slice(5) < '04-01' ? 1 : 0);
  const fund = `public-health-${year}`;
  return { fund, firstDay: `${year}-04-01`, lastDay: `${year + 1}-03-31` };
}

/** Each group is given its share of a year's credits, and somewhat more than it is to need. */
export async function allocate(stage: Stage): Promise<void> {
  const { plan, world, today } = stage;
  const { lastDay } = fundOn(today);
  const days = dayNumber(plan.lastDay) - dayNumber(plan.firstDay) + 1;
  const part = (dayNumber(lastDay) - dayNumber(today) + 1) / days;
  for (const group of world.groups) {
    const share = plan.credits * part * partOf(stage, group);
    const amount = Math.ceil((share * HEADROOM) / 10) * 10 * CREDIT;
    await giveFund(stage, group, today, amount);
    group.left = amount;
  }
}

async function giveFund({ world }: Stage, { organisationId }: Group, day: Day, amount: number) {
  const body = { organisationId, ...fundOn(day), credits: credits(amount) };
  await world.admin.post('/v1/allocations', body);
}

/** The lead partner adds to a group's part of the fund before it runs out. */
async function requireLeft(stage: Stage, group: Group, minutes: number): Promise<void> {
  const needed = (Math.ceil(minutes / 60) + group.members.length) * CREDIT;
  if (group.left >= needed) return;
  const fundDay = stage.today > stage.plan.lastDay ? stage.plan.lastDay : stage.today;
  await giveFund(stage, group, fundDay, TOP_UP);
  group.left += TOP_UP;
}

/** The last lists, of the last day and typed in late, make the sum what it is to be. */
export async function playLastLists(stage: Stage): Promise<void> {
  const { tally, plan, world } = stage;
  const missing = plan.credits - (tally.issued - tally.takenBack) / CREDIT;
  const groups = world.groups;
  for (const [index, group] of groups.entries()) {
    const hours = Math.floor((missing + index) / groups.length);
    const attendees = Array.from({ length: Math.ceil(hours / 4) }, (_, at) => ({
      member: group.members[at % group.members.length]!,
      minutes: 60 * Math.min(4, hours - at * 4),
    }));
    if (attendees.length === 0) continue;
    await requireLeft(stage, group, hours * 60);
    const occurredOn = plan.lastDay;
    const file = writeSheet(stage.folder, group, `${occurredOn}-year-end`, attendees);
    const { sha256, entries } = readSheet(file);
    const issued = await group.coordinator.post<Issued>('/v1/issues', {
      ...{ organisationId: group.organisationId, occurredOn, activity: 'year-end', entries },
      sheet: { reference: `year-end/${occurredOn}`, sha256 },
    });
    tally.lists += 1;
    tally.lateLists += 1;
    count(stage, group, issued);
  }
}

/** A day of the play from which the last lists may be typed in. */
export function lastListsOn({ lastDay }: { readonly lastDay: Day }): Day {
  return addDays(lastDay, 12);
}
