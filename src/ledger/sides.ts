import type { StreamEvent } from '../../schemas/events/index.ts';
import { kindOf, type Account, type OrganisationId } from '../../schemas/ids.ts';
import { actsFor, type Caller } from './context.ts';

/** The two sides of an organisation: its coordinators issue and pool, its partners take. */
export type Side = 'coordinator' | 'partner';

/**
 * Whether the caller acts for one side of an organisation. Where an organisation both earns and
 * spends, neither role reaches what is the other's; an admin acts for any.
 */
export function actsAs(
  caller: Caller,
  side: Side,
  organisation: OrganisationId | undefined,
): boolean {
  if (!actsFor(caller, organisation)) return false;
  return caller.role === side || actsFor(caller, undefined);
}

/** Whose a movement is in the organisation that recorded it. */
export function sideOf({ type, data }: StreamEvent): Side {
  switch (type) {
    case 'CreditsRedeemed':
    case 'HoldCaptured':
    case 'TillSettled':
      return 'partner';
    case 'TransactionReversed':
      return ofTill(data.debit) ? 'partner' : 'coordinator';
    default:
      return 'coordinator';
  }
}

function ofTill(account: Account | undefined): boolean {
  return account !== undefined && kindOf(account) === 'till';
}
