import { creditsAloud, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { Party } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { holderOf, kindOf, type Account, type MemberId, type OfferId } from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { addDays, dayNumber, monthNumber, nextMonth, type Day } from '../../schemas/time.ts';
import { openingAfter, type Opening } from './availability.ts';
import { numbersOf } from './rest.ts';
import type { Ledger, Offer } from './state.ts';

/**
 * What redemptions and bookings use of an offer's caps, counted on the day of the visit. The
 * counters are flat: a member's on a number for the pair of offer and member.
 */

/** One redemption or booking, as the caps see it. `slot` only where the offer counts places. */
export type Use = {
  readonly offerId: OfferId;
  readonly memberId?: MemberId | undefined;
  readonly day: Day;
  readonly slot?: number | undefined;
  readonly places: number;
};

const OTHERS = 0x100000000;
const DAYS = 0x10000;
const MINUTES_A_DAY = 1440;
const NO_USES = { inDay: 0, inMonth: 0 };

/** How many people come; without a party it is the member alone. */
export function peopleIn(party: Party | undefined): number {
  return party === undefined ? 1 : party.adults + party.under16s;
}

/** Whose uses an offer counts: the member's whose wallet it is, if it is one. */
export function whose(account: Account): Pick<Use, 'memberId'> {
  return kindOf(account) === 'wallet' ? { memberId: holderOf(account) as MemberId } : {};
}

/** Why one more use would be too many, and when the cap opens again. */
export function capReached(
  state: Ledger,
  offer: Offer,
  use: Use,
  amount: Hundredths,
): Refusal | undefined {
  const { memberDay, memberMonth, slotPlaces, venueDayCredits } = offer.terms.caps ?? {};
  const { terms } = offer;
  const tomorrow = () => openingAfter(terms, { day: addDays(use.day, 1), minute: -1 });
  const perMember = memberDay !== undefined || memberMonth !== undefined;
  const { inDay, inMonth } = perMember ? usesOf(state, offer, use) : NO_USES;
  if (memberDay !== undefined && inDay >= memberDay) {
    return reached('memberDay', memberDay, tomorrow());
  }
  if (memberMonth !== undefined && inMonth >= memberMonth) {
    const month = { day: nextMonth(use.day), minute: -1 };
    return reached('memberMonth', memberMonth, openingAfter(terms, month));
  }
  if (venueDayCredits !== undefined) {
    const limit = hundredths(venueDayCredits);
    const taken = state.offerDayCredits.get(dayKeyOf(offer, use.day)) ?? 0;
    if (taken + amount > limit) return reached('venueDayCredits', creditsAloud(limit), tomorrow());
  }
  if (slotPlaces !== undefined) {
    const taken = state.slotPlaces.get(slotKeyOf(offer, use)) ?? 0;
    if (taken + use.places > slotPlaces) {
      const later = openingAfter(terms, { day: use.day, minute: use.slot ?? 0 });
      return reached('slotPlaces', `${slotPlaces} places`, later);
    }
  }
  return undefined;
}

function reached(cap: string, limit: string | number, opening: Opening | undefined): Refusal {
  if (opening === undefined) {
    return refuse(
      'cap_reached',
      { cap, limit, opens: 'It does not open again' },
      { facts: { cap } },
    );
  }
  const { day: opensOn, from } = opening;
  const opens = `It opens again on ${opensOn}${from === undefined ? '' : ` at ${from}`}`;
  const facts = { cap, opensOn, ...(from !== undefined && { opensAt: from }) };
  return refuse('cap_reached', { cap, limit, opens }, { facts });
}

/** The uses of a member, under all of their ids. */
function usesOf(state: Ledger, offer: Offer, { memberId, day }: Use) {
  const uses = { ...NO_USES };
  for (const number of memberId === undefined ? [] : numbersOf(state, memberId)) {
    const pair = state.offerMembers.get(memberKeyOf(offer, number));
    if (pair === undefined) continue;
    uses.inDay += state.memberDayUses.get(pair * DAYS + dayNumber(day)) ?? 0;
    uses.inMonth += state.memberMonthUses.get(pair * DAYS + monthNumber(day)) ?? 0;
  }
  return uses;
}

/**
 * Counts a use, or (negative) gives it back. Only what the offer caps is counted.
 * @param redemptions 1, 0 or -1
 */
export function count(
  state: Ledger,
  use: Use,
  redemptions: number,
  places: number,
  amount: Hundredths,
): void {
  const offer = state.offers.get(use.offerId)!;
  const { memberDay, memberMonth, slotPlaces, venueDayCredits } = offer.terms.caps ?? {};
  const perMember = memberDay !== undefined || memberMonth !== undefined;
  if (perMember && use.memberId !== undefined && redemptions !== 0) {
    const pair = pairOf(state, offer, use.memberId);
    add(state.memberDayUses, pair * DAYS + dayNumber(use.day), redemptions);
    add(state.memberMonthUses, pair * DAYS + monthNumber(use.day), redemptions);
  }
  if (slotPlaces !== undefined && places !== 0) {
    add(state.slotPlaces, slotKeyOf(offer, use), places);
  }
  if (venueDayCredits !== undefined && amount !== 0) {
    add(state.offerDayCredits, dayKeyOf(offer, use.day), amount);
  }
}

/** Gives back what a reversal says. */
export function giveBack(
  state: Ledger,
  given: NonNullable<EventOf<'TransactionReversed'>['data']['givenBack']>,
  amount: Hundredths,
): void {
  count(state, given, -given.redemptions, -given.places, -amount);
}

function pairOf(state: Ledger, offer: Offer, member: MemberId): number {
  const key = memberKeyOf(offer, state.member.get(member)!.number);
  const known = state.offerMembers.get(key);
  if (known !== undefined) return known;
  const pair = state.pairs;
  state.pairs += 1;
  state.offerMembers.set(key, pair);
  return pair;
}

function memberKeyOf({ number }: Offer, member: number): number {
  return number * OTHERS + member;
}

function dayKeyOf({ number }: Offer, day: Day): number {
  return number * DAYS + dayNumber(day);
}

function slotKeyOf({ number }: Offer, { day, slot = 0 }: Use): number {
  return number * OTHERS + dayNumber(day) * MINUTES_A_DAY + slot;
}

function add(
  table: { get(key: number): number | undefined; set(key: number, value: number): void },
  key: number,
  amount: number,
): void {
  table.set(key, (table.get(key) ?? 0) + amount);
}
