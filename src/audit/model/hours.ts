import { credits, hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventOf, StreamEvent } from '../../../schemas/events/index.ts';
import { lastOf } from './onward.ts';
import { breach, unless, type Breach, type Invariant } from './invariant.ts';

/** Minutes not withdrawn, and the credits for them neither taken back nor written off. */
type Given = { minutes: number; credits: Hundredths };
const NOTHING: Given = { minutes: 0, credits: 0 };

/**
 * An hour given is a credit. For each member and destination, after every event,
 * 60 x credits + minutes carried = minutes, in whole steps of the rules of the time.
 */
export function hoursGiven(): Invariant {
  const given = new Map<string, Map<string, Given>>();
  const kin = new Kin();
  let step: Hundredths = 100;
  const givenBy = (ids: readonly string[], place: string): Given => {
    const all = ids.map((id) => given.get(place)?.get(id) ?? NOTHING);
    return all.reduce((sum, { minutes, credits }) => ({
      minutes: sum.minutes + minutes,
      credits: sum.credits + credits,
    }));
  };
  const add = (id: string, place: string, before: Given, after: Given) => {
    const own = givenBy([id], place);
    const minutes = own.minutes + after.minutes - before.minutes;
    const credits = own.credits + after.credits - before.credits;
    given.set(place, (given.get(place) ?? new Map<string, Given>()).set(id, { minutes, credits }));
  };
  return {
    name: 'hours-given',
    says: '60 x credits + minutes carried = minutes given, for each member and destination',
    of: [
      ...(['LedgerOpened', 'RulesChanged', 'MembersMerged', 'MembersSeparated'] as const),
      ...(['CreditsIssued', 'TransactionReversed'] as const),
    ],
    take({ event }) {
      if (event.type === 'LedgerOpened' || event.type === 'RulesChanged') {
        step = hundredths(event.data.rules.creditStep);
      }
      if (event.type === 'MembersMerged') kin.join(event.data.from, event.data.into);
      if (event.type === 'MembersSeparated') {
        const { from, into } = event.data;
        kin.part(from, into);
        const apart = [kin.of(from), kin.of(into)];
        const carried = [...given.keys()].flatMap((place) =>
          apart.map((ids) => carriedOf(givenBy(ids, place))),
        );
        const least = Math.min(0, ...carried);
        return least === 0 ? undefined : breach('each to carry 0 minutes or more', least);
      }
      const hours = hoursOf(event);
      if (hours === undefined || hours.give === 'none') return undefined;
      const place = hours.give === 'wallet' ? 'wallet' : (event.by.organisation ?? '');
      const before = givenBy(kin.of(hours.memberId), place);
      const after = { ...before };
      const wrong =
        event.type === 'CreditsIssued'
          ? issued(after, event.data, step)
          : withdrawn(after, event as EventOf<'TransactionReversed'>, step);
      add(hours.memberId, place, before, after);
      return wrong;
    },
  };
}

/** Which ids stand for one member. */
class Kin {
  readonly #next = new Map<string, string>();
  readonly #ids = new Map<string, readonly string[]>();

  join(from: string, into: string): void {
    this.#next.set(from, into);
    this.#ids.set(into, [...this.#own(into), ...this.#own(from)]);
  }

  part(from: string, into: string): void {
    this.#next.delete(from);
    const gone = this.#own(from);
    this.#ids.set(
      into,
      this.#own(into).filter((id) => !gone.includes(id)),
    );
  }

  of(id: string): readonly string[] {
    return this.#own(lastOf(id, (one) => this.#next.get(one)));
  }

  #own(id: string): readonly string[] {
    return this.#ids.get(id) ?? [id];
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
  return unless(carriedOf(given), stated ?? 'none', 'carriedMinutes of ');
}

function carriedOf({ minutes, credits }: Given): number {
  return minutes - minutesOf(credits);
}

function minutesOf(amount: Hundredths): number {
  return (amount * 60) / 100;
}

function wholeSteps(minutes: number, step: Hundredths): Hundredths {
  return Math.floor(minutes / minutesOf(step)) * step;
}
