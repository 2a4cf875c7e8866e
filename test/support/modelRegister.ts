import type { Ask } from '../../schemas/commands.ts';
import type { LifecycleAsk } from '../../schemas/lifecycle.ts';
import {
  actsFor,
  balanceOf,
  cents,
  daysBefore,
  halted,
  hadCard,
  hasCard,
  knows,
  move,
  nameNow,
  namedIn,
  type Books,
  type Caller,
  type Ruling,
} from './modelBooks.ts';

export type Registration = Exclude<
  Ask,
  {
    type:
      | 'OpenLedger'
      | 'ChangeRules'
      | 'RaiseFormat'
      | 'BringForward'
      | 'AllocateCredits'
      | 'ReturnAllocation'
      | 'IssueCredits'
      | 'RedeemCredits'
      | 'VoidKey'
      | 'TransferCredits'
      | 'ReverseTransaction'
      | 'PublishOffer'
      | 'WithdrawOffer'
      | 'HoldCredits'
      | 'CaptureHold'
      | 'CancelHold'
      | 'RegisterNetwork'
      | 'ChangeNetworkLimits'
      | 'RecordVisit'
      | 'SettleTill'
      | 'AgreeReimbursement'
      | LifecycleAsk['type'];
  }
>;

/** The naive ledger's registers: organisations, venues, members, cards, access and funds. */
export function register(books: Books, caller: Caller, ask: Registration): Ruling {
  const made = caller.command.id.slice(4);
  switch (ask.type) {
    case 'RegisterOrganisation':
      books.organisations[`org_${made}`] = { roles: ask.roles };
      return { events: 1 };
    case 'RegisterVenue': {
      const owner = books.organisations[ask.organisationId];
      if (!owner || !actsFor(caller, ask.organisationId)) {
        return { refused: 'organisation_not_found' };
      }
      if (!owner.roles.includes('spend')) return { refused: 'not_a_spend_partner' };
      if (owner.standing === 'closed') return { refused: 'organisation_closed' };
      books.venues[`ven_${made}`] = ask.organisationId;
      if (ask.openAmounts) books.open.push(`ven_${made}`);
      return { events: 1 };
    }
    case 'EnrolMember': {
      const group = ask.organisationId ?? caller.organisation;
      if (group !== undefined && !(books.organisations[group] && actsFor(caller, group))) {
        return { refused: 'organisation_not_found' };
      }
      if (group !== undefined && books.organisations[group]!.standing === 'closed') {
        return { refused: 'organisation_closed' };
      }
      const groups = group === undefined ? [] : [group];
      books.members[`mem_${made}`] = { groups, enrolledBy: group };
      return { events: 1 };
    }
    case 'AddMembership': {
      const group = ask.organisationId ?? caller.organisation;
      const found = namedIn(books, ask.member);
      const hers = 'member' in found && knows(caller, books.members[found.member]!.groups);
      if (!group || !books.organisations[group] || !(hers || actsFor(caller, group))) {
        return { refused: 'organisation_not_found' };
      }
      if ('refused' in found) return found;
      const { groups, standing } = books.members[found.member]!;
      if (groups.includes(group)) return { refused: 'already_member' };
      const stranger = groups.length > 0 || hadCard(books, found.member);
      if (!hers && stranger && !found.shown) return { refused: 'card_required' };
      if (standing === 'closed') return { refused: 'member_closed' };
      if (books.organisations[group].standing === 'closed') {
        return { refused: 'organisation_closed' };
      }
      groups.push(group);
      return { events: 1 };
    }
    case 'IssueCard': {
      const memberId = nameNow(books, ask.memberId);
      const member = books.members[memberId];
      if (!member || !knows(caller, member.groups)) return { refused: 'member_not_found' };
      if (hasCard(books, memberId)) return { refused: 'member_has_card' };
      if (ask.hmac in books.cards) return { refused: 'card_drawn_before' };
      if (member.standing === 'closed') return { refused: 'member_closed' };
      books.cards[ask.hmac] = { id: `crd_${made}`, member: memberId, revoked: false };
      return { events: 1 };
    }
    case 'RevokeCard': {
      const card = Object.values(books.cards).find(({ id }) => id === ask.cardId);
      const member = card && books.members[card.member];
      if (!card || !member || !knows(caller, member.groups)) return { refused: 'card_not_found' };
      if (card.revoked) return { refused: 'card_already_revoked' };
      card.revoked = true;
      return { events: 1 };
    }
    default:
      return changeAccess(books, ask);
  }
}

function changeAccess(
  books: Books,
  ask: Extract<Registration, { type: 'GrantAccess' | 'RevokeAccess' }>,
): Ruling {
  if (ask.type === 'RevokeAccess') {
    const access = books.accesses[ask.accessId];
    if (!access) return { refused: 'access_not_found' };
    if (access.revoked) return { refused: 'access_already_revoked' };
    const lasting = Object.values(books.accesses).filter(
      ({ role, expiresOn, revoked, suspended }) =>
        role === 'admin' && !expiresOn && !revoked && !suspended,
    );
    if (lasting.length === 1 && lasting[0] === access) return { refused: 'last_admin' };
    access.revoked = true;
    return { events: 1 };
  }
  const { organisationId, memberId, role, expiresOn } = ask;
  const forOne = role === 'coordinator' || role === 'partner';
  const organisation = organisationId && books.organisations[organisationId];
  const needs = { coordinator: 'earn', partner: 'spend' }[role as 'partner'] as string | undefined;
  if (forOne !== Boolean(organisationId) || (memberId && role !== 'coordinator')) {
    return { refused: 'access_needs_organisation' };
  }
  if (organisationId && !organisation) return { refused: 'organisation_not_found' };
  if (organisation && needs && !organisation.roles.includes(needs)) {
    return { refused: needs === 'earn' ? 'not_an_earn_group' : 'not_a_spend_partner' };
  }
  const member = memberId && nameNow(books, memberId);
  if (member && !books.members[member]) return { refused: 'member_not_found' };
  if (ask.accessId in books.accesses) return { refused: 'access_exists' };
  if (organisation && organisation.standing === 'closed') {
    return { refused: 'organisation_closed' };
  }
  books.accesses[ask.accessId] = {
    ...{ role, organisation: organisationId, member, expiresOn, revoked: false },
  };
  return { events: 1 };
}

export function allocate(
  books: Books,
  caller: Caller,
  ask: Extract<Ask, { type: 'AllocateCredits' | 'ReturnAllocation' }>,
): Ruling {
  const { organisationId, fund, credits } = ask;
  const account = `allocation:${organisationId}:${fund}`;
  const before = books.funds[organisationId]?.[fund];
  if (ask.type === 'ReturnAllocation') {
    if (!before) return { refused: 'account_not_found' };
    const no = halted(books, { organisation: organisationId });
    if (no) return { refused: no };
    if (balanceOf(books, account) < cents(credits)) return { refused: 'insufficient_credits' };
    move(books, caller, 'other', {
      from: account,
      to: 'programme',
      credits,
      organisation: organisationId,
    });
    return { events: 1 };
  }
  const organisation = books.organisations[organisationId];
  if (!organisation) return { refused: 'organisation_not_found' };
  if (!organisation.roles.includes('earn')) return { refused: 'not_an_earn_group' };
  if (organisation.standing === 'closed') return { refused: 'organisation_closed' };
  const first = ask.firstDay ?? before?.first;
  const last = ask.lastDay ?? before?.last;
  if (first && last && first > last) return { refused: 'days_inverted' };
  const oldest = daysBefore(caller.today, books.rules!.issueBackdatingDays);
  if (last && last < oldest) return { refused: 'fund_ended' };
  (books.funds[organisationId] ??= {})[fund] = { first, last };
  move(books, caller, 'other', {
    from: 'programme',
    to: account,
    credits,
    organisation: organisationId,
  });
  return { events: 1 };
}
