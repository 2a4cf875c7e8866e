import type { Ask } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { holdIdAt, type OfferId } from '../../schemas/ids.ts';
import type { Fact } from '../../src/ledger/context.ts';
import { commandAt, did, transactionAt } from './given.ts';
import { idOf } from './names.ts';
import {
  AT,
  brought,
  COORDINATOR,
  member,
  NEXT,
  organisationId,
  PARTNER,
  pot,
  till,
  venueId,
  wallet,
  world,
} from './past.ts';

type Terms = EventOf<'OfferPublished'>['data'];
type Held = EventOf<'CreditsHeld'>['data'];
type Captured = EventOf<'HoldCaptured'>['data'];
type AskOf<T extends Ask['type']> = Extract<Ask, { type: T }>;

/** Offers and bookings at the pool, in the names that the tests of the ledger share. */
export const offerId = (name: string): OfferId => idOf('off', name);
export const SWIM = offerId('swim');

/** What the pool publishes: two credits for an adult, one for a child, six people at most. */
export function swimming(more: Partial<Terms> = {}): Omit<Terms, 'offerId'> {
  return {
    ...{ venueId: venueId('pool'), title: 'Swim', restrictions: 'Bring a towel.' },
    ...{ adultCredits: '2', under16Credits: '1', largestParty: 6 },
    ...more,
  };
}

export function published(more: Partial<Terms> = {}): Fact {
  const data = { offerId: SWIM, ...swimming(more) };
  return { type: 'OfferPublished', data, organisation: organisationId('leisure') };
}

export function withdrawn(): Fact {
  const data = { offerId: SWIM, venueId: venueId('pool') };
  return { type: 'OfferWithdrawn', data, organisation: organisationId('leisure') };
}

/** A swim under the offer. */
export function swim(name: string, more: Partial<AskOf<'RedeemCredits'>> = {}): Ask {
  const terms = { venueId: venueId('pool'), member: member(name), offerId: SWIM };
  return { type: 'RedeemCredits', ...terms, ...more };
}

/** A booking at the pool, of so many credits or (without them) under the offer. */
export function book(
  name: string,
  credits?: string,
  more: Partial<AskOf<'HoldCredits'>> = {},
): AskOf<'HoldCredits'> {
  const price = credits === undefined ? { offerId: SWIM } : { credits };
  const bearer = { member: member(name) };
  return { type: 'HoldCredits', venueId: venueId('pool'), ...bearer, ...price, ...more };
}

/** The same of a group's pot. */
export function bookPot(
  group: string,
  credits: string,
  more: Partial<AskOf<'HoldCredits'>> = {},
): Ask {
  const potOf = organisationId(group);
  return { type: 'HoldCredits', venueId: venueId('pool'), potOf, credits, ...more };
}

/** The booking that was made at a revision of a history. */
export const holdAt = (revision: number) => holdIdAt(revision, commandAt(revision));

export function capture(revision: number, credits?: string): Ask {
  const part = credits === undefined ? {} : { credits };
  return { type: 'CaptureHold', holdId: holdAt(revision), ...part };
}

export function cancel(revision: number): Ask {
  return { type: 'CancelHold', holdId: holdAt(revision) };
}

/** Gives back some or all of what a transaction took. */
export function refund(revision: number, credits?: string): Ask {
  const part = credits === undefined ? {} : { credits };
  const transactionId = transactionAt(revision);
  return { type: 'ReverseTransaction', transactionId, reason: 'goodwill', ...part };
}

/** What a booking of a member's for today makes, at the time of the tests. */
export function held(name: string, credits: string, more: Partial<Held> = {}) {
  const data = {
    ...{ account: wallet(name), held: credits, venueId: venueId('pool') },
    ...{ visitOn: '2026-06-10', expiresAt: '2026-06-10T23:00:00.000Z' },
    ...more,
  };
  return { type: 'CreditsHeld' as const, data };
}

/** What the capture of a member's booking for today makes. */
export function captured(
  name: string,
  credits: string,
  revision: number,
  more: Partial<Captured> = {},
) {
  const data = {
    ...{ debit: wallet(name), credit: till('pool'), credits, holdId: holdAt(revision) },
    ...{ visitOn: '2026-06-10', ...more },
  };
  return { type: 'HoldCaptured' as const, data };
}

/** A member and a pot with credits, what each books, and where that booking stands. */
export const CREDITED = [...world(), brought(wallet('asha'), '10'), brought(pot('garden'), '40')];
export const HOLD = NEXT + 2;
export const booked = did(book('asha', '4'), PARTNER, AT);
export const tripBooked = did(bookPot('garden', '30'), COORDINATOR, AT);
