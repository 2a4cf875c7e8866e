import type { Ask } from '../../schemas/commands.ts';
import { LIFECYCLE_ROLES, type LifecycleAsk } from '../../schemas/lifecycle.ts';
import type { RefusalCode } from '../../schemas/refusals.ts';
import {
  actsFor,
  balanceOf,
  cents,
  endOfWay,
  forget,
  knows,
  move,
  nameNow,
  shift,
  type Books,
  type Caller,
  type Hold,
  type Ruling,
} from './modelBooks.ts';
import { freeIn } from './modelBookings.ts';
import { accountExists } from './modelMoves.ts';

type AskOf<T extends LifecycleAsk['type']> = Extract<LifecycleAsk, { type: T }>;
type Table = Record<string, { standing?: 'suspended' | 'closed' | undefined }>;

export function isLifecycleAsk(ask: Ask): ask is LifecycleAsk {
  return ask.type in LIFECYCLE_ROLES;
}

/** The naive ledger's suspending, closing and merging: what ends is looked for everywhere. */
export function lifecycle(books: Books, caller: Caller, ask: LifecycleAsk): Ruling {
  switch (ask.type) {
    case 'SuspendMember':
    case 'ReinstateMember': {
      const id = nameNow(books, ask.memberId);
      if (!sees(books, caller, id)) return { refused: 'member_not_found' };
      return turn(books.members[id]!, ask.type, 'member_closed');
    }
    case 'CloseMember':
      return closeMember(books, caller, ask);
    case 'MergeMembers':
      return merge(books, caller, ask);
    case 'ReopenMember': {
      const id = nameNow(books, ask.memberId);
      const member = books.members[id];
      if (!member) return { refused: 'member_not_found' };
      return reopen(books, member, `wallet:${id}`, ask.credits);
    }
    case 'ReopenOrganisation': {
      const found = books.organisations[ask.organisationId];
      if (!found) return { refused: 'organisation_not_found' };
      const ruling = reopen(books, found, `pot:${ask.organisationId}`, ask.credits);
      if ('refused' in ruling) return ruling;
      for (const account of Object.keys(books.goesTo)) {
        const own = account.startsWith(`allocation:${ask.organisationId}:`);
        if (own) Reflect.deleteProperty(books.goesTo, account);
      }
      return ruling;
    }
    case 'SeparateMembers':
      throw new Error('written over, two members cannot be told apart again');
    case 'CloseOrganisation':
      return closeOrganisation(books, caller, ask);
    case 'CloseVenue': {
      if (!(ask.venueId in books.venues)) return { refused: 'venue_not_found' };
      const stands = (books.standings[ask.venueId] ??= {});
      if (stands.standing === 'closed') return { refused: 'venue_closed' };
      return { events: closeVenue(books, ask.venueId) };
    }
    case 'SuspendVenue':
    case 'ReinstateVenue':
    case 'RenameVenue':
      if (!(ask.venueId in books.venues)) return { refused: 'venue_not_found' };
      return turn((books.standings[ask.venueId] ??= {}), ask.type, 'venue_closed');
    case 'SuspendOrganisation':
    case 'ReinstateOrganisation':
    case 'RenameOrganisation': {
      const found = books.organisations[ask.organisationId];
      if (!found) return { refused: 'organisation_not_found' };
      return turn(found, ask.type, 'organisation_closed');
    }
    default:
      return turnAccess(books, ask);
  }
}

function turn(what: Table[string], type: string, closed: RefusalCode): Ruling {
  if (what.standing === 'closed') return { refused: closed };
  const suspended = what.standing === 'suspended';
  if (type.startsWith('Rename')) return { events: 1 };
  if (type.startsWith('Suspend') && suspended) return { refused: 'already_suspended' };
  if (type.startsWith('Reinstate') && !suspended) return { refused: 'not_suspended' };
  what.standing = suspended ? undefined : 'suspended';
  return { events: 1 };
}

function turnAccess(
  books: Books,
  ask: AskOf<'SuspendAccess' | 'ReinstateAccess' | 'RenameAccess'>,
): Ruling {
  const access = books.accesses[ask.accessId];
  if (!access) return { refused: 'access_not_found' };
  if (access.revoked) return { refused: 'access_already_revoked' };
  const others = Object.values(books.accesses).filter(
    ({ role, expiresOn, revoked, suspended }) =>
      role === 'admin' && !expiresOn && !revoked && !suspended,
  );
  const last = others.length === 1 && others[0] === access;
  if (ask.type === 'SuspendAccess' && last) return { refused: 'last_admin' };
  if (ask.type === 'SuspendAccess' && access.suspended) return { refused: 'already_suspended' };
  if (ask.type === 'ReinstateAccess' && !access.suspended) return { refused: 'not_suspended' };
  if (ask.type !== 'RenameAccess') access.suspended = !access.suspended;
  return { events: 1 };
}

function sees(books: Books, caller: Caller, member: string): boolean {
  const found = books.members[member];
  return found !== undefined && knows(caller, found.groups);
}

/** Cancels every open booking of which something is true; tells how many there were. */
function cancelAll(books: Books, which: (hold: Hold) => boolean): number {
  const open = Object.values(books.holds).filter((hold) => hold.ended === undefined && which(hold));
  for (const hold of open) {
    hold.ended = 'hold_cancelled';
    forget(hold.use);
  }
  return open.length;
}

/** Why what is left in an account may not go to another. */
function wrongRest(
  books: Books,
  caller: Caller,
  from: string,
  given: string,
  closed: boolean,
): RefusalCode | undefined {
  const [kind, id = ''] = given.split(':') as [string, string?];
  const to = kind === 'wallet' ? `wallet:${nameNow(books, id)}` : given;
  if (!accountExists(books, to)) return 'account_not_found';
  if (/^(pot|allocation)$/.test(kind) && !actsFor(caller, id)) return 'account_not_found';
  if (closed) return from.startsWith('wallet') ? 'member_closed' : 'organisation_closed';
  if (!['wallet', 'pot', 'lapsed'].includes(kind) || from === to) return 'rest_not_allowed';
  if (to in books.goesTo) return kind === 'wallet' ? 'member_closed' : 'organisation_closed';
  if (kind === 'lapsed' && !actsFor(caller, undefined)) return 'rest_not_allowed';
  return to === `wallet:${caller.member}` ? 'rest_not_allowed' : undefined;
}

/** From now on what would come to an account goes elsewhere, as all does that is in it now. */
function empty(books: Books, from: string, given: string): void {
  const [kind, id = ''] = given.split(':') as [string, string?];
  books.goesTo[from] = kind === 'wallet' ? `wallet:${nameNow(books, id)}` : given;
  const to = endOfWay(books, from);
  books.rests[from] = { moved: balanceOf(books, from), to };
  shift(books, from, to, balanceOf(books, from));
}

/** Gives back what a closing has moved, where it is still to be had. */
function reopen(
  books: Books,
  stands: Table[string],
  account: string,
  asked: string | undefined,
): Ruling {
  if (stands.standing !== 'closed') return { refused: 'not_ended' };
  const { moved, to } = books.rests[account]!;
  const amount = asked === undefined ? moved : cents(asked);
  if (amount > moved) return { refused: 'more_than_remains' };
  const from = endOfWay(books, to);
  if (amount > 0 && freeIn(books, from) < amount) return { refused: 'insufficient_credits' };
  shift(books, from, account, amount);
  Reflect.deleteProperty(books.goesTo, account);
  stands.standing = undefined;
  return { events: 1 };
}

function closeMember(books: Books, caller: Caller, ask: AskOf<'CloseMember'>): Ruling {
  const id = nameNow(books, ask.memberId);
  if (!sees(books, caller, id)) return { refused: 'member_not_found' };
  if (!actsFor(caller, books.members[id]!.enrolledBy)) return { refused: 'enrolled_elsewhere' };
  const wallet = `wallet:${id}`;
  const closed = books.members[id]!.standing === 'closed';
  const refused = wrongRest(books, caller, wallet, ask.restTo, closed);
  if (refused) return { refused };
  const ended = cancelAll(books, ({ account }) => account === wallet);
  books.members[id]!.standing = 'closed';
  empty(books, wallet, ask.restTo);
  return { events: ended + 1 };
}

function closeVenue(books: Books, venueId: string): number {
  const ended = cancelAll(books, ({ venue }) => venue === venueId);
  const offers = Object.values(books.offers).filter(
    ({ terms, withdrawn }) => terms.venueId === venueId && !withdrawn,
  );
  for (const offer of offers) offer.withdrawn = true;
  books.standings[venueId] = { standing: 'closed' };
  return ended + offers.length + 1;
}

function closeOrganisation(
  books: Books,
  caller: Caller,
  { organisationId, potTo }: AskOf<'CloseOrganisation'>,
): Ruling {
  const organisation = books.organisations[organisationId];
  if (!organisation) return { refused: 'organisation_not_found' };
  const pot = `pot:${organisationId}`;
  const closed = organisation.standing === 'closed';
  if (closed && potTo === undefined) return { refused: 'organisation_closed' };
  const refused = potTo && wrongRest(books, caller, pot, potTo, closed);
  if (refused) return { refused };
  if (potTo === undefined && balanceOf(books, pot) > 0) return { refused: 'rest_unplaced' };
  const venues = Object.keys(books.venues).filter((id) => books.venues[id] === organisationId);
  let events = cancelAll(books, ({ account, venue }) => account === pot && !venues.includes(venue));
  for (const fund of Object.keys(books.funds[organisationId] ?? {})) {
    const from = `allocation:${organisationId}:${fund}`;
    const left = balanceOf(books, from);
    books.goesTo[from] = 'programme';
    if (left === 0) continue;
    const what = { from, to: 'programme', credits: String(left / 100) };
    move(books, caller, 'other', { ...what, organisation: organisationId }, events);
    events += 1;
  }
  for (const venue of venues) {
    if (books.standings[venue]?.standing !== 'closed') events += closeVenue(books, venue);
  }
  for (const access of Object.values(books.accesses)) {
    if (access.organisation !== organisationId || access.revoked) continue;
    access.revoked = true;
    events += 1;
  }
  organisation.standing = 'closed';
  empty(books, pot, potTo ?? 'lapsed');
  return { events: events + 1 };
}

/** Writes one member's id over another's wherever it stands in the books. */
function merge(books: Books, caller: Caller, { from, into }: AskOf<'MergeMembers'>): Ruling {
  const both = [from, into].map((id) => nameNow(books, id));
  if (both.some((id) => !sees(books, caller, id))) return { refused: 'member_not_found' };
  if (both.some((id) => !actsFor(caller, books.members[id]!.enrolledBy))) {
    return { refused: 'enrolled_elsewhere' };
  }
  if (both.some((id) => books.members[id]!.standing === 'closed')) {
    return { refused: 'member_closed' };
  }
  if (both[0] !== from || both[1] !== into) return { refused: 'member_merged' };
  if (from === into) return { refused: 'merge_into_itself' };
  if (both.includes(caller.member ?? '')) return { refused: 'rest_not_allowed' };
  const [gone, left] = [books.members[from]!, books.members[into]!];
  Reflect.deleteProperty(books.members, from);
  left.groups = [...new Set([...left.groups, ...gone.groups])];
  left.standing ??= gone.standing;
  overwrite(books, from, into, new Set());
  books.mergedInto[from] = into;
  return { events: 1 };
}

/** Figures that come to stand under one name are added up. */
function overwrite(value: unknown, from: string, into: string, seen: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  const table = value as Record<string, unknown>;
  for (const [key, one] of Object.entries(table)) {
    if (typeof one === 'string') table[key] = one.replace(from, into);
    overwrite(one, from, into, seen);
    if (!key.includes(from)) continue;
    const name = key.replace(from, into);
    const there = table[name];
    table[name] = typeof one === 'number' ? one + Number(there ?? 0) : table[key];
    Reflect.deleteProperty(table, key);
  }
}
