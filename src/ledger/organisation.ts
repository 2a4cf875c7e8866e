import type { RegisterOrganisation } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accept, idFrom, type Context, type Verdict } from './context.ts';
import type { Ledger } from './state.ts';

export function registerOrganisation({ command }: Context, ask: RegisterOrganisation): Verdict {
  const organisationId = idFrom('org', command.id);
  return accept({
    type: 'OrganisationRegistered',
    data: { organisationId, name: ask.name, roles: ask.roles },
    organisation: organisationId,
  });
}

export function organisationRegistered(
  state: Ledger,
  { data }: EventOf<'OrganisationRegistered'>,
): void {
  state.organisations.set(data.organisationId, { roles: data.roles });
}
