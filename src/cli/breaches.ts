import { sentence, type Fault } from '../audit/fault.ts';
import { acceptedIn, lineFor, type Accepted } from '../audit/model/accepted.ts';
import { KEPT_MAX } from '../audit/model/findings.ts';
import type { Given, Option } from './command.ts';
import { faulty } from './failure.ts';
import type { Io } from './io.ts';

/** Of each rule so many breaches are written out for people. */
const SHOWN_MAX = 10;

export const ACCEPTED_OPTION = {
  accepted: {
    value: 'FILE',
    help: 'breaches that were looked into, a line each with the reason; only new ones count',
  },
} satisfies Record<string, Option>;

/** The breaches that somebody accepted; nothing where no file is named. */
export function acceptedFor(given: Given, io: Io): Accepted | undefined {
  const file = given.text('accepted');
  if (file === undefined) return undefined;
  try {
    return acceptedIn(Buffer.from(io.files.read(file)).toString('utf8'), file);
  } catch (error) {
    if ((error as Error).name !== 'AcceptedError') throw error;
    throw faulty('accepted_not_read', (error as Error).message);
  }
}

/**
 * The breaches of one rule as lines: the first ones, and how many more there are.
 * @param count how many there are of the rule, of which some may not be among those given
 */
export function linesOf(rule: string, found: readonly Fault[], count: number): string[] {
  const all = found.filter((one) => one.rule === rule);
  const shown = all.slice(0, SHOWN_MAX).flatMap((one) => {
    const line = lineFor(one);
    const known = line === undefined ? [] : [`  to accept it, with a reason: ${line}`];
    return [sentence(one), ...known];
  });
  if (count <= SHOWN_MAX) return shown;
  const most = KEPT_MAX.toLocaleString('en-GB');
  return [...shown, `and ${count - SHOWN_MAX} more of this rule; --json has the first ${most}`];
}

type AcceptedFault = Fault & { readonly reason: string };

/** What is said of breaches that somebody accepted, each with its reason. */
export function acceptedLines(
  accepted: readonly AcceptedFault[],
  known: Accepted | undefined,
): string[] {
  return [
    ...accepted.map((one) => `  accepted  ${sentence(one)} Reason: ${one.reason}`),
    ...(known?.unmet ?? []).map(({ rule, revision }) => {
      return `  not met   nothing breaks ${rule} at revision ${revision}, where it is accepted`;
    }),
  ];
}

/** The last line where nothing new is broken. */
export function holdsLine(accepted: readonly unknown[]): string {
  const { length } = accepted;
  if (length === 0) return 'Everything holds.';
  const known = length === 1 ? 'one breach is' : `${length} breaches are`;
  return `Everything else holds; ${known} accepted.`;
}
