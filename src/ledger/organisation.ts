import type { RegisterOrganisation } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import type { OrganisationId } from '../../schemas/ids.ts';
import type {
  ReinstateOrganisation,
  RenameOrganisation,
  SuspendOrganisation,
} from '../../schemas/lifecycle.ts';
import { accept, idFrom, reject, type Context, type Verdict } from './context.ts';
import { cannotTurn, type Standing } from './standing.ts';
import type { Ledger } from './state.ts';

export function registerOrganisation({ command }: Context, ask: RegisterOrganisation): Verdict {
  const organisationId = idFrom('org', command.id);
  return accept({
    type: 'OrganisationRegistered',
    data: { organisationId, name: ask.name, roles: ask.roles },
    organisation: organisationId,
  });
}

/** Suspends an organisation, or lets it issue, take and move credits again. */
export function turnOrganisation(
  { state }: Context,
  ask: SuspendOrganisation | ReinstateOrganisation,
): Verdict {
  const { organisationId } = ask;
  const organisation = state.organisations.get(organisationId);
  if (organisation === undefined) return reject('organisation_not_found', { id: organisationId });
  const suspends = ask.type === 'SuspendOrganisation';
  const no = cannotTurn(organisation, suspends ? 'suspended' : 'open', 'organisation_closed');
  if (no !== undefined) return no;
  const type = suspends ? 'OrganisationSuspended' : 'OrganisationReinstated';
  return accept({ type, data: { organisationId }, organisation: organisationId });
}

export function renameOrganisation({ state }: Context, ask: RenameOrganisation): Verdict {
  const { organisationId, name } = ask;
  const organisation = state.organisations.get(organisationId);
  if (organisation === undefined) return reject('organisation_not_found', { id: organisationId });
  if (organisation.standing === 'closed') return reject('organisation_closed');
  return accept({
    type: 'OrganisationRenamed',
    data: { name, organisationId },
    organisation: organisationId,
  });
}

export function organisationRegistered(
  state: Ledger,
  { data }: EventOf<'OrganisationRegistered'>,
): void {
  state.organisations.set(data.organisationId, { roles: data.roles });
}

export function organisationStands(
  state: Ledger,
  id: OrganisationId,
  standing: Standing | undefined,
): void {
  state.organisations.set(id, { ...state.organisations.get(id)!, standing });
}
