import { credits, creditsAloud, isAgreed, LARGEST, poundsFor } from '../../schemas/amounts.ts';
import type { AgreeReimbursement, SettleTill } from '../../schemas/commands.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { accountOf, PROGRAMME } from '../../schemas/ids.ts';
import { book } from './account.ts';
import { accept, reject, type Context, type Verdict } from './context.ts';
import { NO_TILL, type Ledger } from './state.ts';
import { settledUpTo, unsettledOn } from './unsettled.ts';

/** Clears a till of all that was recorded up to the end of a day and not settled before. */
export function settleTill({ state, today }: Context, { venueId, to }: SettleTill): Verdict {
  const venue = state.venues.get(venueId);
  if (venue === undefined) return reject('venue_not_found', { id: venueId });
  if (to >= today) return reject('day_not_ended', { day: to, today });
  const till = accountOf.till(venueId);
  const due = unsettledOn(state, till, to);
  if (due === undefined) return reject('nothing_to_settle', { day: to });
  const { firstRevision, lastRevision, amount } = due;
  const size = Math.abs(amount);
  if (size > LARGEST) {
    return reject('settlement_too_large', { day: to, credits: creditsAloud(amount) });
  }
  const { settlements, rate } = state.tills.get(venueId) ?? NO_TILL;
  const sides = amount > 0 ? [till, PROGRAMME] : [PROGRAMME, till];
  return accept({
    type: 'TillSettled',
    data: {
      ...(size > 0 && { credit: sides[1], credits: credits(size), debit: sides[0] }),
      firstRevision,
      lastRevision,
      number: settlements + 1,
      ...(rate !== undefined && { pounds: poundsFor(amount, rate), rate }),
      to,
      venueId,
    },
    organisation: venue.organisation,
  });
}

/** Records what a venue is reimbursed for a credit, for its settlements from here on. */
export function agreeReimbursement({ state }: Context, ask: AgreeReimbursement): Verdict {
  const { venueId, poundsPerCredit: rate } = ask;
  const venue = state.venues.get(venueId);
  if (venue === undefined) return reject('venue_not_found', { id: venueId });
  return accept({
    type: 'ReimbursementAgreed',
    data: { rate, venueId },
    organisation: venue.organisation,
  });
}

/** A settlement moves credits, but is itself no entry to be settled. */
export function tillSettled(state: Ledger, { data }: EventOf<'TillSettled'>): void {
  const { venueId, number, lastRevision } = data;
  book(state, data);
  settledUpTo(state, accountOf.till(venueId), lastRevision);
  state.tills.set(venueId, { ...state.tills.get(venueId), settlements: number });
}

export function reimbursementAgreed(state: Ledger, { data }: EventOf<'ReimbursementAgreed'>): void {
  const { venueId, rate } = data;
  const { settlements } = state.tills.get(venueId) ?? NO_TILL;
  state.tills.set(venueId, { settlements, ...(isAgreed(rate) && { rate }) });
}
