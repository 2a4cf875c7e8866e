import type { RegisterVenue } from '../../schemas/commands.ts';
import { versionIn, type EventOf } from '../../schemas/events/index.ts';
import { accept, actsFor, idFrom, reject, type Context, type Verdict } from './context.ts';
import { formatTooLow } from './ledger.ts';
import type { Ledger } from './state.ts';

export function registerVenue({ state, caller, command }: Context, ask: RegisterVenue): Verdict {
  const organisation = state.organisations.get(ask.organisationId);
  if (organisation === undefined || !actsFor(caller, ask.organisationId)) {
    return reject('organisation_not_found', { id: ask.organisationId });
  }
  if (!organisation.roles.includes('spend')) {
    return reject('not_a_spend_partner', { id: ask.organisationId });
  }
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

export function venueRegistered(state: Ledger, { data }: EventOf<'VenueRegistered'>): void {
  const { venueId, organisationId, openAmounts } = data;
  state.venues.set(venueId, { organisation: organisationId, ...(openAmounts && { openAmounts }) });
}
