import type { StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, kindOf, type Account } from '../../../schemas/ids.ts';
import type { Kept } from './books.ts';
import { breach, type Invariant, type Subject } from './invariant.ts';

/** Whoever and whatever an event names was registered before it. */
export function registered(): Invariant {
  const known = new Set<string>(['programme', 'lapsed']);
  return {
    name: 'holders',
    says: "every account's holder, and everyone an event names, is registered before",
    take(subject) {
      const missing = new Set(namedIn(subject).filter((name) => !known.has(name)));
      for (const name of [...missing, ...madeBy(subject.event)]) known.add(name);
      if (missing.size === 0) return undefined;
      const names = [...missing].join(' and ');
      return breach(`${names} to be registered before`, 'no event that does so');
    },
  };
}

function namedIn({ revision, event, debited, credited }: Subject): string[] {
  const named: string[] = [];
  // Whoever holds an account that was named before is known, or was found missing then.
  if (debited?.since === revision) named.push(keptNeeds(debited));
  if (credited?.since === revision) named.push(keptNeeds(credited));
  if (event.by.organisation !== undefined && event.type !== 'OrganisationRegistered') {
    named.push(event.by.organisation);
  }
  switch (event.type) {
    case 'CreditsAllocated':
      // An allocation begins with its first credits, so it need not be known before.
      return [holderOf(event.data.credit)];
    case 'VenueRegistered':
      return [...named, event.data.organisationId];
    case 'MemberEnrolled':
      return event.data.organisationId === undefined
        ? named
        : [...named, event.data.organisationId];
    case 'MembershipAdded':
      return [...named, event.data.memberId, event.data.organisationId];
    case 'CardIssued':
    case 'CreditsIssued':
    case 'MemberSuspended':
    case 'MemberReinstated':
    case 'MemberReopened':
      return [...named, event.data.memberId];
    case 'CardRevoked':
      return [...named, event.data.memberId, event.data.cardId];
    case 'AccessGranted':
      return [...named, ...[event.data.memberId ?? [], event.data.organisationId ?? []].flat()];
    case 'TillSettled':
    case 'ReimbursementAgreed':
      return [...named, event.data.venueId];
    case 'AccessRevoked':
    case 'AccessSuspended':
    case 'AccessReinstated':
    case 'AccessRenamed':
      return [...named, event.data.accessId];
    case 'OfferPublished':
      return [...named, event.data.venueId];
    case 'OfferWithdrawn':
      return [...named, event.data.offerId];
    case 'CreditsRedeemed':
      return [...named, ...[event.data.offerId ?? []].flat()];
    case 'CreditsHeld': {
      const { account, venueId, offerId } = event.data;
      return [...named, holderOf(account), venueId, ...[offerId ?? []].flat()];
    }
    case 'NetworkLimitsChanged':
      return [...named, `clearing:${event.data.network}`];
    case 'MemberClosed':
      return [...named, event.data.memberId, accountNeeds(event.data.restTo)];
    case 'MembersMerged':
    case 'MembersSeparated':
      return [...named, event.data.from, event.data.into];
    case 'VenueSuspended':
    case 'VenueReinstated':
    case 'VenueRenamed':
    case 'VenueClosed':
      return [...named, event.data.venueId];
    case 'OrganisationSuspended':
    case 'OrganisationReinstated':
    case 'OrganisationRenamed':
    case 'OrganisationReopened':
    case 'OrganisationClosed':
      return [...named, event.data.organisationId];
    default:
      return named;
  }
}

function keptNeeds({ account, kind, holder }: Kept): string {
  return kind === 'allocation' || kind === 'clearing' ? account : holder;
}

function accountNeeds(account: Account): string {
  return ['allocation', 'clearing'].includes(kindOf(account)) ? account : holderOf(account);
}

function madeBy({ type, data }: StreamEvent): string[] {
  switch (type) {
    case 'OrganisationRegistered':
      return [data.organisationId];
    case 'VenueRegistered':
      return [data.venueId];
    case 'MemberEnrolled':
      return [data.memberId];
    case 'CardIssued':
      return [data.cardId];
    case 'AccessGranted':
      return [data.accessId];
    case 'OfferPublished':
      return [data.offerId];
    case 'CreditsAllocated':
      return [data.credit];
    case 'NetworkRegistered':
      return [`clearing:${data.network}`];
    default:
      return [];
  }
}

/** Nobody writes without an access that stands. */
export function accesses(): Invariant {
  const STANDS = 'stands';
  const standing = new Map<string, string>([['system', STANDS]]);
  return {
    name: 'accesses',
    says: 'every event is by the system, or by an access that was granted and was not ended',
    take({ event }) {
      const { access } = event.by;
      const found = standing.get(access) ?? 'which was not granted';
      const { type, data } = event;
      if (type === 'AccessGranted' || type === 'AccessReinstated') {
        standing.set(data.accessId, STANDS);
      }
      if (type === 'AccessRevoked') standing.set(data.accessId, 'which was revoked');
      if (type === 'AccessSuspended') standing.set(data.accessId, 'which was suspended');
      if (found === STANDS) return undefined;
      return breach('an access that stands', `${access}, ${found}`);
    },
  };
}
