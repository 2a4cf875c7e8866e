import type { RegisterVenue } from '../../schemas/commands.ts';
import type { ReinstateVenue, RenameVenue, SuspendVenue } from '../../schemas/lifecycle.ts';
import type { VenueId } from '../../schemas/ids.ts';
import { versionIn, type EventOf } from '../../schemas/events/index.ts';
import { accept, actsFor, idFrom, reject, type Context, type Verdict } from './context.ts';
import { formatTooLow } from './ledger.ts';
import { cannotTurn, type Standing } from './standing.ts';
import type { Ledger } from './state.ts';

export function registerVenue({ state, caller, command }: Context, ask: RegisterVenue): Verdict {
  const organisation = state.organisations.get(ask.organisationId);
  if (organisation === undefined || !actsFor(caller, ask.organisationId)) {
    return reject('organisation_not_found', { id: ask.organisationId });
  }
  if (!organisation.roles.includes('spend')) {
    return reject('not_a_spend_partner', { id: ask.organisationId });
  }
  if (organisation.standing === 'closed') return reject('organisation_closed');
  if (ask.openAmounts && versionIn(state.format, 'VenueRegistered') === 1) {
    return { refusal: formatTooLow(state) };
  }
  return accept({
    type: 'VenueRegistered',
    data: {
      venueId: idFrom('ven', command.id),
      organisationId: ask.organisationId,
      name: ask.name,
      openAmounts: ask.openAmounts,
    },
    organisation: ask.organisationId,
  });
}

/** Suspends a venue, or lets it take redemptions again. */
export function turnVenue({ state }: Context, ask: SuspendVenue | ReinstateVenue): Verdict {
  const { venueId } = ask;
  const venue = state.venues.get(venueId);
  if (venue === undefined) return reject('venue_not_found', { id: venueId });
  const suspends = ask.type === 'SuspendVenue';
  const no = cannotTurn(venue, suspends ? 'suspended' : 'open', 'venue_closed');
  if (no !== undefined) return no;
  const type = suspends ? 'VenueSuspended' : 'VenueReinstated';
  return accept({ type, data: { venueId }, organisation: venue.organisation });
}

export function renameVenue({ state }: Context, { venueId, name }: RenameVenue): Verdict {
  const venue = state.venues.get(venueId);
  if (venue === undefined) return reject('venue_not_found', { id: venueId });
  if (venue.standing === 'closed') return reject('venue_closed');
  return accept({
    type: 'VenueRenamed',
    data: { name, venueId },
    organisation: venue.organisation,
  });
}

export function venueRegistered(state: Ledger, { data }: EventOf<'VenueRegistered'>): void {
  const { venueId, organisationId, openAmounts } = data;
  state.venues.set(venueId, { organisation: organisationId, ...(openAmounts && { openAmounts }) });
  const before = state.venuesOf.get(organisationId) ?? [];
  state.venuesOf.set(organisationId, [...before, venueId]);
}

export function venueStands(state: Ledger, id: VenueId, standing: Standing | undefined): void {
  state.venues.set(id, { ...state.venues.get(id)!, standing });
}
