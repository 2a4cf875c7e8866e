import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Day } from '../../schemas/time.ts';
import { named, type Group, type Member } from './world.ts';

/** Somebody on a list, with the minutes given; none for who was expected and did not come. */
export type Attendee = { readonly member: Member; readonly minutes: number };

/**
 * Writes the attendance list of one session as a file, by card or id, with the hours each gave
 * ("1:30", "0:00" for who did not come) and a name that never leaves the file.
 */
export function writeSheet(
  folder: string,
  { plan }: Group,
  session: string,
  attendees: readonly Attendee[],
): string {
  const lines = attendees.map(({ member, minutes }) => {
    const who = named(member);
    return ['card' in who ? who.card : who.memberId, hoursOf(minutes), member.name, session];
  });
  const directory = join(folder, plan.slug);
  const file = join(directory, `${session}.csv`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, stringify([['member', 'hours', 'name', 'session'], ...lines]));
  return file;
}

/** Reads a list back from its file, as a coordinator's computer would. */
export function readSheet(file: string) {
  const bytes = readFileSync(file);
  const rows = parse<{ member: string; hours: string }>(bytes, { columns: true });
  const entries = rows.map(({ member, hours }) => ({
    ...(member.startsWith('mem_') ? { memberId: member } : { card: member }),
    minutes: minutesOf(hours),
  }));
  return { sha256: createHash('sha256').update(bytes).digest('hex'), entries };
}

/** The name under which the list of a day is kept. */
export function sheetOf({ plan }: Group, day: Day): string {
  return `${plan.activity}/${day}`;
}

function hoursOf(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

function minutesOf(hours: string): number {
  const [whole, minutes] = hours.split(':').map(Number) as [number, number];
  return whole * 60 + minutes;
}
