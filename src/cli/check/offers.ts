import { hundredths, type Hundredths } from '../../../schemas/amounts.ts';
import type { EventOf, StreamEvent } from '../../../schemas/events/index.ts';
import { holdIdAt, kindOf, type HoldId, type OfferId } from '../../../schemas/ids.ts';
import { breach, type Breach, type Invariant } from './invariant.ts';

type Terms = EventOf<'OfferPublished'>['data'];

/** One use of an offer, on the day and in the slot of the visit. */
type Use = {
  readonly offerId: OfferId;
  readonly wallet: string | undefined;
  readonly day: string;
  readonly slot: number | undefined;
  readonly people: number;
  readonly amount: Hundredths;
};

/** What is taken under an offer is its price, while it is published, and within its caps. */
export function offers(): Invariant {
  const terms = new Map<OfferId, Terms>();
  const published = new Set<OfferId>();
  const counts = new Map<string, number>();
  const held = new Map<HoldId, Use>();

  const count = (use: Use, times: number, people: number, amount: Hundredths) => {
    for (const [, key, what] of capsOf(terms.get(use.offerId)!, use)) {
      const more = { times, people, amount }[what];
      counts.set(key, (counts.get(key) ?? 0) + more);
    }
  };

  const taken = (use: Use): Breach | undefined => {
    const offer = terms.get(use.offerId);
    if (offer === undefined || !published.has(use.offerId)) {
      return breach(`${use.offerId} to be published`, 'it is not');
    }
    count(use, 1, use.people, use.amount);
    for (const [limit, key] of capsOf(offer, use)) {
      if (counts.get(key)! > limit) return breach(`at most ${limit} of ${key}`, counts.get(key)!);
    }
    return undefined;
  };

  const judge = (revision: number, event: StreamEvent): Breach | undefined => {
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
        return taken(use) ?? priced(terms.get(use.offerId)!, event, use);
      }
      case 'HoldCaptured':
      case 'HoldCancelled':
      case 'HoldExpired': {
        const use = held.get(event.data.holdId);
        held.delete(event.data.holdId);
        if (use === undefined) return undefined;
        if (event.type !== 'HoldCaptured') count(use, -1, -use.people, -use.amount);
        else count(use, 0, 0, hundredths(event.data.credits) - use.amount);
        return undefined;
      }
      case 'TransactionReversed': {
        const use = givenBackBy(event);
        if (use !== undefined) count(use, -use.redemptions, -use.people, -use.amount);
        return undefined;
      }
      default:
        return undefined;
    }
  };

  return {
    name: 'offers',
    says: "what is taken under an offer is the offer's price, and never more than its caps",
    take: ({ revision, event }) => judge(revision, event),
  };
}

function givenBackBy({ data }: EventOf<'TransactionReversed'>) {
  const { givenBack, credits = '0' } = data;
  if (givenBack === undefined) return undefined;
  const { memberId, places: people, ...use } = givenBack;
  const wallet = memberId && `wallet:${memberId}`;
  return { ...use, slot: use.slot, wallet, people, amount: hundredths(credits) };
}

function useOf({ data, occurredOn }: EventOf<'CreditsRedeemed' | 'CreditsHeld'>): Use | undefined {
  const { offerId, slot, party = { adults: 1, under16s: 0 } } = data;
  if (offerId === undefined) return undefined;
  const [account, credits] =
    'account' in data ? [data.account, data.held] : [data.debit, data.credits];
  return {
    offerId,
    wallet: kindOf(account) === 'wallet' ? account : undefined,
    day: 'visitOn' in data ? data.visitOn : occurredOn,
    slot,
    people: party.adults + party.under16s,
    amount: hundredths(credits),
  };
}

function priced(
  { adultCredits, under16Credits }: Terms,
  { data }: EventOf<'CreditsRedeemed' | 'CreditsHeld'>,
  { amount }: Use,
): Breach | undefined {
  const { adults, under16s } = data.party ?? { adults: 1, under16s: 0 };
  const price = adults * hundredths(adultCredits) + under16s * hundredths(under16Credits);
  return price === amount ? undefined : breach(`the price, ${price} hundredths`, amount);
}

type Capped = readonly [limit: number, key: string, what: 'times' | 'people' | 'amount'];

/** The caps that a use counts against, and under what they are counted. */
function capsOf({ caps = {}, offerId }: Terms, { wallet, day, slot }: Use): readonly Capped[] {
  const { memberDay, memberMonth, slotPlaces, venueDayCredits } = caps;
  const all: Capped[] = [];
  if (memberDay !== undefined && wallet !== undefined) {
    all.push([memberDay, `${offerId} by ${wallet} on ${day}`, 'times']);
  }
  if (memberMonth !== undefined && wallet !== undefined) {
    all.push([memberMonth, `${offerId} by ${wallet} in ${day.slice(0, 7)}`, 'times']);
  }
  if (slotPlaces !== undefined) {
    all.push([slotPlaces, `${offerId} on ${day} at minute ${slot ?? 0}`, 'people']);
  }
  if (venueDayCredits !== undefined) {
    all.push([hundredths(venueDayCredits), `hundredths for ${offerId} on ${day}`, 'amount']);
  }
  return all;
}
