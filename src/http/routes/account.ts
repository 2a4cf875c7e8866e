import { credits } from '../../../schemas/amounts.ts';
import type { Recorded } from '../../../schemas/events/index.ts';
import {
  accountAnswer,
  accountParams,
  accountQuery,
  entriesAnswer,
  entriesQuery,
} from '../../../schemas/http/account.ts';
import {
  holderOf,
  kindOf,
  type Account,
  type MemberId,
  type OrganisationId,
  type VenueId,
} from '../../../schemas/ids.ts';
import type { Directory } from '../../../projections/directory.ts';
import type { Entry } from '../../../projections/entries.ts';
import { movementOf } from '../../../projections/movement.ts';
import { asAtRevision } from '../asAt.ts';
import { callerIn, type Caller } from '../authentication.ts';
import { limitOf, linked, sees } from '../lists.ts';
import { stop } from '../problems.ts';
import { transactionOf, type Routes } from '../route.ts';
import { seesMember } from './member.ts';

const TAG = 'Accounts';
const READERS = ['admin', 'auditor', 'coordinator', 'partner'] as const;

/** Whether a caller sees an account: the holder's side does, and admin and auditor. */
export function seesAccount(directory: Directory, caller: Caller, account: Account): boolean {
  if (sees(caller, undefined)) return true;
  const holder = holderOf(account);
  switch (kindOf(account)) {
    case 'wallet':
      return seesMember(caller, directory.members.get(holder as MemberId));
    case 'till':
      return sees(caller, directory.venues.get(holder as VenueId)?.organisationId);
    case 'pot':
    case 'allocation':
      return sees(caller, holder as OrganisationId);
    default:
      return false;
  }
}

function exists(directory: Directory, account: Account): boolean {
  const holder = holderOf(account);
  switch (kindOf(account)) {
    case 'wallet':
      return directory.members.has(holder as MemberId);
    case 'till':
      return directory.venues.has(holder as VenueId);
    case 'pot':
      return directory.organisations.has(holder as OrganisationId);
    case 'programme':
    case 'lapsed':
      return true;
    default:
      return false;
  }
}

export function accountRoutes(routes: Routes): void {
  const { services } = routes;
  const { entries, directory } = services.projections;

  const visible = (caller: Caller, account: Account) => {
    if (!entries.has(account) && !exists(directory, account)) return false;
    return seesAccount(directory, caller, account);
  };

  routes.read({
    url: '/v1/accounts/:account',
    tag: TAG,
    summary: 'The balance of an account: now, at a revision, or by a recorded or occurred date',
    policy: READERS,
    params: accountParams,
    query: accountQuery,
    answer: accountAnswer,
    handle: async ({ params: { account }, query, request }) => {
      if (!visible(callerIn(request), account)) return stop('account_not_found', { id: account });
      const revision = await asAtRevision(services, query);
      const amount =
        query.occurredBy === undefined
          ? entries.balance(account, revision)
          : entries.balanceOn(account, query.occurredBy);
      const balance = credits(amount);
      return { account, balance, held: '0', available: balance, revision };
    },
  });

  routes.read({
    url: '/v1/accounts/:account/entries',
    tag: TAG,
    summary: 'The entries of an account, newest first, with opening and closing balance',
    policy: READERS,
    params: accountParams,
    query: entriesQuery,
    answer: entriesAnswer,
    handle: async ({ params: { account }, query, request, reply }) => {
      if (!visible(callerIn(request), account)) return stop('account_not_found', { id: account });
      const { revision } = entries;
      const page = entries
        .before(account, query.after)
        .take(limitOf(query) + 1)
        .toArray();
      const more = page.length > limitOf(query);
      if (more) page.pop();
      const last = page.at(-1);
      const closing = page[0]?.balance ?? 0;
      const lines = await Promise.all(page.map((entry) => lineOf(account, entry)));
      return {
        account,
        opening: credits(last === undefined ? 0 : last.balance - last.amount),
        closing: credits(closing),
        revision,
        entries: lines,
        ...(more && last !== undefined && linked(request, reply, last.revision)),
      };
    },
  });

  const lineOf = async (account: Account, entry: Entry) => {
    const event = await services.eventAt(entry.revision);
    const { debit, credit } = movementOf(event)!;
    const recorded: Recorded = { revision: entry.revision, event };
    return {
      transactionId: transactionOf(recorded),
      revision: entry.revision,
      type: event.type,
      amount: credits(entry.amount),
      balance: credits(entry.balance),
      otherAccount: debit === account ? credit : debit,
      occurredOn: entry.occurredOn,
      recordedAt: event.recordedAt,
      reference: 'reference' in event.data ? event.data.reference : undefined,
    };
  };
}
