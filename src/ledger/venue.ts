import type { RegisterVenue } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accept, actsFor, idFrom, reject, type Context, type Verdict } from './context.ts';
import type { Ledger } from './state.ts';

export function registerVenue({ state, caller, command }: Context, ask: RegisterVenue): Verdict {
  const organisation = state.organisations.get(ask.organisationId);
  if (organisation === undefined || !actsFor(caller, ask.organisationId)) {
    return reject('organisation_not_found', { id: ask.organisationId });
  }
  if (!organisation.roles.includes('spend')) {
    return reject('not_a_spend_partner', { id: ask.organisationId });
  }
  return accept({
    type: 'VenueRegistered',
    data: {
      venueId: idFrom('ven', command.id),
      organisationId: ask.organisationId,
      name: ask.name,
    },
    organisation: ask.organisationId,
  });
}

export function venueRegistered(state: Ledger, { data }: EventOf<'VenueRegistered'>): void {
  state.venues.set(data.venueId, { organisation: data.organisationId });
}
