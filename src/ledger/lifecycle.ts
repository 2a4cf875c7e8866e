import type { LifecycleAsk } from '../../schemas/lifecycle.ts';
import type { EventOf, EventType } from '../../schemas/events/index.ts';
import { accessReinstated, accessSuspended, turnAccess, renameAccess } from './access.ts';
import {
  closeMember,
  closeOrganisation,
  closeVenue,
  memberClosed,
  organisationClosed,
  venueClosed,
} from './closing.ts';
import type { Context, Verdict } from './context.ts';
import { memberStands, turnMember } from './member.ts';
import { membersMerged, mergeMembers } from './merging.ts';
import { organisationStands, renameOrganisation, turnOrganisation } from './organisation.ts';
import type { Ledger } from './state.ts';
import {
  memberReopened,
  membersSeparated,
  organisationReopened,
  reopenMember,
  reopenOrganisation,
  separateMembers,
} from './undoing.ts';
import { renameVenue, turnVenue, venueStands } from './venue.ts';

/** Decides what is asked of something that is registered already. */
export function changeStanding(context: Context, ask: LifecycleAsk): Verdict {
  switch (ask.type) {
    case 'SuspendMember':
    case 'ReinstateMember':
      return turnMember(context, ask);
    case 'CloseMember':
      return closeMember(context, ask);
    case 'MergeMembers':
      return mergeMembers(context, ask);
    case 'ReopenMember':
      return reopenMember(context, ask);
    case 'SeparateMembers':
      return separateMembers(context, ask);
    case 'ReopenOrganisation':
      return reopenOrganisation(context, ask);
    case 'SuspendVenue':
    case 'ReinstateVenue':
      return turnVenue(context, ask);
    case 'RenameVenue':
      return renameVenue(context, ask);
    case 'CloseVenue':
      return closeVenue(context, ask);
    case 'SuspendOrganisation':
    case 'ReinstateOrganisation':
      return turnOrganisation(context, ask);
    case 'RenameOrganisation':
      return renameOrganisation(context, ask);
    case 'CloseOrganisation':
      return closeOrganisation(context, ask);
    case 'SuspendAccess':
    case 'ReinstateAccess':
      return turnAccess(context, ask);
    case 'RenameAccess':
      return renameAccess(context, ask);
    default:
      return unknown(ask);
  }
}

type Turn = 'Suspended' | 'Reinstated' | 'Closed' | 'Reopened';
type StandingEvent = EventOf<
  Extract<EventType, `${string}${Turn | 'Merged' | 'Separated' | 'Renamed'}`>
>;

/** Applies what happened to something that is registered already. */
export function standingChanged(state: Ledger, event: StandingEvent): void {
  switch (event.type) {
    case 'MemberSuspended':
      return memberStands(state, event.data.memberId, 'suspended');
    case 'MemberReinstated':
      return memberStands(state, event.data.memberId, undefined);
    case 'MemberClosed':
      return memberClosed(state, event);
    case 'MembersMerged':
      return membersMerged(state, event);
    case 'MemberReopened':
      return memberReopened(state, event);
    case 'MembersSeparated':
      return membersSeparated(state, event);
    case 'OrganisationReopened':
      return organisationReopened(state, event);
    case 'VenueSuspended':
      return venueStands(state, event.data.venueId, 'suspended');
    case 'VenueReinstated':
      return venueStands(state, event.data.venueId, undefined);
    case 'VenueClosed':
      return venueClosed(state, event);
    case 'OrganisationSuspended':
      return organisationStands(state, event.data.organisationId, 'suspended');
    case 'OrganisationReinstated':
      return organisationStands(state, event.data.organisationId, undefined);
    case 'OrganisationClosed':
      return organisationClosed(state, event);
    case 'AccessSuspended':
      return accessSuspended(state, event);
    case 'AccessReinstated':
      return accessReinstated(state, event);
    case 'VenueRenamed':
    case 'OrganisationRenamed':
    case 'AccessRenamed':
      return;
    default:
      return unknown(event);
  }
}

function unknown(of: never): never {
  throw new Error(`not known here: ${JSON.stringify(of)}`);
}
