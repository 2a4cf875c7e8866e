import { credits, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventOf, StreamEvent } from '../../../schemas/events/index.ts';
import { lastOf } from './onward.ts';
import { unless, type Breach, type Invariant } from './invariant.ts';

/** Minutes not withdrawn, and the credits for them neither taken back nor written off. */
type Given = { minutes: number; credits: Hundredths };

/**
 * An hour given is a credit. For each member and destination, after every event,
 * 60 x credits + minutes carried = minutes, in whole steps of the rules of the time.
 */
export function hoursGiven(): Invariant {
  const given = new Map<string, Given>();
  let step: Hundredths = 100;
  const merged = new Map<string, string>();
  const nameOf = (member: string) => lastOf(member, (one) => merged.get(one));
  const givenTo = (give: string, id: string, organisation: string): Given => {
    const member = nameOf(id);
    const key = give === 'wallet' ? member : `${organisation} ${member}`;
    const before = given.get(key);
    if (before !== undefined) return before;
    const none = { minutes: 0, credits: 0 };
    given.set(key, none);
    return none;
  };
  return {
    name: 'hours-given',
    says: '60 x credits + minutes carried = minutes given, for each member and destination',
    of: ['LedgerOpened', 'RulesChanged', 'MembersMerged', 'CreditsIssued', 'TransactionReversed'],
    take({ event }) {
      if (event.type === 'LedgerOpened' || event.type === 'RulesChanged') {
        step = hundredths(event.data.rules.creditStep);
      }
      if (event.type === 'MembersMerged') {
        const { from, into } = event.data;
        merged.set(from, into);
        addAll(given, from, into);
      }
      const hours = hoursOf(event);
      if (hours === undefined || hours.give === 'none') return undefined;
      const before = givenTo(hours.give, hours.memberId, event.by.organisation ?? '');
      return event.type === 'CreditsIssued'
        ? issued(before, event.data, step)
        : withdrawn(before, event as EventOf<'TransactionReversed'>, step);
    },
  };
}

/** What a merged member gave joins what the survivor gave, for each destination. */
function addAll(given: Map<string, Given>, from: string, into: string): void {
  for (const [key, { minutes, credits }] of [...given]) {
    if (!key.endsWith(from)) continue;
    const other = key.slice(0, -from.length) + into;
    const before = given.get(other) ?? { minutes: 0, credits: 0 };
    given.set(other, { minutes: before.minutes + minutes, credits: before.credits + credits });
    given.delete(key);
  }
}

function hoursOf(event: StreamEvent): { give: string; memberId: string } | undefined {
  if (event.type === 'CreditsIssued') return event.data;
  return event.type === 'TransactionReversed' ? event.data.issue : undefined;
}

function issued(
  before: Given,
  { minutes, credits: stated = '0', carriedMinutes }: EventOf<'CreditsIssued'>['data'],
  step: Hundredths,
): Breach | undefined {
  const unfilled = before.minutes - minutesOf(before.credits) + minutes;
  const due = wholeSteps(unfilled, step);
  before.minutes += minutes;
  before.credits += hundredths(stated);
  const about = `for ${unfilled} minutes, in steps of ${credits(step)}, credits of `;
  return unless(credits(due), stated, about) ?? carried(before, carriedMinutes);
}

function withdrawn(
  before: Given,
  { data: { issue, credits: taken = '0' } }: EventOf<'TransactionReversed'>,
  step: Hundredths,
): Breach | undefined {
  const { minutes = 0, writtenOff = '0', carriedMinutes } = issue ?? {};
  const back = hundredths(taken) + hundredths(writtenOff);
  const left = before.minutes - minutes;
  const due = before.credits - Math.min(before.credits, wholeSteps(left, step));
  before.minutes = left;
  before.credits -= back;
  const about = `of ${left} minutes that remain, credits taken back or written off of `;
  return unless(credits(due), credits(back), about) ?? carried(before, carriedMinutes);
}

function carried(given: Given, stated: number | undefined): Breach | undefined {
  const recomputed = given.minutes - minutesOf(given.credits);
  return unless(recomputed, stated ?? 'none', 'carriedMinutes of ');
}

function minutesOf(amount: Hundredths): number {
  return (amount * 60) / 100;
}

function wholeSteps(minutes: number, step: Hundredths): Hundredths {
  return Math.floor(minutes / minutesOf(step)) * step;
}
