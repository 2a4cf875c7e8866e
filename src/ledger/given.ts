import { hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { Rules } from '../../schemas/events/ledger.ts';
import type { Give } from '../../schemas/events/issue.ts';
import {
  accountOf,
  kindOf,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../../schemas/ids.ts';
import { dayNumber, type Day } from '../../schemas/time.ts';
import { idsOf } from './rest.ts';
import { dayKey, type Given, type Ledger } from './state.ts';

/**
 * Time given: sixty minutes make one credit, in steps. Minutes that do not fill a step are carried
 * for the member and complete a later one. Carrying is kept for each destination of the credits
 * (the member's wallet, or one group's pot), so that reversing an hour given to a pot never takes
 * a credit out of a wallet. For each, and so for each member, always:
 *
 *   60 x credits (issued - taken back - written off) + carried = minutes given - withdrawn
 */

const MINUTES_A_CREDIT = 60;
const HUNDREDTHS_A_CREDIT = 100;
const NOTHING: Given = { minutes: 0, credits: 0 };

function minutesOf(credits: Hundredths): number {
  return (credits * MINUTES_A_CREDIT) / HUNDREDTHS_A_CREDIT;
}

/** The credits of whole steps in some minutes. */
function wholeSteps(minutes: number, step: Hundredths): Hundredths {
  return Math.floor(minutes / minutesOf(step)) * step;
}

/** The account an hour's credits go to; none where hours are recorded without a credit. */
export function destination(
  give: Give,
  member: MemberId,
  organisation: OrganisationId,
): Account | undefined {
  if (give === 'none') return undefined;
  return give === 'wallet' ? accountOf.wallet(member) : accountOf.pot(organisation);
}

function keyOf(account: Account, member: MemberId): string {
  return account.startsWith('pot:') ? `${account}:${member}` : account;
}

/** What a member gave to one destination, under whichever of their ids. */
function givenTo(state: Ledger, account: Account, member: MemberId): Given {
  const ids = idsOf(state, member);
  if (ids.length === 1) return state.given.get(keyOf(account, member)) ?? NOTHING;
  const parts = ids.map((id) => {
    const own = kindOf(account) === 'pot' ? account : accountOf.wallet(id);
    return state.given.get(keyOf(own, id)) ?? NOTHING;
  });
  return parts.reduce((sum, { minutes, credits }) => ({
    minutes: sum.minutes + minutes,
    credits: sum.credits + credits,
  }));
}

/** The minutes that some ids carry together, for a wallet and for every group's pot. */
export function carriedBy(state: Ledger, ids: readonly MemberId[]): readonly number[] {
  const places = [undefined, ...[...state.funds.entries()].map(([id]) => accountOf.pot(id))];
  return places.map((pot) =>
    ids.reduce((sum, id) => {
      const given = state.given.get(keyOf(pot ?? accountOf.wallet(id), id)) ?? NOTHING;
      return sum + given.minutes - minutesOf(given.credits);
    }, 0),
  );
}

/** What some more minutes would make: credits now, and minutes still carried. */
export function accrual(
  state: Ledger,
  account: Account,
  member: MemberId,
  minutes: number,
  rules: Rules,
): { readonly credits: Hundredths; readonly carriedMinutes: number } {
  const before = givenTo(state, account, member);
  const carried = before.minutes - minutesOf(before.credits) + minutes;
  const credits = wholeSteps(carried, hundredths(rules.creditStep));
  return { credits, carriedMinutes: carried - minutesOf(credits) };
}

/** What withdrawing some minutes would take back, as if they had never been given. */
export function withdrawal(
  state: Ledger,
  account: Account,
  member: MemberId,
  minutes: number,
  rules: Rules,
): { readonly credits: Hundredths; readonly carriedMinutes: number } {
  const before = givenTo(state, account, member);
  const remaining = before.minutes - minutes;
  const kept = Math.min(before.credits, wholeSteps(remaining, hundredths(rules.creditStep)));
  return { credits: before.credits - kept, carriedMinutes: remaining - minutesOf(kept) };
}

/** The most minutes, at most `wanted`, whose credits some available credits would cover. */
export function coveredMinutes(
  state: Ledger,
  account: Account,
  member: MemberId,
  wanted: number,
  has: Hundredths,
  rules: Rules,
): number {
  const { minutes, credits } = givenTo(state, account, member);
  const step = hundredths(rules.creditStep);
  const steps = Math.max(0, Math.ceil((credits - has) / step));
  return Math.max(0, Math.min(wanted, minutes - steps * minutesOf(step)));
}

/**
 * Records minutes given (or, negative, withdrawn) and the credits that went with them, under the
 * id that the event names: after a merge only the sum of all ids counts.
 */
export function addGiven(
  state: Ledger,
  account: Account,
  member: MemberId,
  minutes: number,
  credits: Hundredths,
): void {
  const before = state.given.get(keyOf(account, member)) ?? NOTHING;
  state.given.set(keyOf(account, member), {
    minutes: before.minutes + minutes,
    credits: before.credits + credits,
  });
}

/** The minutes one member has given on one day, everywhere and under all ids. */
export function minutesOn(state: Ledger, member: MemberId, day: Day): number {
  const number = dayNumber(day);
  let minutes = 0;
  for (const id of idsOf(state, member)) {
    minutes += state.dayMinutes.get(dayKey(state.member.get(id)!, number)) ?? 0;
  }
  return minutes;
}

/** Counts minutes on a day under the id that the event names. */
export function addMinutesOn(state: Ledger, member: MemberId, day: Day, minutes: number): void {
  const key = dayKey(state.member.get(member)!, dayNumber(day));
  state.dayMinutes.set(key, (state.dayMinutes.get(key) ?? 0) + minutes);
}
