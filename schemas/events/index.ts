import { z } from 'zod';
import {
  accessGranted,
  accessReinstated,
  accessRenamed,
  accessRevoked,
  accessSuspended,
} from './access.ts';
import { allocationReturned, creditsAllocated } from './allocation.ts';
import { cardIssued, cardRevoked } from './card.ts';
import { creditsHeld, holdCancelled, holdCaptured, holdExpired } from './hold.ts';
import { creditsIssued, creditsIssuedV1 } from './issue.ts';
import {
  creditsBroughtForward,
  formatRaised,
  ledgerOpened,
  ledgerOpenedV1,
  rulesChanged,
} from './ledger.ts';
import { offerPublished, offerWithdrawn } from './offer.ts';
import { networkLimitsChanged, networkRegistered } from './network.ts';
import { creditsRedeemed, creditsRedeemedV1, creditsRedeemedV2, keyVoided } from './redemption.ts';
import { transactionReversed, transactionReversedV1 } from './reversal.ts';
import { reimbursementAgreed, tillSettled } from './settlement.ts';
import { creditsTransferred } from './transfer.ts';
import { visitRecorded } from './visit.ts';
import {
  memberClosed,
  memberEnrolled,
  memberReinstated,
  memberReopened,
  membershipAdded,
  membersMerged,
  membersSeparated,
  memberSuspended,
} from './member.ts';
import {
  organisationClosed,
  organisationRegistered,
  organisationReinstated,
  organisationRenamed,
  organisationReopened,
  organisationSuspended,
} from './organisation.ts';
import {
  venueClosed,
  venueRegistered,
  venueRegisteredV1,
  venueReinstated,
  venueRenamed,
  venueSuspended,
} from './venue.ts';

/** The newest format this code writes and reads; `FormatRaised` raises a ledger to it. */
export const FORMAT = 3;

/** Every event type in its newest version, and so everything that `evolve` must know. */
export const eventSchemas = [
  ledgerOpened,
  rulesChanged,
  formatRaised,
  creditsBroughtForward,
  organisationRegistered,
  venueRegistered,
  memberEnrolled,
  membershipAdded,
  cardIssued,
  cardRevoked,
  accessGranted,
  accessRevoked,
  creditsAllocated,
  allocationReturned,
  creditsIssued,
  creditsRedeemed,
  keyVoided,
  creditsTransferred,
  transactionReversed,
  offerPublished,
  offerWithdrawn,
  creditsHeld,
  holdCaptured,
  holdCancelled,
  holdExpired,
  networkRegistered,
  networkLimitsChanged,
  visitRecorded,
  tillSettled,
  reimbursementAgreed,
  memberSuspended,
  memberReinstated,
  memberClosed,
  membersMerged,
  venueSuspended,
  venueReinstated,
  venueRenamed,
  venueClosed,
  organisationSuspended,
  organisationReinstated,
  organisationRenamed,
  organisationClosed,
  accessSuspended,
  accessReinstated,
  accessRenamed,
  memberReopened,
  membersSeparated,
  organisationReopened,
] as const;

/**
 * Versions before the newest. A newer one only adds fields that may be absent, so an older event
 * is read as it stands, as one that left them out; a test holds that.
 */
export const olderSchemas = [
  ledgerOpenedV1,
  venueRegisteredV1,
  creditsIssuedV1,
  creditsRedeemedV1,
  creditsRedeemedV2,
  transactionReversedV1,
] as const;

/** Types and versions that came with a later format than the first. */
const SINCE: Readonly<Record<string, number>> = {
  'LedgerOpened.v2': 2,
  'VenueRegistered.v2': 2,
  'CreditsRedeemed.v2': 2,
  'TransactionReversed.v2': 2,
  'OfferPublished.v1': 2,
  'OfferWithdrawn.v1': 2,
  'CreditsHeld.v1': 2,
  'HoldCaptured.v1': 2,
  'HoldCancelled.v1': 2,
  'HoldExpired.v1': 2,
  'NetworkRegistered.v1': 2,
  'NetworkLimitsChanged.v1': 2,
  'VisitRecorded.v1': 2,
  'TillSettled.v1': 2,
  'ReimbursementAgreed.v1': 2,
  'MemberSuspended.v1': 2,
  'MemberReinstated.v1': 2,
  'MemberClosed.v1': 2,
  'MembersMerged.v1': 2,
  'VenueSuspended.v1': 2,
  'VenueReinstated.v1': 2,
  'VenueRenamed.v1': 2,
  'VenueClosed.v1': 2,
  'OrganisationSuspended.v1': 2,
  'OrganisationReinstated.v1': 2,
  'OrganisationRenamed.v1': 2,
  'OrganisationClosed.v1': 2,
  'AccessSuspended.v1': 2,
  'AccessReinstated.v1': 2,
  'AccessRenamed.v1': 2,
  'CreditsIssued.v2': 3,
  'CreditsRedeemed.v3': 3,
  'MemberReopened.v1': 3,
  'MembersSeparated.v1': 3,
  'OrganisationReopened.v1': 3,
};

/** One fact in the stream, in the newest version of its type. */
export type StreamEvent = z.infer<(typeof eventSchemas)[number]>;

/** Checks an event as it is written: with the schema of its own type and version. */
export const streamEventSchema: z.ZodType<StreamEvent> = z.discriminatedUnion(
  'type',
  eventSchemas.map((newest) => {
    const { type } = newest.shape;
    const older = olderSchemas.filter((schema) => schema.shape.type.value === type.value);
    return older.length === 0 ? newest : z.discriminatedUnion('v', [newest, ...older]);
  }) as unknown as typeof eventSchemas,
);

export type EventType = StreamEvent['type'];

/** The event of one type. */
export type EventOf<T extends EventType> = Extract<StreamEvent, { type: T }>;

/** An event at its position in the stream. */
export type Recorded<E extends StreamEvent = StreamEvent> = {
  readonly revision: number;
  readonly event: E;
};

const newest = new Map<string, number>(
  eventSchemas.map(({ shape }) => [shape.type.value, shape.v.value]),
);

/** The newest version of a type that a ledger of some format may hold; none if it is too low. */
export function versionIn(format: number, type: EventType): number | undefined {
  for (let version = newest.get(type)!; version > 0; version -= 1) {
    if ((SINCE[`${type}.v${version}`] ?? 1) <= format) return version;
  }
  return undefined;
}

/**
 * Tells why this code cannot read an event: its type or version is newer than the code.
 * @returns a sentence, or nothing where it can be read
 */
export function unreadable(event: { type?: unknown; v?: unknown } | null): string | undefined {
  const { type, v } = event ?? {};
  const version = typeof type === 'string' ? newest.get(type) : undefined;
  if (version === undefined) return `its type ${JSON.stringify(type)} is not known here`;
  if (Number.isInteger(v) && Number(v) >= 1 && Number(v) <= version) return undefined;
  return `version ${JSON.stringify(v)} of ${String(type)} is not known`;
}
