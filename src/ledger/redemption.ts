import { creditsAloud, hundredths } from '../../schemas/amounts.ts';
import type { RedeemCredits, VoidKey } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accountOf } from '../../schemas/ids.ts';
import { accept, actsFor, insufficient, reject, type Context, type Verdict } from './context.ts';
import { earlierUnder } from './idempotency.ts';
import { findBearer } from './member.ts';
import { remainsOf, reverseInFull } from './reversal.ts';
import { memberHalted, organisationHalted, venueHalted } from './standing.ts';
import { available, rulesOf, type Ledger } from './state.ts';
import { dayGiven } from './day.ts';

/** Takes credits from a member's wallet into a venue's till. */
export function redeemCredits(context: Context, ask: RedeemCredits): Verdict {
  const { state, caller } = context;
  const venue = state.venues.get(ask.venueId);
  if (venue === undefined || !actsFor(caller, venue.organisation)) {
    return reject('venue_not_found', { id: ask.venueId });
  }
  const found = findBearer(state, ask.member);
  if ('refusal' in found) return found;
  if (caller.role === 'partner' && found.cardId === undefined && found.member.card !== undefined) {
    return reject('card_required');
  }
  const halted =
    memberHalted(found.member) ??
    venueHalted(venue) ??
    organisationHalted(state.organisations.get(venue.organisation));
  if (halted !== undefined) return halted;
  const rules = rulesOf(state);
  const day = dayGiven(context, ask.occurredAt, rules.redemptionBackdatingDays);
  if ('refusal' in day) return day;
  const amount = hundredths(ask.credits);
  if (amount > hundredths(rules.largestRedemption)) {
    return reject('redemption_too_large', {
      limit: creditsAloud(hundredths(rules.largestRedemption)),
    });
  }
  const wallet = accountOf.wallet(found.memberId);
  const has = available(state, wallet);
  if (has < amount) return { refusal: insufficient(has, amount) };
  return accept({
    type: 'CreditsRedeemed',
    data: {
      cardId: found.cardId,
      credit: accountOf.till(ask.venueId),
      credits: ask.credits,
      debit: wallet,
      party: ask.party,
      reference: ask.reference,
      terminal: ask.terminal,
    },
    organisation: venue.organisation,
    occurredOn: day.occurredOn,
    occurredAt: ask.occurredAt,
  });
}

/** Undoes what a key made, or spends the key so that a late arrival is refused. */
export function voidKey(context: Context, { voids }: VoidKey): Verdict {
  const earlier = earlierUnder(context, voids);
  const organisation = context.caller.organisation;
  if (earlier === undefined) {
    return accept({ type: 'KeyVoided', data: { voids }, organisation });
  }
  const { event, revision } = earlier;
  if (event.type === 'KeyVoided' && event.data.voids === voids) return { standing: [earlier] };
  if (event.type !== 'CreditsRedeemed') {
    return reject('key_not_redemption', { earlier: event.type });
  }
  const redemption = { event, revision };
  if (remainsOf(context.state, redemption) === 0) return { standing: [redemption] };
  return reverseInFull(context, redemption, 'not_provided');
}

export function keyVoided(state: Ledger, event: EventOf<'KeyVoided'>, revision: number): void {
  state.keys.add(event.data.voids, revision);
}
