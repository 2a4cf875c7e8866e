import type { Directory, MemberItem } from '../../projections/directory.ts';
import type { Projections } from '../../projections/index.ts';
import {
  accountOf,
  holderOf,
  kindOf,
  revisionIn,
  type Account,
  type MemberId,
  type OrganisationId,
  type VenueId,
} from '../../schemas/ids.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Side } from '../ledger/sides.ts';
import type { Caller } from './authentication.ts';
import { stop } from './problems.ts';
import type { Services } from './services.ts';

/** Whether a caller sees what belongs to an organisation: its own, or all for admin and auditor. */
export function sees({ role, organisation }: Caller, owner: OrganisationId | undefined): boolean {
  if (role === 'admin' || role === 'auditor') return true;
  return owner !== undefined && organisation === owner;
}

/**
 * Whether a caller sees what is the business of one role of an organisation: of one that both
 * earns and spends, neither role sees what is the other's.
 */
export function seesAs(caller: Caller, side: Side, owner: OrganisationId | undefined): boolean {
  if (!sees(caller, owner)) return false;
  return caller.role === side || sees(caller, undefined);
}

/** Whether a caller sees a booking: the venue's side does, and the pot's. */
export function seesHold(
  { directory }: Projections,
  caller: Caller,
  hold: { readonly account: Account; readonly venueId: VenueId },
): boolean {
  if (seesAs(caller, 'partner', directory.venues.get(hold.venueId)?.organisationId)) return true;
  return kindOf(hold.account) === 'pot' && seesAccount(directory, caller, hold.account);
}

/** Whether a caller sees a member: a coordinator those of its own organisation. */
export function seesMember(caller: Caller, member: MemberItem | undefined): boolean {
  if (sees(caller, undefined)) return true;
  if (caller.role !== 'coordinator') return false;
  return member !== undefined && member.organisationIds.some((id) => sees(caller, id));
}

/** Whether a caller sees an account: the holder's side does, and admin and auditor. */
export function seesAccount(directory: Directory, caller: Caller, account: Account): boolean {
  if (sees(caller, undefined)) return true;
  const holder = holderOf(account);
  switch (kindOf(account)) {
    case 'wallet':
      return seesMember(caller, directory.member(holder as MemberId));
    case 'till':
      return seesAs(caller, 'partner', directory.venues.get(holder as VenueId)?.organisationId);
    case 'pot':
    case 'allocation':
      return seesAs(caller, 'coordinator', holder as OrganisationId);
    default:
      return false;
  }
}

/** Whether there is such an account: its holder is registered, though it may have no entries. */
function exists(directory: Directory, account: Account): boolean {
  const holder = holderOf(account);
  switch (kindOf(account)) {
    case 'wallet':
      return directory.members.has(holder as MemberId);
    case 'till':
      return directory.venues.has(holder as VenueId);
    case 'pot':
      return directory.organisations.has(holder as OrganisationId);
    case 'clearing':
      return directory.networks.has(holder);
    case 'programme':
    case 'lapsed':
      return true;
    default:
      return false;
  }
}

/**
 * The account that a caller asks for: by now, a merged wallet is the survivor's. Of what is not
 * theirs nobody learns that it exists.
 */
export function accountAsked(
  { entries, directory }: Projections,
  caller: Caller,
  asked: Account,
): Account {
  const account = accountNow(directory, asked);
  const known = entries.has(account) || exists(directory, account);
  if (known && seesAccount(directory, caller, account)) return account;
  return stop('account_not_found', { id: asked });
}

function accountNow(directory: Directory, account: Account): Account {
  if (kindOf(account) !== 'wallet') return account;
  const member = directory.member(holderOf(account) as MemberId);
  return member === undefined ? account : accountOf.wallet(member.memberId);
}

/** Where credits have gone on to, for those who see that account; `lapsed` is no secret. */
export function restShown(
  directory: Directory,
  caller: Caller,
  account: Account | undefined,
): Account | undefined {
  if (account === undefined) return undefined;
  return kindOf(account) === 'lapsed' || seesAccount(directory, caller, account)
    ? account
    : undefined;
}

/**
 * The account that a reversal credits, as its reader knows it: where one who was closed or merged
 * has their credits go on to is no business of the venue that refunds them.
 */
export async function creditKnown(
  { projections, eventAt }: Services,
  caller: Caller,
  event: StreamEvent,
): Promise<Account | undefined> {
  const { credit } = event.data as { credit?: Account };
  if (event.type !== 'TransactionReversed' || credit === undefined) return credit;
  if (seesAccount(projections.directory, caller, credit)) return credit;
  const original = await eventAt(revisionIn(event.data.reverses));
  return (original.data as { debit?: Account }).debit;
}
