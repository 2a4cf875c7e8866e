import { holderOf, kindOf, type Account, type OrganisationId } from '../../schemas/ids.ts';
import { holderMissing } from './account.ts';
import { actsFor, type Context } from './context.ts';

/**
 * Whether an account is there for a caller who names it as a place for credits to go. That others
 * have a pot or a fund is not told: theirs is answered like one that nobody has. So is any till and
 * mirror account: no caller's credits go there, so whether it exists is not looked up at all.
 */
export function isThere(
  { state, caller }: Pick<Context, 'state' | 'caller'>,
  account: Account,
): boolean {
  switch (kindOf(account)) {
    case 'wallet':
      return holderMissing(state, account) === undefined;
    case 'pot':
    case 'allocation':
      if (!actsFor(caller, holderOf(account) as OrganisationId)) return false;
      return holderMissing(state, account) === undefined;
    default:
      return true;
  }
}
