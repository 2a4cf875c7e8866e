import type { GrantAccess, RevokeAccess } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import type { ReinstateAccess, RenameAccess, SuspendAccess } from '../../schemas/lifecycle.ts';
import { accept, reject, type Context, type Verdict } from './context.ts';
import type { Access, Ledger } from './state.ts';

/** Coordinators and partners act for one organisation of their kind; the others for none. */
export function grantAccess({ state }: Context, ask: GrantAccess): Verdict {
  const { type: _, ...data } = ask;
  const mismatch = organisationMismatch(ask);
  if (mismatch !== undefined) {
    return reject('access_needs_organisation', { role: ask.role, rule: mismatch });
  }
  if (ask.organisationId !== undefined) {
    const organisation = state.organisations.get(ask.organisationId);
    if (organisation === undefined) {
      return reject('organisation_not_found', { id: ask.organisationId });
    }
    if (ask.role === 'coordinator' && !organisation.roles.includes('earn')) {
      return reject('not_an_earn_group', { id: ask.organisationId });
    }
    if (ask.role === 'partner' && !organisation.roles.includes('spend')) {
      return reject('not_a_spend_partner', { id: ask.organisationId });
    }
  }
  if (ask.memberId !== undefined && state.member.get(ask.memberId) === undefined) {
    return reject('member_not_found', { id: ask.memberId });
  }
  if (state.accesses.get(ask.accessId) !== undefined) return reject('access_exists');
  const owner = ask.organisationId && state.organisations.get(ask.organisationId);
  if (owner && owner.standing === 'closed') return reject('organisation_closed');
  return accept({ type: 'AccessGranted', data, organisation: ask.organisationId });
}

function organisationMismatch({ role, organisationId, memberId }: GrantAccess): string | undefined {
  const forOne = role === 'coordinator' || role === 'partner';
  if (forOne && organisationId === undefined) return 'needs an organisationId';
  if (!forOne && organisationId !== undefined) return 'takes no organisationId';
  if (role !== 'coordinator' && memberId !== undefined) return 'takes no memberId';
  return undefined;
}

export function revokeAccess({ state }: Context, { accessId }: RevokeAccess): Verdict {
  const access = state.accesses.get(accessId);
  if (access === undefined) return reject('access_not_found', { id: accessId });
  if (access.revoked) return reject('access_already_revoked');
  if (lasts(access) && state.admins === 1) return reject('last_admin');
  return accept({
    type: 'AccessRevoked',
    data: { accessId },
    organisation: access.organisation,
  });
}

/** Suspends an access, or lets it go on. */
export function turnAccess(
  { state }: Context,
  { type, accessId }: SuspendAccess | ReinstateAccess,
): Verdict {
  const access = state.accesses.get(accessId);
  if (access === undefined) return reject('access_not_found', { id: accessId });
  if (access.revoked) return reject('access_already_revoked');
  const { organisation } = access;
  if (type === 'ReinstateAccess') {
    if (!access.suspended) return reject('not_suspended');
    return accept({ type: 'AccessReinstated', data: { accessId }, organisation });
  }
  if (lasts(access) && state.admins === 1) return reject('last_admin');
  if (access.suspended) return reject('already_suspended');
  return accept({ type: 'AccessSuspended', data: { accessId }, organisation });
}

export function renameAccess({ state }: Context, { accessId, label }: RenameAccess): Verdict {
  const access = state.accesses.get(accessId);
  if (access === undefined) return reject('access_not_found', { id: accessId });
  if (access.revoked) return reject('access_already_revoked');
  const { organisation } = access;
  return accept({ type: 'AccessRenamed', data: { accessId, label }, organisation });
}

/** Whether an access is an admin's that works, and does not end by itself. */
function lasts(access: Access): boolean {
  return access.role === 'admin' && access.expiresOn === undefined && !ended(access);
}

function ended({ revoked, suspended }: Access): boolean {
  return revoked || suspended === true;
}

export function accessGranted(state: Ledger, { data }: EventOf<'AccessGranted'>): void {
  const access: Access = {
    role: data.role,
    organisation: data.organisationId,
    member: data.memberId,
    keyHash: data.keyHash,
    expiresOn: data.expiresOn,
    revoked: false,
  };
  state.accesses.set(data.accessId, access);
  if (lasts(access)) state.admins += 1;
  if (data.organisationId === undefined) return;
  const before = state.accessesOf.get(data.organisationId) ?? [];
  state.accessesOf.set(data.organisationId, [...before, data.accessId]);
}

export function accessSuspended(state: Ledger, { data }: EventOf<'AccessSuspended'>): void {
  const access = state.accesses.get(data.accessId)!;
  if (lasts(access)) state.admins -= 1;
  state.accesses.set(data.accessId, { ...access, suspended: true });
}

export function accessReinstated(state: Ledger, { data }: EventOf<'AccessReinstated'>): void {
  const { suspended: _, ...access } = state.accesses.get(data.accessId)!;
  state.accesses.set(data.accessId, access);
  if (lasts(access)) state.admins += 1;
}

export function accessRevoked(state: Ledger, { data }: EventOf<'AccessRevoked'>): void {
  const access = state.accesses.get(data.accessId)!;
  if (lasts(access)) state.admins -= 1;
  state.accesses.set(data.accessId, { ...access, revoked: true });
}
