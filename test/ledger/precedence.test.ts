import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { AccessId } from '../../schemas/ids.ts';
import { REFUSAL_CODES, type RefusalCode } from '../../schemas/refusals.ts';
import { book, bookPot } from '../support/booked.ts';
import { did, given, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  accessId,
  ADMIN,
  allocation as allocated,
  AT,
  AUDITOR,
  card,
  carded,
  COORDINATOR,
  funded,
  hours,
  member,
  memberId,
  NEXT,
  organisationId,
  PARTNER,
  pot,
  sale,
  till,
  venueId,
  sheetOf,
  wallet,
  world,
} from '../support/past.ts';

const join = (name: string, group: string): Ask => ({
  ...{ type: 'AddMembership', member: member(name) },
  organisationId: organisationId(group),
});
const REVERSED = [
  ...world(),
  did(hours({ asha: 60 }), COORDINATOR, AT),
  did(
    { type: 'ReverseTransaction', transactionId: transactionAt(NEXT), reason: 'mistake' },
    ADMIN,
    AT,
  ),
  did(
    { type: 'RegisterNetwork', network: 'cardiff', theyOweAtMost: '1', weOweAtMost: '1' },
    ADMIN,
    AT,
  ),
  funded('garden', 'over', '1', { lastDay: '2026-06-09' }),
  carded('ben'),
];
const grant = (more: object): Ask => ({
  type: 'GrantAccess',
  ...{ accessId: accessId('auditor'), keyHash: hashOf('key'), role: 'coordinator', label: 'x' },
  ...more,
});
const nobody = memberId('nobody');
const leisure = organisationId('leisure');
const sheet = sheetOf('a');

/** What is asked, by whom, and every code that holds for it. */
const CASES: readonly (readonly [Ask, AccessId, ...RefusalCode[]])[] = [
  [
    sale('nobody', '51', { occurredAt: '2027-01-01T00:00:00Z' }),
    PARTNER,
    'member_not_found',
    'occurred_in_future',
    'redemption_too_large',
  ],
  [
    sale('asha', '51', { occurredAt: '2025-01-01T00:00:00Z' }),
    PARTNER,
    'too_long_ago',
    'redemption_too_large',
    'insufficient_credits',
  ],
  [sale('asha', '51'), PARTNER, 'redemption_too_large', 'insufficient_credits'],
  [
    sale('asha', '1', { venueId: venueId('x'), member: card('x') }),
    PARTNER,
    'venue_not_found',
    'card_not_found',
  ],
  [sale('asha', '1', { venueId: venueId('x') }), AUDITOR, 'forbidden', 'venue_not_found'],
  [
    grant({ organisationId: leisure, memberId: nobody }),
    ADMIN,
    'member_not_found',
    'access_exists',
    'not_an_earn_group',
  ],
  [grant({ organisationId: leisure }), ADMIN, 'access_exists', 'not_an_earn_group'],
  [
    grant({ role: 'admin', memberId: nobody }),
    ADMIN,
    'member_not_found',
    'access_exists',
    'access_needs_organisation',
  ],
  [
    grant({ role: 'admin', organisationId: organisationId('x') }),
    ADMIN,
    'organisation_not_found',
    'access_exists',
    'access_needs_organisation',
  ],
  [
    hours({ asha: 60 }, { organisationId: leisure, corrects: [transactionAt(9999)] }),
    ADMIN,
    'transaction_not_found',
    'not_an_earn_group',
  ],
  [
    hours({ asha: 60 }, { corrects: [transactionAt(NEXT)], occurredOn: '2027-01-01' }),
    ADMIN,
    'already_reversed',
    'occurred_in_future',
  ],
  [
    hours({ asha: 0 }, { occurredOn: '2027-01-01' }),
    ADMIN,
    'occurred_in_future',
    'nothing_to_issue',
  ],
  [hours({ asha: 601, nobody: 1 }, { fund: 'none' }), ADMIN, 'entries_refused', 'no_fund_for_day'],
  [hours({ asha: 600, carol: 601 }, { sheet }), ADMIN, 'entries_refused', 'allocation_exhausted'],
  [
    transfer(wallet('asha'), pot('garden'), 'gift'),
    ADMIN,
    'transfer_not_allowed',
    'agreement_missing',
    'insufficient_credits',
  ],
  [
    transfer(wallet('asha'), wallet('carol'), 'gift'),
    ADMIN,
    'agreement_missing',
    'insufficient_credits',
  ],
  [
    allocation({ firstDay: '2026-01-02', lastDay: '2026-01-01' }),
    ADMIN,
    'days_inverted',
    'fund_ended',
  ],
  [
    allocation({ organisationId: leisure, lastDay: '2026-01-01' }),
    ADMIN,
    'not_an_earn_group',
    'fund_ended',
  ],
  [reversal({ credits: '5' }), ADMIN, 'reversal_unit', 'already_reversed'],
  [visit('bristol', 'nobody', '2027-01-01'), ADMIN, 'network_not_found', 'member_not_found'],
  [visit('cardiff', 'nobody', '2027-01-01'), ADMIN, 'member_not_found', 'occurred_in_future'],
  [visit('cardiff', 'asha', '2027-01-01'), ADMIN, 'occurred_in_future', 'insufficient_credits'],
  [visit('cardiff', 'asha', '2026-06-10'), ADMIN, 'insufficient_credits', 'network_limit'],
  [
    { type: 'SettleTill', venueId: venueId('pool'), to: '2027-01-01' },
    ADMIN,
    'day_not_ended',
    'nothing_to_settle',
  ],
  [
    { type: 'SettleTill', venueId: venueId('x'), to: '2027-01-01' },
    ADMIN,
    'venue_not_found',
    'day_not_ended',
  ],
  [reversal({ minutes: 61 }), ADMIN, 'already_reversed', 'more_than_remains'],
  [
    bookPot('nobody', '99', { venueId: venueId('x') }),
    ADMIN,
    'organisation_not_found',
    'venue_not_found',
  ],
  [
    book('asha', undefined, { visitAt: '2026-01-01T00:00:00Z' }),
    PARTNER,
    'visit_in_past',
    'offer_not_found',
  ],
  [
    book('asha', '51', { expiresAt: '2027-01-01T00:00:00Z' }),
    PARTNER,
    'hold_too_long',
    'redemption_too_large',
  ],
  [book('asha', '51', { visitAt: '2026-01-01T00:00:00Z' }), AUDITOR, 'forbidden', 'visit_in_past'],
  [
    transfer(allocated('garden', 'over'), pot('garden'), 'gift'),
    ADMIN,
    'no_fund_for_day',
    'transfer_not_allowed',
  ],
  [
    { type: 'IssueCard', memberId: memberId('ben'), hmac: hashOf('card of ben') },
    ADMIN,
    'member_has_card',
    'card_drawn_before',
  ],
];

/** Everything rests: a member, a venue, its organisation, a group; and one member was closed. */
const close = (name: string): Ask => ({
  type: 'CloseMember',
  memberId: memberId(name),
  restTo: 'lapsed',
});
const RESTING = [
  ...REVERSED,
  did({ type: 'SuspendMember', memberId: memberId('asha') }, ADMIN, AT),
  did({ type: 'SuspendVenue', venueId: venueId('pool') }, ADMIN, AT),
  did({ type: 'SuspendOrganisation', organisationId: leisure }, ADMIN, AT),
  did({ type: 'SuspendOrganisation', organisationId: organisationId('garden') }, ADMIN, AT),
  did(join('dora', 'kitchen'), ADMIN, AT),
  did(close('dora'), ADMIN, AT),
  did({ type: 'SuspendAccess', accessId: AUDITOR }, ADMIN, AT),
];
const rest = (name: string, restTo: string): Ask => ({ ...close(name), restTo }) as Ask;
const RESTING_CASES: typeof CASES = [
  [sale('asha', '51'), PARTNER, 'member_suspended', 'venue_suspended', 'organisation_suspended'],
  [sale('carol', '51'), PARTNER, 'venue_suspended', 'organisation_suspended'],
  [sale('asha', '1', { member: card('x') }), PARTNER, 'card_unknown', 'venue_suspended'],
  [sale('dora', '51'), PARTNER, 'member_closed', 'venue_suspended', 'redemption_too_large'],
  [sale('asha', '1'), AUDITOR, 'access_suspended', 'forbidden', 'member_suspended'],
  [
    hours({ carol: 60 }, { corrects: [transactionAt(9999)] }),
    ADMIN,
    'transaction_not_found',
    'organisation_suspended',
  ],
  [
    hours({ carol: 60 }, { corrects: [transactionAt(NEXT)], occurredOn: '2027-01-01' }),
    ADMIN,
    'organisation_suspended',
    'already_reversed',
    'occurred_in_future',
  ],
  [rest('dora', wallet('nobody')), ADMIN, 'account_not_found', 'member_closed'],
  [rest('dora', till('nobody')), ADMIN, 'account_not_found', 'member_closed', 'rest_not_allowed'],
  [rest('dora', till('pool')), ADMIN, 'member_closed', 'rest_not_allowed'],
  [join('dora', 'kitchen'), ADMIN, 'already_member', 'member_closed'],
  [bookPot('garden', '99'), ADMIN, 'venue_suspended', 'organisation_suspended'],
  [rest('dora', wallet('dora')), ADMIN, 'member_closed', 'rest_not_allowed'],
  [
    { type: 'MergeMembers', from: memberId('dora'), into: memberId('dora') },
    ADMIN,
    'member_closed',
    'merge_into_itself',
  ],
  [
    { type: 'MergeMembers', from: memberId('dora'), into: nobody },
    ADMIN,
    'member_not_found',
    'member_closed',
  ],
];

t.test('where several refusals hold, the first of the list is given', async (t) => {
  for (const [past, cases] of [
    [REVERSED, CASES],
    [RESTING, RESTING_CASES],
  ] as const) {
    for (const [ask, by, ...holding] of cases) {
      const first = REFUSAL_CODES.find((code) => holding.includes(code))!;
      given(past)
        .when(ask, by)
        .then(t, `${ask.type}: ${holding.join(', ')}`, { refused: first });
    }
  }
});

function transfer(from: string, to: string, reason: 'gift'): Ask {
  return { type: 'TransferCredits', entries: [{ from, to, credits: '1' }], reason };
}

function visit(network: string, name: string, occurredOn: string): Ask {
  const line = { member: member(name), credits: '2', occurredOn, reference: 'x' };
  return { type: 'RecordVisit', network, visits: [{ direction: 'away', ...line }] };
}

function allocation(more: object): Ask {
  return {
    type: 'AllocateCredits',
    organisationId: organisationId('garden'),
    fund: 'old',
    credits: '1',
    ...more,
  };
}

function reversal(more: object): Ask {
  const transactionId = transactionAt(NEXT);
  return { type: 'ReverseTransaction', transactionId, reason: 'mistake', ...more };
}
