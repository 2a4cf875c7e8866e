import type { RefusalCode } from '../../schemas/refusals.ts';
import { reject, type Verdict } from './context.ts';
import type { Ledger, Venue } from './state.ts';

/** How something registered stands; absent, it is open. Closing and merging are for good. */
export type Standing = 'suspended' | 'closed' | 'merged';

type Stands = { readonly standing?: Standing | undefined };
type No = Extract<Verdict, { refusal: unknown }>;

/** Why something cannot be suspended, or be reinstated. */
export function cannotTurn(
  { standing }: Stands,
  to: 'suspended' | 'open',
  closed: RefusalCode,
): No | undefined {
  if (standing === 'closed') return reject(closed);
  if (to === 'open') return standing === 'suspended' ? undefined : reject('not_suspended');
  return standing === 'suspended' ? reject('already_suspended') : undefined;
}

/** Why an organisation takes no new command that issues or debits. */
export function organisationHalted(organisation: Stands | undefined): No | undefined {
  if (organisation?.standing === undefined) return undefined;
  return reject(
    organisation.standing === 'closed' ? 'organisation_closed' : 'organisation_suspended',
  );
}

/** Why a venue takes nothing new: it is halted itself, or its organisation is. */
export function venueHalted(
  { organisations }: Ledger,
  { standing, organisation }: Venue,
): No | undefined {
  if (standing === undefined) return organisationHalted(organisations.get(organisation));
  return reject(standing === 'closed' ? 'venue_closed' : 'venue_suspended');
}

/** Why a member's wallet takes no new debit. */
export function memberHalted({ standing }: Stands): No | undefined {
  if (standing === undefined) return undefined;
  return reject(standing === 'closed' ? 'member_closed' : 'member_suspended');
}
