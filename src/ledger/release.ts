import type { MemberId, OrganisationId, VenueId } from '../../schemas/ids.ts';
import type { Context, Fact } from './context.ts';

/** What closing something ends besides, in the same append and before it. */
type Released<Id> = (context: Context, id: Id) => readonly Fact[];

/** The open holds on a member's wallet. */
export const releasedByMember: Released<MemberId> = () => [];

/** The open holds at a venue, and its offers. */
export const releasedByVenue: Released<VenueId> = () => [];

/** The open holds on an organisation's pot; those at its venues are released by these. */
export const releasedByOrganisation: Released<OrganisationId> = () => [];
