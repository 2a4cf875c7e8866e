import { creditsAloud } from '../../schemas/amounts.ts';
import { COMMAND_EVENTS_MAX } from '../../schemas/events/envelope.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import {
  accountOf,
  holderOf,
  kindOf,
  type Account,
  type MemberId,
  type OrganisationId,
} from '../../schemas/ids.ts';
import type { CloseMember, CloseOrganisation, CloseVenue } from '../../schemas/lifecycle.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import { holderMissing, move } from './account.ts';
import { fundsOf, returnsOf } from './allocation.ts';
import { cardsOf, withCards } from './card.ts';
import { actsFor, reject, type Context, type Fact, type Verdict } from './context.ts';
import { mayEnd, memberOf } from './member.ts';
import { releasedByMember, releasedByOrganisation, releasedByVenue } from './release.ts';
import {
  accountNow,
  balanceOf,
  endOf,
  movedRest,
  restOf,
  restTooLarge,
  survivorOf,
} from './rest.ts';
import type { Ledger } from './state.ts';

/** Closes a wallet for good; what is left in it goes where the closing says. */
export function closeMember(context: Context, ask: CloseMember): Verdict {
  const { state, caller } = context;
  const found = memberOf(context, ask.memberId);
  if ('refusal' in found) return found;
  const { memberId, member } = found;
  if (!mayEnd(context, found)) return reject('enrolled_elsewhere');
  const wallet = accountOf.wallet(memberId);
  const refused = restRefused(context, wallet, ask.restTo, member.standing === 'closed');
  if (refused !== undefined) return { refusal: refused };
  return within(releasedByMember(context, memberId), {
    type: 'MemberClosed',
    data: {
      agreed: ask.agreed,
      ...movedRest(state, wallet, endOf(state, ask.restTo)),
      memberId,
      restTo: accountNow(state, ask.restTo),
    },
    organisation: caller.organisation,
  });
}

export function closeVenue(context: Context, { venueId }: CloseVenue): Verdict {
  const venue = context.state.venues.get(venueId);
  if (venue === undefined) return reject('venue_not_found', { id: venueId });
  if (venue.standing === 'closed') return reject('venue_closed');
  return within(releasedByVenue(context, venueId), {
    type: 'VenueClosed',
    data: { venueId },
    organisation: venue.organisation,
  });
}

/**
 * Closes an organisation with all that is its own, in one append: allocations go back to the
 * programme, venues are closed, accesses revoked, and the pot goes where the closing says. Its
 * members keep their credits.
 */
export function closeOrganisation(context: Context, ask: CloseOrganisation): Verdict {
  const { state } = context;
  const { organisationId, potTo } = ask;
  const organisation = state.organisations.get(organisationId);
  if (organisation === undefined) return reject('organisation_not_found', { id: organisationId });
  const pot = accountOf.pot(organisationId);
  const closed = organisation.standing === 'closed';
  if (closed && potTo === undefined) return reject('organisation_closed');
  const refused = potTo && restRefused(context, pot, potTo, closed);
  if (refused) return { refusal: refused };
  const left = balanceOf(state, pot);
  if (left > 0 && potTo === undefined) {
    return reject('rest_unplaced', { credits: creditsAloud(left) });
  }
  return within([...endedBy(context, organisationId)], {
    type: 'OrganisationClosed',
    data: {
      ...(potTo !== undefined && movedRest(state, pot, endOf(state, potTo))),
      organisationId,
      potTo: potTo && accountNow(state, potTo),
    },
    organisation: organisationId,
  });
}

/** What ends with an organisation. */
function* endedBy(context: Context, organisation: OrganisationId): Generator<Fact> {
  const { state } = context;
  yield* releasedByOrganisation(context, organisation);
  for (const { name } of fundsOf(state, organisation)) {
    yield* returnsOf(state, organisation, name);
  }
  for (const venueId of state.venuesOf.get(organisation) ?? []) {
    if (state.venues.get(venueId)!.standing === 'closed') continue;
    yield* releasedByVenue(context, venueId);
    yield { type: 'VenueClosed', data: { venueId }, organisation };
  }
  for (const accessId of state.accessesOf.get(organisation) ?? []) {
    if (state.accesses.get(accessId)!.revoked) continue;
    yield { type: 'AccessRevoked', data: { accessId }, organisation };
  }
}

/** The closing with all that goes before it, if one command may make so many events. */
function within(before: readonly Fact[], closing: Fact): Verdict {
  const events = before.length + 1;
  if (events > COMMAND_EVENTS_MAX)
    return reject('list_too_long', { events, limit: COMMAND_EVENTS_MAX });
  return { facts: [...before, closing] };
}

/** Why the rest of an account does not go to another, in order of precedence. */
function restRefused(
  { state, caller }: Context,
  from: Account,
  to: Account,
  closed: boolean,
): Refusal | undefined {
  const kind = kindOf(to);
  const no = (why: string) => refuse('rest_not_allowed', { to, why });
  const missing = refuse('account_not_found', { id: to });
  if (holderMissing(state, to) !== undefined) return missing;
  const ofGroup = kind === 'pot' || kind === 'allocation';
  if (ofGroup && !actsFor(caller, holderOf(to) as OrganisationId)) return missing;
  if (closed) return refuse(kindOf(from) === 'wallet' ? 'member_closed' : 'organisation_closed');
  if (!['wallet', 'pot', 'lapsed'].includes(kind)) return no('it is no wallet and no pot');
  if (accountNow(state, to) === from) return no('that is what is closed');
  // An account that passes on what comes to it is closed itself.
  if (endOf(state, to) !== accountNow(state, to)) {
    return refuse(kind === 'wallet' ? 'member_closed' : 'organisation_closed');
  }
  if (kind === 'lapsed' && !actsFor(caller, undefined)) return no('an admin decides that');
  const own = kind === 'wallet' && survivorOf(state, holderOf(to) as MemberId) === caller.member;
  return own ? no('that is your own wallet') : restTooLarge(state, from);
}

export function memberClosed(state: Ledger, { data }: EventOf<'MemberClosed'>): void {
  move(state, data);
  const id = survivorOf(state, data.memberId);
  const member = state.member.get(id)!;
  const cards = cardsOf(member);
  state.member.set(id, {
    ...withCards(member, []),
    ...restOf(data),
    ...(cards.length > 0 && { cardsBefore: cards }),
    standing: 'closed',
    restTo: data.restTo,
  });
}

export function venueClosed(state: Ledger, { data }: EventOf<'VenueClosed'>): void {
  state.venues.set(data.venueId, { ...state.venues.get(data.venueId)!, standing: 'closed' });
}

export function organisationClosed(state: Ledger, { data }: EventOf<'OrganisationClosed'>): void {
  move(state, data);
  const organisation = state.organisations.get(data.organisationId)!;
  const { organisationId, potTo } = data;
  const closed = { ...organisation, standing: 'closed' as const, potTo, ...restOf(data) };
  state.organisations.set(organisationId, closed);
}
