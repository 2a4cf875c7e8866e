import { hundredths } from '../../schemas/amounts.ts';
import type { MemberId } from '../../schemas/ids.ts';
import type { Day } from '../../schemas/time.ts';
import { readSheet, writeSheet, type Session } from './attendance.ts';
import type { GroupFigures, Turn } from './figures.ts';
import type { Group } from './world.ts';

type Line = {
  readonly transactionId: string;
  readonly memberId: MemberId;
  readonly minutes: number;
  readonly balance: string;
};
type Issued = {
  readonly minutes: number;
  readonly credits: string;
  readonly absences: number;
  readonly reversed: readonly { readonly minutes: number; readonly credits: string }[];
  readonly entries: readonly Line[];
};

const SHEET_TWICE_PERCENT = 2;
const CORRECTION_PERCENT = 5;
const WITHDRAWAL_PERCENT = 4;
const CORRECTED_MINUTES = 30;

/** One session of a group: the list is kept, typed in, and now and then mended. */
export async function playSession(
  folder: string,
  group: Group,
  monday: Day,
  { choices, figures, mine }: Turn,
): Promise<void> {
  const session = writeSheet(folder, group, monday, choices);
  const { sha256, entries } = readSheet(session.file);
  const { coordinator, organisationId } = group;
  const { occurredOn, activity, reference } = session;
  const sheet = { reference, sha256 };
  const body = { organisationId, occurredOn, activity, sheet, entries };
  const issued = await coordinator.post<Issued>('/v1/issues', body);
  mine.lists += 1;
  count(group, mine, issued);
  if (choices.chance(SHEET_TWICE_PERCENT)) {
    await coordinator.refused('/v1/issues', body, 'duplicate_sheet');
    figures.refused.sheetsTwice += 1;
  }
  const line = choices.pick(issued.entries);
  if (line.minutes > CORRECTED_MINUTES && choices.chance(CORRECTION_PERCENT)) {
    count(group, mine, await correct(group, session, line));
    figures.corrections += 1;
  } else if (choices.chance(WITHDRAWAL_PERCENT)) {
    await withdraw(group, mine, line);
    figures.withdrawals += 1;
  }
}

/** A line had half an hour too much: taken back and issued again in one append. */
function correct(group: Group, { occurredOn, activity }: Session, line: Line): Promise<Issued> {
  const { transactionId, memberId, minutes } = line;
  const { organisationId, coordinator } = group;
  return coordinator.post<Issued>('/v1/issues', {
    organisationId,
    occurredOn,
    activity,
    corrects: [transactionId],
    entries: [{ memberId, minutes: minutes - CORRECTED_MINUTES }],
  });
}

/** Somebody was on the list by mistake. */
async function withdraw(group: Group, mine: GroupFigures, line: Line): Promise<void> {
  const path = `/v1/transactions/${line.transactionId}/reversals`;
  const { minutes, credits } = await group.coordinator.post<{ minutes: number; credits: string }>(
    path,
    { reason: 'mistake' },
  );
  mine.minutesWithdrawn += minutes;
  mine.takenBack += hundredths(credits);
  memberOf(group, line.memberId).balance -= hundredths(credits);
}

function count(group: Group, mine: GroupFigures, issued: Issued): void {
  mine.absences += issued.absences;
  mine.minutes += issued.minutes;
  mine.issued += hundredths(issued.credits);
  for (const { minutes, credits } of issued.reversed) {
    mine.minutesWithdrawn += minutes;
    mine.takenBack += hundredths(credits);
  }
  for (const { memberId, balance } of issued.entries) {
    memberOf(group, memberId).balance = hundredths(balance);
  }
}

function memberOf({ members }: Group, id: MemberId) {
  return members.find(({ memberId }) => memberId === id)!;
}
