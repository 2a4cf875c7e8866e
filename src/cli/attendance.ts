import { giveSchema, type Give } from '../../schemas/events/issue.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { faulty, type FaultLine } from './failure.ts';
import type { Row } from '../sheet.ts';
import { bearerIn, NO, noBearer, YES } from './sheet.ts';

export const ATTENDANCE_HEADINGS = ['member', 'minutes', 'hours', 'name', 'give', 'again'];

const LINES_MAX = 1000;
const MINUTES_A_HOUR = 60;

/** One line of an attendance list. Only `entry` goes to the service; the name stays here. */
export type Attendance = {
  readonly line: number;
  readonly name: string;
  readonly entry: ({ memberId: MemberId } | { card: string }) & {
    readonly minutes: number;
    readonly give?: Give;
    readonly again?: boolean;
  };
};

/**
 * Reads the rows of an attendance list.
 * @throws Failure naming every faulty line
 */
export function attendanceIn(path: string, rows: readonly Row[]): Attendance[] {
  if (rows.length > LINES_MAX) {
    throw faulty(
      'list_too_long',
      `${path} has ${rows.length} lines and one list takes at most ${LINES_MAX}. ` +
        'Split it into files of at most that many and issue each; nothing was issued.',
    );
  }
  const faults: FaultLine[] = [];
  const list = rows.flatMap((row) => {
    const read = attendanceOn(row);
    if ('entry' in read) return [read];
    faults.push(read);
    return [];
  });
  if (faults.length === 0) return list;
  const lines = faults.length === 1 ? 'One line' : `${faults.length} lines`;
  throw faulty('sheet_faulty', `${lines} of ${path} cannot be read. Nothing was issued.`, faults);
}

function attendanceOn({ line, cells }: Row): Attendance | FaultLine {
  const wrong = (code: string, detail: string): FaultLine => ({ line, code, detail });
  const member = cells['member'] ?? '';
  const bearer = bearerIn(member);
  if (bearer === undefined) return wrong('member', noBearer(member));
  const minutes = minutesIn(cells);
  if (typeof minutes === 'string') return wrong('minutes', minutes);
  const give = giveSchema.safeParse(cells['give']?.toLowerCase() || 'wallet');
  if (!give.success) {
    return wrong('give', `give ${JSON.stringify(cells['give'])} is not wallet, pot or none`);
  }
  const said = (cells['again'] ?? '').toLowerCase();
  if (!YES.includes(said) && !NO.includes(said)) {
    return wrong('again', `again ${JSON.stringify(cells['again'])} is neither yes nor no`);
  }
  const entry = {
    ...bearer,
    minutes,
    ...(give.data !== 'wallet' && { give: give.data }),
    ...(YES.includes(said) && { again: true }),
  };
  return { line, name: cells['name'] ?? '', entry };
}

/** The minutes of a row, none where both cells are empty; or why they cannot be read. */
function minutesIn({ minutes = '', hours = '' }: Row['cells']): number | string {
  if (minutes !== '' && hours !== '') return 'gives both minutes and hours; leave one empty';
  if (hours !== '') return minutesOfHours(hours);
  if (minutes === '') return 0;
  if (/^\d{1,5}$/.test(minutes)) return Number(minutes);
  return `minutes ${JSON.stringify(minutes)} is not a whole number such as 90`;
}

/**
 * Hours as `1:30`, `1.5` or `2`, in whole numbers throughout, so that nothing is rounded.
 * @returns minutes, or why they are not whole minutes
 */
export function minutesOfHours(hours: string): number | string {
  const clock = /^(\d{1,3}):([0-5]\d)$/.exec(hours);
  if (clock !== null) return Number(clock[1]) * MINUTES_A_HOUR + Number(clock[2]);
  const decimal = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(hours);
  if (decimal === null) return `hours ${JSON.stringify(hours)} is not written as 1:30 or 1.5`;
  const [, whole, digits = ''] = decimal;
  const scale = 10 ** digits.length;
  const scaled = Number(digits) * MINUTES_A_HOUR;
  if (scaled % scale !== 0) {
    return `hours ${hours} is not a whole number of minutes; write it as hours:minutes`;
  }
  return Number(whole) * MINUTES_A_HOUR + scaled / scale;
}
