import { creditsAloud, hundredths, type Hundredths } from '../../schemas/amounts.ts';
import type { Party, PublishOffer, WithdrawOffer } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import type { MemberId, OfferId, VenueId } from '../../schemas/ids.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { instant } from '../../schemas/time.ts';
import { slotAt, whenAvailable } from './availability.ts';
import { capReached, type Use } from './cap.ts';
import { accept, actsFor, idFrom, reject, type Context, type Verdict } from './context.ts';
import { rulesOf, type Ledger, type Offer } from './state.ts';

export function publishOffer({ state, caller, command }: Context, ask: PublishOffer): Verdict {
  const venue = state.venues.get(ask.venueId);
  if (venue === undefined || !actsFor(caller, venue.organisation)) {
    return reject('venue_not_found', { id: ask.venueId });
  }
  if (venue.standing === 'closed') return reject('venue_closed');
  const { type: _, ...terms } = ask;
  if (terms.validFrom !== undefined && (terms.validTo ?? terms.validFrom) < terms.validFrom) {
    return reject('days_inverted');
  }
  return accept({
    type: 'OfferPublished',
    data: { ...terms, offerId: idFrom('off', command.id) },
    organisation: venue.organisation,
  });
}

export function withdrawOffer({ state, caller }: Context, { offerId }: WithdrawOffer): Verdict {
  const offer = state.offers.get(offerId);
  const organisation = offer && state.venues.get(offer.terms.venueId)?.organisation;
  if (offer === undefined || !actsFor(caller, organisation)) {
    return reject('offer_not_found', { id: offerId });
  }
  if (offer.withdrawn) return reject('offer_withdrawn');
  const { venueId } = offer.terms;
  return accept({ type: 'OfferWithdrawn', data: { offerId, venueId }, organisation });
}

/** What is asked of a venue: an offer for a party, or an amount of the till's own choosing. */
export type Wanted = {
  readonly venueId: VenueId;
  readonly credits?: string | undefined;
  readonly offerId?: OfferId | undefined;
  readonly party?: Party | undefined;
};

/** When a visit is, and who comes; a group that uses its pot is nobody in particular. */
export type Visit = {
  readonly time_ms: number;
  readonly memberId?: MemberId | undefined;
};

/** What is taken for a visit, and what of the offer's caps it uses. */
export type Sale = { readonly amount: Hundredths; readonly use?: Use };

/** Whether a venue gives what is wanted at that time, and for how much. */
export function saleOf(
  state: Ledger,
  wanted: Wanted,
  visit: Visit,
): Sale | { readonly refusal: Refusal } {
  const { venueId, offerId } = wanted;
  if (offerId === undefined) {
    const published = state.offersOf.get(venueId)?.length ?? 0;
    if (published > 0 && !state.venues.get(venueId)!.openAmounts) return reject('offer_required');
    const amount = hundredths(wanted.credits!);
    const limit = hundredths(rulesOf(state).largestRedemption);
    if (amount <= limit) return { amount };
    return reject('redemption_too_large', { limit: creditsAloud(limit) });
  }
  const offer = state.offers.get(offerId);
  if (offer?.terms.venueId !== venueId) return reject('offer_not_found', { id: offerId });
  if (offer.withdrawn) return reject('offer_withdrawn');
  return offered(state, offer, wanted, visit);
}

function offered(
  state: Ledger,
  offer: Offer,
  { party = { adults: 1, under16s: 0 } }: Wanted,
  { time_ms, memberId }: Visit,
): Sale | { readonly refusal: Refusal } {
  const { adultCredits, under16Credits, largestParty, offerId } = offer.terms;
  const people = party.adults + party.under16s;
  if (people > largestParty) return reject('party_too_large', { people, limit: largestParty });
  const amount =
    party.adults * hundredths(adultCredits) + party.under16s * hundredths(under16Credits);
  if (amount === 0) return reject('nothing_to_take');
  const clock = state.wallClock(time_ms);
  const slot = slotAt(offer.terms, clock);
  if (slot === undefined) {
    return reject('offer_not_available', {
      at: instant(time_ms),
      when: whenAvailable(offer.terms),
    });
  }
  const slotted = offer.terms.caps?.slotPlaces !== undefined;
  const { day } = clock;
  const use = { offerId, memberId, day, places: people, ...(slotted && { slot }) };
  const reached = capReached(state, offer, use, amount);
  return reached === undefined ? { amount, use } : { refusal: reached };
}

export function offerPublished(state: Ledger, { data }: EventOf<'OfferPublished'>): void {
  const { offerId, venueId } = data;
  state.offers.set(offerId, { number: state.offerCount, terms: data, withdrawn: false });
  state.offerCount += 1;
  state.offersOf.set(venueId, [...(state.offersOf.get(venueId) ?? []), offerId]);
}

export function offerWithdrawn(state: Ledger, { data }: EventOf<'OfferWithdrawn'>): void {
  const { offerId, venueId } = data;
  state.offers.set(offerId, { ...state.offers.get(offerId)!, withdrawn: true });
  const others = state.offersOf.get(venueId)!.filter((id) => id !== offerId);
  state.offersOf.set(venueId, others);
}
