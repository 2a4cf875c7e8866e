import { z } from 'zod';
import { accessGranted, accessRevoked } from './access.ts';
import { allocationReturned, creditsAllocated } from './allocation.ts';
import { cardIssued, cardRevoked } from './card.ts';
import { creditsIssued } from './issue.ts';
import { creditsBroughtForward, formatRaised, ledgerOpened, rulesChanged } from './ledger.ts';
import { memberEnrolled, membershipAdded } from './member.ts';
import { organisationRegistered } from './organisation.ts';
import { creditsRedeemed, keyVoided } from './redemption.ts';
import { transactionReversed } from './reversal.ts';
import { creditsTransferred } from './transfer.ts';
import { venueRegistered } from './venue.ts';

/** The newest format this code writes and reads; `FormatRaised` raises a ledger to it. */
export const FORMAT = 1;

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
] as const;

export const streamEventSchema = z.discriminatedUnion('type', eventSchemas);

/** One fact in the stream. */
export type StreamEvent = z.infer<typeof streamEventSchema>;

export type EventType = StreamEvent['type'];

/** The event of one type. */
export type EventOf<T extends EventType> = Extract<StreamEvent, { type: T }>;

/** An event at its position in the stream. */
export type Recorded<E extends StreamEvent = StreamEvent> = {
  readonly revision: number;
  readonly event: E;
};

const known = new Map(eventSchemas.map((schema) => [schema.shape.type.value as string, 1]));

/**
 * Tells why this code cannot read an event: its type or version is newer than the code.
 * @returns a sentence, or nothing where it can be read
 */
export function unreadable(event: { type?: unknown; v?: unknown }): string | undefined {
  const version = known.get(String(event.type));
  if (version === undefined) return `its type ${JSON.stringify(event.type)} is not known here`;
  if (event.v !== version)
    return `version ${JSON.stringify(event.v)} of ${String(event.type)} is not known`;
  return undefined;
}
