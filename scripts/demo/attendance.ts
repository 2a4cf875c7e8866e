import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { addDays, type Day } from '../../schemas/time.ts';
import type { Choices } from './random.ts';
import { named, type Group } from './world.ts';

/** One session of a group, with the list that was kept of it. */
export type Session = {
  readonly occurredOn: Day;
  readonly activity: string;
  readonly file: string;
  readonly reference: string;
};

const PRESENT_PERCENT = 78;
const SHORTEST_QUARTERS = 3;
const MORE_QUARTERS = 8;
const QUARTER_MINUTES = 15;

/**
 * Writes the attendance list of one session as a file: whom the coordinator expected, by card or
 * id, with the hours each gave ("1:30", "0:00" for who did not come) and a name that never leaves
 * the file.
 */
export function writeSheet(folder: string, group: Group, monday: Day, choices: Choices): Session {
  const { slug, activity, weekday } = group.plan;
  const occurredOn = addDays(monday, weekday);
  const lines = group.members.map((member, index) => {
    // Whoever opens the door is always there, so that no list is empty.
    const present = index === 0 || choices.chance(PRESENT_PERCENT);
    const quarters = SHORTEST_QUARTERS + choices.below(MORE_QUARTERS);
    const who = named(member);
    const hours = hoursOf(present ? quarters * QUARTER_MINUTES : 0);
    return ['card' in who ? who.card : who.memberId, hours, member.name];
  });
  const directory = join(folder, slug);
  const file = join(directory, `${occurredOn}.csv`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(file, stringify([['member', 'hours', 'name'], ...lines]));
  return { occurredOn, activity, file, reference: `${activity}/${occurredOn}` };
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

function hoursOf(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

function minutesOf(hours: string): number {
  const [whole, minutes] = hours.split(':').map(Number) as [number, number];
  return whole * 60 + minutes;
}
