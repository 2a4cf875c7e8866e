import { readFileSync } from 'node:fs';

/**
 * One event of each type and version, with every field it may have, as its exact bytes. They were
 * written once. A test that fails here says that stored streams could no longer be read alike: put
 * the code right, never the files.
 */
export const FOLDER = new URL('../golden/', import.meta.url);

/** The text of a golden file. */
export const golden = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

/** The order in which the golden events make one stream; those of format 2 go on where it ends. */
export const STREAM = [
  ...['LedgerOpened', 'AccessGranted', 'OrganisationRegistered', 'VenueRegistered'],
  ...['MemberEnrolled', 'MembershipAdded', 'CardIssued', 'CreditsAllocated', 'CreditsIssued'],
  ...['CreditsRedeemed', 'CreditsTransferred', 'TransactionReversed', 'KeyVoided'],
  ...['CreditsBroughtForward', 'AllocationReturned', 'CardRevoked', 'AccessRevoked'],
  ...['RulesChanged', 'FormatRaised'],
].map((type) => `${type}.v1.json`);
export const STREAM_2 = [
  ...['VenueRegistered.v2', 'OfferPublished.v1', 'CreditsRedeemed.v2', 'TransactionReversed.v2'],
  ...['CreditsHeld.v1', 'HoldCaptured.v1', 'CreditsHeld.v1', 'HoldCancelled.v1'],
  ...['CreditsHeld.v1', 'HoldExpired.v1', 'OfferWithdrawn.v1'],
  ...['NetworkRegistered.v1', 'NetworkLimitsChanged.v1', 'VisitRecorded.v1'],
  ...['ReimbursementAgreed.v1', 'TillSettled.v1'],
].map((name) => `${name}.json`);
