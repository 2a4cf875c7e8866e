import { credits, creditsAloud, hundredths } from '../../schemas/amounts.ts';
import type { CancelHold, CaptureHold, HoldCredits } from '../../schemas/commands.ts';
import type { EventOf, Recorded } from '../../schemas/events/index.ts';
import {
  accountOf,
  holdIdAt,
  kindOf,
  randomOf,
  revisionIn,
  type Account,
  type HoldId,
} from '../../schemas/ids.ts';
import type { Refusal } from '../../schemas/refusals.ts';
import { addDays, instant, milliseconds } from '../../schemas/time.ts';
import { move } from './account.ts';
import { count, peopleIn, whose } from './cap.ts';
import {
  accept,
  actsFor,
  insufficient,
  reject,
  type Context,
  type Fact,
  type Verdict,
} from './context.ts';
import { CLOCK_AHEAD_MS } from './day.ts';
import { addDue } from './expiry.ts';
import { cardMissing, findBearer } from './member.ts';
import { saleOf } from './offer.ts';
import { actsAs } from './sides.ts';
import { memberHalted, organisationHalted, venueHalted } from './standing.ts';
import { available, ENDED, rulesOf, type Hold, type Ledger } from './state.ts';

/**
 * Bookings. Credits are held for a venue, which captures them, or part of them, when the visit
 * comes. A booking is open until its end stands in the stream, so no fold looks at a clock.
 */

/** Of an organisation that both earns and spends too, the till books members, the other its pot. */
const SIDES = ['partner', 'coordinator'] as const;

/** Holds credits of a member, or of a group's pot, in favour of a venue. */
export function holdCredits(context: Context, ask: HoldCredits): Verdict {
  const { state, caller } = context;
  const [role, other] = ask.potOf === undefined ? SIDES : SIDES.toReversed();
  if (caller.role === other) return reject('forbidden', { role: other, roles: `admin or ${role}` });
  const { potOf } = ask;
  const group = potOf && state.organisations.get(potOf);
  if (potOf !== undefined && !(group && actsFor(caller, potOf))) {
    return reject('organisation_not_found', { id: potOf });
  }
  const venue = state.venues.get(ask.venueId);
  const mayHold = potOf !== undefined || actsFor(caller, venue?.organisation);
  if (venue === undefined || !mayHold) return reject('venue_not_found', { id: ask.venueId });
  const holder = holderFor(context, ask);
  if ('refusal' in holder) return holder;
  const halted = holder.halted ?? venueHalted(state, venue) ?? organisationHalted(group);
  if (halted !== undefined) return halted;
  const when = timesOf(context, ask);
  if ('refusal' in when) return when;
  const sale = saleOf(state, ask, { time_ms: when.visit_ms, memberId: holder.memberId });
  if ('refusal' in sale) return sale;
  const has = available(state, holder.account);
  if (has < sale.amount) return { refusal: insufficient(has, sale.amount) };
  const { venueId, offerId, party, reference, terminal, visitAt } = ask;
  return accept({
    type: 'CreditsHeld',
    data: {
      account: holder.account,
      cardId: holder.cardId,
      held: credits(sale.amount),
      expiresAt: instant(when.expires_ms),
      offerId,
      party,
      reference,
      slot: sale.use?.slot,
      terminal,
      venueId,
      visitAt,
      visitOn: state.calendar(when.visit_ms),
    },
    organisation: potOf ?? venue.organisation,
  });
}

/** Whose credits are held. */
function holderFor({ state, caller }: Context, { member, potOf }: HoldCredits) {
  if (potOf !== undefined) {
    const nobody = { memberId: undefined, cardId: undefined, halted: undefined };
    return { account: accountOf.pot(potOf), ...nobody };
  }
  const found = findBearer(state, member!);
  if ('refusal' in found) return found;
  if (caller.role !== 'admin' && cardMissing(state, found)) return reject('card_required');
  const { memberId, cardId } = found;
  return {
    account: accountOf.wallet(memberId),
    memberId,
    cardId,
    halted: memberHalted(found.member),
  };
}

/** When the visit is, and when the booking expires: unless told, with the day of the visit. */
function timesOf({ state, recordedAt_ms, today }: Context, { visitAt, expiresAt }: HoldCredits) {
  const given_ms = visitAt === undefined ? recordedAt_ms : milliseconds(visitAt);
  if (given_ms < recordedAt_ms - CLOCK_AHEAD_MS) return reject('visit_in_past', { at: visitAt! });
  const visit_ms = Math.max(given_ms, recordedAt_ms);
  const { longestHoldDays } = rulesOf(state);
  const last_ms = state.dayStart_ms(addDays(today, longestHoldDays + 1));
  const tooLong = (at: string) => reject('hold_too_long', { at, days: longestHoldDays });
  if (visit_ms >= last_ms) return tooLong(visitAt ?? instant(visit_ms));
  const endOfDay_ms = () => state.dayStart_ms(addDays(state.calendar(visit_ms), 1));
  const expires_ms = expiresAt === undefined ? endOfDay_ms() : milliseconds(expiresAt);
  if (expires_ms <= recordedAt_ms || expires_ms > last_ms) {
    return tooLong(expiresAt ?? instant(expires_ms));
  }
  return { visit_ms, expires_ms };
}

/** Takes what was held, or part of it; the rest is free again. */
export function captureHold(context: Context, ask: CaptureHold): Verdict {
  const found = findHold(context, ask.holdId, 'venue');
  if ('refusal' in found) return found;
  const { hold, event } = found;
  const amount = ask.credits === undefined ? hold.amount : hundredths(ask.credits);
  if (amount > hold.amount) {
    const words = { held: creditsAloud(hold.amount), asked: creditsAloud(amount) };
    return reject('more_than_held', words);
  }
  const { offerId, party, reference, slot, terminal, visitOn } = event.data;
  return accept({
    type: 'HoldCaptured',
    data: {
      credit: accountOf.till(hold.venueId),
      credits: credits(amount),
      debit: hold.account,
      holdId: ask.holdId,
      memberId: hold.use?.memberId,
      offerId,
      party,
      reference,
      released: amount < hold.amount ? credits(hold.amount - amount) : undefined,
      slot,
      terminal: ask.terminal ?? terminal,
      visitOn,
    },
    organisation: context.state.venues.get(hold.venueId)!.organisation,
  });
}

/** Gives free what was held. */
export function cancelHold(context: Context, { holdId }: CancelHold): Verdict {
  const found = findHold(context, holdId, 'either side');
  if ('refusal' in found) return found;
  return { facts: [cancelled(found.hold, found.event.by.organisation)] };
}

/** The fact that an open booking is cancelled. */
export function cancelled(hold: Hold, organisation: Fact['organisation']): Fact {
  const { account, amount, id } = hold;
  const data = { account, held: credits(amount), holdId: id };
  return { type: 'HoldCancelled', data, organisation };
}

type Found = { readonly hold: Hold; readonly event: EventOf<'CreditsHeld'> };

/** An open booking that is the caller's business, or why it is none or no longer open. */
function findHold(
  { state, caller, recall }: Context,
  id: HoldId,
  side: 'venue' | 'either side',
): Found | { readonly refusal: Refusal } {
  const missing = reject('hold_not_found', { id });
  const revision = revisionIn(id);
  if (revision > state.revision) return missing;
  const event = recall(revision);
  if (event.type !== 'CreditsHeld' || randomOf(event.command.id) !== randomOf(id)) return missing;
  const { account, venueId } = event.data;
  const ofVenue = actsAs(caller, 'partner', state.venues.get(venueId)!.organisation);
  const ofPot = kindOf(account) === 'pot' && actsAs(caller, 'coordinator', event.by.organisation);
  if (!ofVenue && (side === 'venue' || !ofPot)) return missing;
  const hold = state.holds.get(revision);
  if (hold !== undefined) return { hold, event };
  const ended = state.endedHolds.get(revision);
  if (ended === ENDED.captured) return reject('hold_captured');
  return reject(ended === ENDED.cancelled ? 'hold_cancelled' : 'hold_expired');
}

export function creditsHeld(state: Ledger, { event, revision }: Recorded): void {
  const { data, command } = event as EventOf<'CreditsHeld'>;
  const { account, offerId, party, slot, venueId, visitOn } = data;
  const amount = hundredths(data.held);
  const expiresAt_ms = milliseconds(data.expiresAt);
  const use = offerId && {
    offerId,
    day: visitOn,
    slot,
    places: peopleIn(party),
    ...whose(account),
  };
  const id = holdIdAt(revision, command.id);
  state.holds.set(revision, { id, account, venueId, amount, expiresAt_ms, use });
  addHeld(state, account, amount);
  addDue(state, revision, expiresAt_ms);
  if (use !== undefined) count(state, use, 1, use.places, amount);
}

export function holdCaptured(state: Ledger, { data }: EventOf<'HoldCaptured'>): void {
  const hold = ended(state, data.holdId, ENDED.captured);
  move(state, data);
  if (hold.use !== undefined) count(state, hold.use, 0, 0, hundredths(data.credits) - hold.amount);
}

export function holdCancelled(state: Ledger, { data }: EventOf<'HoldCancelled'>): void {
  freed(state, ended(state, data.holdId, ENDED.cancelled));
}

export function holdExpired(state: Ledger, { data }: EventOf<'HoldExpired'>): void {
  freed(state, ended(state, data.holdId, ENDED.expired));
}

function freed(state: Ledger, { use, amount }: Hold): void {
  if (use !== undefined) count(state, use, -1, -use.places, -amount);
}

function ended(state: Ledger, id: HoldId, how: number): Hold {
  const revision = revisionIn(id);
  const hold = state.holds.get(revision)!;
  state.holds.delete(revision);
  state.endedHolds.set(revision, how);
  addHeld(state, hold.account, -hold.amount);
  return hold;
}

function addHeld(state: Ledger, account: Account, amount: number): void {
  const held = (state.held.get(account) ?? 0) + amount;
  if (held === 0) state.held.delete(account);
  else state.held.set(account, held);
}

/** Moves the open bookings of one account to another. */
export function moveHolds(state: Ledger, from: Account, into: Account): void {
  const held = state.held.get(from);
  if (held === undefined) return;
  for (const [revision, hold] of [...state.holds.entries()]) {
    if (hold.account === from) state.holds.set(revision, { ...hold, account: into });
  }
  addHeld(state, from, -held);
  addHeld(state, into, held);
}
