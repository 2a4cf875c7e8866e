import type { Recorded } from '../../schemas/events/index.ts';
import { milliseconds } from '../../schemas/time.ts';
import { accessGranted, accessRevoked } from './access.ts';
import { move } from './account.ts';
import { creditsAllocated } from './allocation.ts';
import { cardIssued, cardRevoked } from './card.ts';
import { expiredTo } from './expiry.ts';
import { creditsHeld, holdCancelled, holdCaptured, holdExpired } from './hold.ts';
import { creditsIssued } from './issue.ts';
import { formatRaised, ledgerOpened, rulesChanged } from './ledger.ts';
import { standingChanged } from './lifecycle.ts';
import { memberEnrolled, membershipAdded } from './member.ts';
import { offerPublished, offerWithdrawn } from './offer.ts';
import { networkLimitsChanged, networkRegistered } from './network.ts';
import { organisationRegistered } from './organisation.ts';
import { creditsRedeemed, keyVoided } from './redemption.ts';
import { transactionReversed } from './reversal.ts';
import { reimbursementAgreed, tillSettled } from './settlement.ts';
import type { Ledger } from './state.ts';
import { venueRegistered } from './venue.ts';
import { visitRecorded } from './visit.ts';

/**
 * Applies one event to the draft it is handed, and to nothing else. It never refuses: what is in
 * the stream has happened. Events come in order, each once.
 * @throws Error if the event is not the next one, which is a bug
 */
export function evolve(state: Ledger, recorded: Recorded): void {
  const { event, revision } = recorded;
  if (revision !== state.revision + 1) {
    throw new Error(`revision ${revision} cannot follow ${state.revision}`);
  }
  state.revision = revision;
  state.recordedAt_ms = milliseconds(event.recordedAt);
  if (event.type !== 'HoldExpired') expiredTo(state, state.recordedAt_ms);
  if (event.command.key !== undefined) state.keys.add(event.command.key, revision);
  apply(state, recorded);
}

function apply(state: Ledger, { event, revision }: Recorded): void {
  switch (event.type) {
    case 'LedgerOpened':
      return ledgerOpened(state, event);
    case 'RulesChanged':
      return rulesChanged(state, event);
    case 'FormatRaised':
      return formatRaised(state, event);
    case 'OrganisationRegistered':
      return organisationRegistered(state, event);
    case 'VenueRegistered':
      return venueRegistered(state, event);
    case 'MemberEnrolled':
      return memberEnrolled(state, event);
    case 'MembershipAdded':
      return membershipAdded(state, event);
    case 'CardIssued':
      return cardIssued(state, event);
    case 'CardRevoked':
      return cardRevoked(state, event);
    case 'AccessGranted':
      return accessGranted(state, event);
    case 'AccessRevoked':
      return accessRevoked(state, event);
    case 'CreditsAllocated':
      return creditsAllocated(state, event);
    case 'CreditsIssued':
      return creditsIssued(state, event, revision);
    case 'KeyVoided':
      return keyVoided(state, event, revision);
    case 'TransactionReversed':
      return transactionReversed(state, event);
    case 'OfferPublished':
      return offerPublished(state, event);
    case 'OfferWithdrawn':
      return offerWithdrawn(state, event);
    case 'CreditsHeld':
      return creditsHeld(state, { event, revision });
    case 'HoldCaptured':
      return holdCaptured(state, event);
    case 'HoldCancelled':
      return holdCancelled(state, event);
    case 'HoldExpired':
      return holdExpired(state, event);
    case 'CreditsRedeemed':
      return creditsRedeemed(state, event, revision);
    case 'NetworkRegistered':
      return networkRegistered(state, event);
    case 'NetworkLimitsChanged':
      return networkLimitsChanged(state, event);
    case 'VisitRecorded':
      return visitRecorded(state, event, revision);
    case 'TillSettled':
      return tillSettled(state, event);
    case 'ReimbursementAgreed':
      return reimbursementAgreed(state, event);
    case 'CreditsBroughtForward':
    case 'AllocationReturned':
    case 'CreditsTransferred':
      return move(state, event.data);
    default:
      return standingChanged(state, event);
  }
}
