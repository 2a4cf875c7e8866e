import type { Recorded } from '../../schemas/events/index.ts';
import { milliseconds } from '../../schemas/time.ts';
import { accessGranted, accessRevoked } from './access.ts';
import { move } from './account.ts';
import { creditsAllocated } from './allocation.ts';
import { cardIssued, cardRevoked } from './card.ts';
import { creditsIssued } from './issue.ts';
import { formatRaised, ledgerOpened, rulesChanged } from './ledger.ts';
import { standingChanged } from './lifecycle.ts';
import { memberEnrolled, membershipAdded } from './member.ts';
import { organisationRegistered } from './organisation.ts';
import { keyVoided } from './redemption.ts';
import { transactionReversed } from './reversal.ts';
import type { Ledger } from './state.ts';
import { venueRegistered } from './venue.ts';

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
    case 'CreditsBroughtForward':
    case 'AllocationReturned':
    case 'CreditsRedeemed':
    case 'CreditsTransferred':
      return move(state, event.data);
    default:
      return standingChanged(state, event);
  }
}
