import { accountOf, type MemberId, type OrganisationId, type VenueId } from '../../schemas/ids.ts';
import type { Context, Fact } from './context.ts';
import { cancelled } from './hold.ts';
import type { Hold } from './state.ts';

/** What closing something ends besides, in the same append and before it. */
type Released<Id> = (context: Context, id: Id) => readonly Fact[];

/** The open bookings of a member. */
export const releasedByMember: Released<MemberId> = (context, memberId) =>
  cancelledWhere(context, ({ account }) => account === accountOf.wallet(memberId));

/** The open bookings at a venue, and its offers. */
export const releasedByVenue: Released<VenueId> = (context, venueId) => {
  const { state } = context;
  const { organisation } = state.venues.get(venueId)!;
  const offers = (state.offersOf.get(venueId) ?? []).map((offerId): Fact => {
    return { type: 'OfferWithdrawn', data: { offerId, venueId }, organisation };
  });
  return [...cancelledWhere(context, (hold) => hold.venueId === venueId), ...offers];
};

/** The open bookings of an organisation's pot, but for those at its own venues. */
export const releasedByOrganisation: Released<OrganisationId> = (context, organisation) =>
  cancelledWhere(context, ({ account, venueId }) => {
    const atOwnVenue = context.state.venues.get(venueId)!.organisation === organisation;
    return account === accountOf.pot(organisation) && !atOwnVenue;
  });

function cancelledWhere({ state }: Context, which: (hold: Hold) => boolean): Fact[] {
  return [...state.holds.entries()]
    .filter(([, hold]) => which(hold))
    .map(([, hold]) => cancelled(hold, state.venues.get(hold.venueId)!.organisation));
}
