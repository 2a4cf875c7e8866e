import { canonical } from '../../../schemas/canonical.ts';
import { hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventOf, StreamEvent } from '../../../schemas/events/index.ts';
import { WEEKDAYS } from '../../../schemas/events/offer.ts';
import {
  holderOf,
  holdIdAt,
  kindOf,
  revisionIn,
  type Account,
  type HoldId,
  type MemberId,
  type OfferId,
  type VenueId,
} from '../../../schemas/ids.ts';
import { weekdayOf } from '../../../schemas/time.ts';
import { breach, unless, type Breach, type Invariant, type Subject } from './invariant.ts';

type Terms = EventOf<'OfferPublished'>['data'];
type Using = EventOf<'CreditsRedeemed' | 'CreditsHeld' | 'HoldCaptured'>;

/** One use of an offer, on the day and in the slot of the visit. */
type Use = {
  readonly offerId: OfferId;
  readonly venueId: VenueId;
  readonly memberId: MemberId | undefined;
  readonly day: string;
  readonly slot: number | undefined;
  readonly people: number;
  readonly amount: Hundredths;
};

/** The offers of a stream, and what is used of their caps. */
class Uses {
  readonly terms = new Map<OfferId, Terms>();
  readonly published = new Set<OfferId>();
  readonly #counts = new Map<string, number>();
  readonly #left = new Map<number, Hundredths>();

  count(use: Use, times: number, people: number, amount: Hundredths): void {
    const terms = this.terms.get(use.offerId);
    if (terms === undefined) return;
    for (const [, key, what] of capsOf(terms, use)) {
      const more = { times, people, amount }[what];
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + more);
    }
  }

  taken(use: Use): Breach | undefined {
    const offer = this.terms.get(use.offerId);
    this.count(use, 1, use.people, use.amount);
    if (offer === undefined || !this.published.has(use.offerId)) {
      return breach(`${use.offerId} to be published`, 'it is not');
    }
    for (const [limit, key] of capsOf(offer, use)) {
      const used = this.#counts.get(key)!;
      if (used > limit) return breach(`at most ${limit} of ${key}`, used);
    }
    return undefined;
  }

  /** A reversal gives back what was used, and the visit itself when nothing of it is left. */
  givenBack(
    original: StreamEvent | undefined,
    { reverses, givenBack: said, credits = '0' }: EventOf<'TransactionReversed'>['data'],
  ): Breach | undefined {
    const use = original === undefined || !isUsing(original) ? undefined : useOf(original);
    if (use === undefined) return unless('nothing', said ? canonical(said) : 'nothing');
    const amount = hundredths(credits);
    const revision = revisionIn(reverses);
    const rest = (this.#left.get(revision) ?? use.amount) - amount;
    this.#left.set(revision, rest);
    const [times, people] = rest === 0 ? [1, use.people] : [0, 0];
    this.count(use, -times, -people, -amount);
    const { day, memberId, offerId, slot } = use;
    const expected = {
      ...{ day, offerId, places: people, redemptions: times },
      ...(memberId !== undefined && { memberId }),
      ...(slot !== undefined && { slot }),
    };
    return unless(canonical(expected), said ? canonical(said) : 'nothing', 'given back ');
  }
}

/** What is taken under an offer is its price, on its terms, and within its caps. */
export function offers(): Invariant {
  const uses = new Uses();
  const { terms, published } = uses;
  const held = new Map<HoldId, Use>();

  const judge = ({ revision, event, original }: Subject): Breach | undefined => {
    switch (event.type) {
      case 'OfferPublished':
        terms.set(event.data.offerId, event.data);
        published.add(event.data.offerId);
        return undefined;
      case 'OfferWithdrawn':
        published.delete(event.data.offerId);
        return undefined;
      case 'CreditsRedeemed':
      case 'CreditsHeld': {
        const use = useOf(event);
        if (use === undefined) return undefined;
        if (event.type === 'CreditsHeld') held.set(holdIdAt(revision, event.command.id), use);
        const offer = terms.get(use.offerId)!;
        return uses.taken(use) ?? priced(offer, event, use) ?? within(offer, use);
      }
      case 'HoldCaptured':
      case 'HoldCancelled':
      case 'HoldExpired': {
        const use = held.get(event.data.holdId);
        held.delete(event.data.holdId);
        if (use === undefined) return undefined;
        if (event.type !== 'HoldCaptured') uses.count(use, -1, -use.people, -use.amount);
        else uses.count(use, 0, 0, hundredths(event.data.credits) - use.amount);
        return undefined;
      }
      case 'TransactionReversed':
        return uses.givenBack(original, event.data);
      default:
        return undefined;
    }
  };

  return {
    name: 'offers',
    says: 'what is taken under an offer is on its terms, and never more than its caps',
    of: [
      ...(['OfferPublished', 'OfferWithdrawn', 'CreditsRedeemed', 'CreditsHeld'] as const),
      ...(['HoldCaptured', 'HoldCancelled', 'HoldExpired', 'TransactionReversed'] as const),
    ],
    take: judge,
  };
}

function isUsing(event: StreamEvent): event is Using {
  return ['CreditsRedeemed', 'CreditsHeld', 'HoldCaptured'].includes(event.type);
}

function useOf({ data, occurredOn }: Using): Use | undefined {
  const { offerId, slot, party = { adults: 1, under16s: 0 } } = data;
  if (offerId === undefined) return undefined;
  return {
    offerId,
    venueId: 'venueId' in data ? data.venueId : (holderOf(data.credit) as VenueId),
    memberId:
      'holdId' in data ? data.memberId : memberOf('account' in data ? data.account : data.debit),
    day: 'visitOn' in data ? data.visitOn : occurredOn,
    slot,
    people: party.adults + party.under16s,
    amount: hundredths('held' in data ? data.held : data.credits),
  };
}

function memberOf(account: Account): MemberId | undefined {
  return kindOf(account) === 'wallet' ? (holderOf(account) as MemberId) : undefined;
}

/** Whether an offer is for that venue, party, day and slot; the stream has no time of day. */
function within(terms: Terms, { venueId, people, day, slot }: Use): Breach | undefined {
  const { largestParty, validFrom = day, validTo = day, exceptDates = [], times } = terms;
  if (people > largestParty) return breach(`at most ${largestParty} people`, people);
  if (day < validFrom || day > validTo || exceptDates.includes(day)) {
    return breach('a day of the offer', day);
  }
  const begin = times
    ?.filter(({ days }) => days.includes(WEEKDAYS[weekdayOf(day)]!))
    .map(({ from }) => Number(from.slice(0, 2)) * 60 + Number(from.slice(3)));
  if (begin?.length === 0) return breach('a weekday of the offer', day);
  const slots: readonly (number | undefined)[] =
    terms.caps?.slotPlaces === undefined ? [undefined] : (begin ?? [0]);
  if (!slots.includes(slot)) return breach('a slot of the offer', slot ?? 'none');
  return unless(terms.venueId, venueId, 'the venue of the offer, ');
}

function priced(
  { adultCredits, under16Credits }: Terms,
  { data }: Using,
  { amount }: Use,
): Breach | undefined {
  const { adults, under16s } = data.party ?? { adults: 1, under16s: 0 };
  const price = adults * hundredths(adultCredits) + under16s * hundredths(under16Credits);
  return price === amount ? undefined : breach(`the price, ${price} hundredths`, amount);
}

type Capped = readonly [limit: number, key: string, what: 'times' | 'people' | 'amount'];

/** The caps that a use counts against, and under what they are counted. */
function capsOf({ caps = {}, offerId }: Terms, { memberId, day, slot }: Use): readonly Capped[] {
  const { memberDay, memberMonth, slotPlaces, venueDayCredits } = caps;
  const all: Capped[] = [];
  if (memberDay !== undefined && memberId !== undefined) {
    all.push([memberDay, `${offerId} by ${memberId} on ${day}`, 'times']);
  }
  if (memberMonth !== undefined && memberId !== undefined) {
    all.push([memberMonth, `${offerId} by ${memberId} in ${day.slice(0, 7)}`, 'times']);
  }
  if (slotPlaces !== undefined) {
    all.push([slotPlaces, `${offerId} on ${day} at minute ${slot ?? 0}`, 'people']);
  }
  if (venueDayCredits !== undefined) {
    all.push([hundredths(venueDayCredits), `hundredths for ${offerId} on ${day}`, 'amount']);
  }
  return all;
}
