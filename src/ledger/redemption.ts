import { credits, hundredths } from '../../schemas/amounts.ts';
import type { RedeemCredits, VoidKey } from '../../schemas/commands.ts';
import { versionIn, type EventOf } from '../../schemas/events/index.ts';
import { accountOf } from '../../schemas/ids.ts';
import { accept, actsFor, insufficient, reject, type Context, type Verdict } from './context.ts';
import { earlierUnder, ofSameRole } from './idempotency.ts';
import { move } from './account.ts';
import { count, peopleIn, whose } from './cap.ts';
import { cancelled } from './hold.ts';
import { formatTooLow } from './ledger.ts';
import { cardMissing, findBearer } from './member.ts';
import { saleOf } from './offer.ts';
import { paperLineRecorded, recordedBefore } from './paper.ts';
import { remainsOf, reverseInFull } from './reversal.ts';
import { memberHalted, venueHalted } from './standing.ts';
import { available, ENDED, rulesOf, type Ledger } from './state.ts';
import { timeGiven } from './day.ts';

/** The version of an event that can say it is a line of a paper sheet. */
const PAPER_SINCE = 3;

/** Takes credits from a member's wallet into a venue's till. */
export function redeemCredits(context: Context, ask: RedeemCredits): Verdict {
  const { state, caller } = context;
  const venue = state.venues.get(ask.venueId);
  if (venue === undefined || !actsFor(caller, venue.organisation)) {
    return reject('venue_not_found', { id: ask.venueId });
  }
  const found = findBearer(state, ask.member);
  if ('refusal' in found) return found;
  if (caller.role === 'partner' && cardMissing(state, found)) return reject('card_required');
  const halted = memberHalted(found.member) ?? venueHalted(state, venue);
  if (halted !== undefined) return halted;
  const { memberId, cardId } = found;
  const before = ask.paper && recordedBefore(context, ask, memberId);
  if (before !== undefined) return { refusal: before };
  const time = timeGiven(context, ask.occurredAt, rulesOf(state).redemptionBackdatingDays);
  if ('refusal' in time) return time;
  const sale = saleOf(state, ask, { time_ms: time.occurred_ms, memberId });
  if ('refusal' in sale) return sale;
  const wallet = accountOf.wallet(memberId);
  const has = available(state, wallet);
  if (has < sale.amount) return { refusal: insufficient(has, sale.amount) };
  if (ask.paper && versionIn(state.format, 'CreditsRedeemed') !== PAPER_SINCE) {
    return { refusal: formatTooLow(state) };
  }
  return accept({
    type: 'CreditsRedeemed',
    data: {
      again: ask.again,
      cardId,
      credit: accountOf.till(ask.venueId),
      credits: ask.credits ?? credits(sale.amount),
      debit: wallet,
      offerId: ask.offerId,
      paper: ask.paper,
      party: ask.party,
      reference: ask.reference,
      slot: sale.use?.slot,
      terminal: ask.terminal,
    },
    organisation: venue.organisation,
    occurredOn: time.occurredOn,
    occurredAt: ask.occurredAt,
  });
}

/** Undoes what a key made, or spends the key so that a late arrival is refused. */
export function voidKey(context: Context, { voids, shared }: VoidKey): Verdict {
  const { caller, state } = context;
  const earlier = earlierUnder(context, voids, shared);
  const { organisation } = caller;
  if (earlier === undefined) {
    return accept({ type: 'KeyVoided', data: { voids }, organisation });
  }
  const { event, revision } = earlier;
  if (earlier.voided) return { standing: [earlier] };
  // While both roles shared their keys, a key may have been used by the other one.
  if (!ofSameRole(state, caller.role, event)) {
    return reject('key_not_redemption', { earlier: event.type });
  }
  if (event.type === 'CreditsHeld') {
    const hold = state.holds.get(revision);
    const captured = state.endedHolds.get(revision) === ENDED.captured;
    if (captured) return reject('hold_captured');
    if (hold === undefined) return { standing: [earlier] };
    return { facts: [cancelled(hold, event.by.organisation)] };
  }
  if (event.type !== 'CreditsRedeemed' && event.type !== 'HoldCaptured') {
    return reject('key_not_redemption', { earlier: event.type });
  }
  const redemption = { event, revision };
  if (remainsOf(state, redemption) === 0) return { standing: [redemption] };
  return reverseInFull(context, redemption, 'not_provided');
}

export function creditsRedeemed(
  state: Ledger,
  event: EventOf<'CreditsRedeemed'>,
  revision: number,
): void {
  const { data, occurredOn: day } = event;
  move(state, data);
  if (data.paper) paperLineRecorded(state, event, revision);
  const { offerId, party, slot, debit } = data;
  if (offerId === undefined) return;
  const places = peopleIn(party);
  count(
    state,
    { offerId, day, slot, places, ...whose(debit) },
    1,
    places,
    hundredths(data.credits),
  );
}

export function keyVoided(state: Ledger, event: EventOf<'KeyVoided'>, revision: number): void {
  state.keys.add(event.data.voids, revision);
}
