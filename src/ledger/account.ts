import { hundredths, type Hundredths } from '../../schemas/amounts.ts';
import {
  fundOf,
  holderOf,
  kindOf,
  type Account,
  type MemberId,
  type OrganisationId,
  type VenueId,
} from '../../schemas/ids.ts';
import { refuse, type Refusal } from '../../schemas/refusals.ts';
import type { Ledger } from './state.ts';
import { addUnsettled } from './unsettled.ts';

const TILL = 'till:';

/** Both sides of a movement, as events name them. */
export type Movement = {
  readonly debit?: Account | undefined;
  readonly credit?: Account | undefined;
  readonly credits?: string | undefined;
};

/**
 * Moves credits from the debited to the credited account; events that move nothing do nothing.
 * What moves on a till waits there to be settled.
 */
export function move(state: Ledger, movement: Movement): void {
  book(state, movement);
  const { debit, credit, credits } = movement;
  if (debit === undefined || credit === undefined || credits === undefined) return;
  if (debit.startsWith(TILL)) addUnsettled(state, debit, -hundredths(credits));
  if (credit.startsWith(TILL)) addUnsettled(state, credit, hundredths(credits));
}

/** Moves credits, and leaves what waits to be settled as it is. */
export function book(state: Ledger, { debit, credit, credits }: Movement): void {
  if (debit === undefined || credit === undefined || credits === undefined) return;
  const amount = hundredths(credits);
  add(state, debit, -amount);
  add(state, credit, amount);
}

function add(state: Ledger, account: Account, amount: Hundredths): void {
  state.balances.set(account, (state.balances.get(account) ?? 0) + amount);
}

/** Why an account does not exist: its holder is not registered. */
export function holderMissing(state: Ledger, account: Account): Refusal | undefined {
  const holder = holderOf(account);
  const known = {
    wallet: () => state.member.get(holder as MemberId),
    till: () => state.venues.get(holder as VenueId),
    pot: () => state.organisations.get(holder as OrganisationId),
    allocation: () =>
      state.funds.get(holder as OrganisationId)?.find((fund) => fund.name === fundOf(account)),
    programme: () => true,
    lapsed: () => true,
    clearing: () => state.networks.get(holder),
  }[kindOf(account)]();
  return known === undefined ? refuse('account_not_found', { id: account }) : undefined;
}
