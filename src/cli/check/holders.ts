import type { StreamEvent } from '../../../schemas/events/index.ts';
import { holderOf, kindOf, type Account } from '../../../schemas/ids.ts';
import { sidesOf } from './balances.ts';
import { breach, type Invariant } from './invariant.ts';

/** Whoever and whatever an event names was registered before it. */
export function registered(): Invariant {
  const known = new Set<string>(['programme', 'lapsed']);
  return {
    name: 'holders',
    says: "every account's holder, and everyone an event names, is registered before",
    take({ event }) {
      const missing = namedIn(event).find((name) => !known.has(name));
      for (const name of madeBy(event)) known.add(name);
      return missing === undefined
        ? undefined
        : breach(`${missing} to be registered before`, 'no event that does so');
    },
  };
}

function namedIn(event: StreamEvent): string[] {
  const { debit, credit } = sidesOf(event);
  const named = [debit, credit].filter((account) => account !== undefined).map(accountNeeds);
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
      return [...named, event.data.memberId];
    case 'CardRevoked':
      return [...named, event.data.memberId, event.data.cardId];
    case 'AccessGranted':
      return [...named, ...[event.data.memberId ?? [], event.data.organisationId ?? []].flat()];
    case 'TillSettled':
    case 'ReimbursementAgreed':
      return [...named, event.data.venueId];
    case 'AccessRevoked':
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
    default:
      return named;
  }
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
  const revoked = new Map<string, boolean>([['system', false]]);
  return {
    name: 'accesses',
    says: 'every event is by the system, or by an access that was granted and not revoked',
    take({ event }) {
      const { access } = event.by;
      const state = revoked.get(access);
      if (event.type === 'AccessGranted') revoked.set(event.data.accessId, false);
      if (event.type === 'AccessRevoked') revoked.set(event.data.accessId, true);
      if (state === false) return undefined;
      const found = state === undefined ? 'which was not granted' : 'which was revoked';
      return breach('an access that stands', `${access}, ${found}`);
    },
  };
}
