import t from 'tap';
import type { Account } from '../../schemas/ids.ts';
import type { Ask } from '../../schemas/commands.ts';
import { did, given, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  allocation,
  brought,
  card,
  carded,
  cardId,
  COORDINATOR,
  enrolled,
  hour,
  hours,
  memberId,
  NEXT,
  organisationId,
  OTHER_COORDINATOR,
  PARTNER,
  pot,
  sale,
  sold,
  till,
  wallet,
  world,
} from '../support/past.ts';

/* Asha was enrolled twice: once as asha, and once more as twin. The twin goes on. */

const merge = (from = 'asha', into = 'twin'): Ask => ({
  type: 'MergeMembers',
  from: memberId(from),
  into: memberId(into),
});
const close = (name: string, restTo: Account): Ask => ({
  type: 'CloseMember',
  memberId: memberId(name),
  restTo,
});
const merged = (more: object = {}) => ({
  type: 'MembersMerged' as const,
  data: { from: memberId('asha'), into: memberId('twin'), ...more },
});
const suspend = (name: string): Ask => ({ type: 'SuspendMember', memberId: memberId(name) });
const reverse = (revision: number, more: object = {}): Ask => ({
  type: 'ReverseTransaction',
  transactionId: transactionAt(revision),
  reason: 'mistake',
  ...more,
});
const two = [...world(), enrolled('twin', 'garden')];
const FIRST = NEXT + 1;
const AT = { at: '2026-06-09T20:00:00.000Z' };

t.test('merging two members', async (t) => {
  given(two).when(merge(), COORDINATOR).then(t, 'makes them one', [merged()]);
  given(two, brought(wallet('asha'), '5'))
    .when(merge(), COORDINATOR)
    .then(t, 'and moves what is left', [
      merged({ debit: wallet('asha'), credit: wallet('twin'), credits: '5' }),
    ]);
  given(two)
    .when(merge('asha', 'carol'), COORDINATOR)
    .then(t, 'takes membership of the second', { refused: 'member_not_found' });
  given(two)
    .when(merge('carol', 'asha'), COORDINATOR)
    .then(t, 'and of the first', { refused: 'member_not_found' });
  const joined = (name: string): Ask => ({
    type: 'AddMembership',
    member: { memberId: memberId(name) },
    organisationId: organisationId('garden'),
  });
  const elsewhere = { refused: 'enrolled_elsewhere' } as const;
  given(two, did(joined('carol')))
    .when(merge('carol', 'asha'), COORDINATOR)
    .then(t, 'is not for a group that only joined the first', elsewhere);
  given(two, did(joined('carol')))
    .when(merge('asha', 'carol'), COORDINATOR)
    .then(t, 'nor the second, whose wallet the cards of the first would open', elsewhere);
  given(two, did(joined('carol')))
    .when(merge('asha', 'carol'), ADMIN)
    .then(t, 'an admin may do both', [
      { type: 'MembersMerged', data: { from: memberId('asha'), into: memberId('carol') } },
    ]);
  given(two)
    .when(merge('asha', 'asha'), COORDINATOR)
    .then(t, 'takes two', { refused: 'merge_into_itself' });
  given(two, did(merge()))
    .when(merge('twin', 'asha'), COORDINATOR)
    .then(t, 'into each other is refused', { refused: 'member_merged' });
  given(two, did(merge()))
    .when(merge('asha', 'ben'), ADMIN)
    .then(t, 'twice is refused', { refused: 'member_merged' });
  given(two, did(merge()))
    .when(merge(), COORDINATOR)
    .then(t, 'the same twice is refused', { refused: 'member_merged' });
  given(two, did(close('asha', 'lapsed')))
    .when(merge(), COORDINATOR)
    .then(t, 'of one who was closed is refused', { refused: 'member_closed' });
  given(two, did(close('twin', 'lapsed')))
    .when(merge(), COORDINATOR)
    .then(t, 'or into one', { refused: 'member_closed' });
  given(two)
    .when(merge('asha', 'ben'), COORDINATOR)
    .then(t, 'never goes into the own wallet', { refused: 'rest_not_allowed' });
  given(two)
    .when(merge('ben', 'asha'), COORDINATOR)
    .then(t, 'nor makes another’s the own one', { refused: 'rest_not_allowed' });
  const key = { key: hashOf('k'), body: hashOf('b') };
  given(two, did(merge(), COORDINATOR, key))
    .when(merge(), COORDINATOR, key)
    .then(t, 'is answered the same when it is sent again', { replayed: [FIRST] });
});

t.test('a suspension of either', async (t) => {
  for (const name of ['asha', 'twin']) {
    const past = [...two, brought(wallet('twin'), '1'), did(suspend(name)), did(merge())];
    given(past)
      .when(sale('twin', '1'), PARTNER)
      .then(t, `carries over from ${name}`, { refused: 'member_suspended' });
    const ends: Ask = { type: 'ReinstateMember', memberId: memberId('asha') };
    given(past, did(ends))
      .when(sale('twin', '1'), PARTNER)
      .then(t, 'until it is ended, under either id', [sold('twin', '1')]);
  }
});

t.test('the old id', async (t) => {
  const past = [...two, brought(wallet('twin'), '5'), did(merge())];
  given(past)
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'redeems from the wallet that goes on', [sold('twin', '1')]);
  given(past)
    .when(hours({ asha: 60 }), COORDINATOR)
    .then(t, 'earns for it', [hour('twin', 60, '1', 0)]);
  given(past)
    .when(hours({ asha: 60, twin: 30 }), COORDINATOR)
    .then(t, 'is the same member in a list', {
      refused: 'entries_refused',
      errors: [{ pointer: '#/entries/1/memberId', code: 'member_twice' }],
    });
  const gift = (from: Account, to: Account): Ask => ({
    ...{ type: 'TransferCredits', entries: [{ from, to, credits: '1' }] },
    ...{ reason: 'gift', agreed: 'card' },
  });
  const data = { debit: wallet('twin'), credit: wallet('carol'), credits: '1' };
  given(past)
    .when(gift(wallet('asha'), wallet('carol')), COORDINATOR)
    .then(t, 'gives away from it', [
      { type: 'CreditsTransferred', data: { ...data, reason: 'gift', agreed: 'card' } },
    ]);
  given(past)
    .when(gift(wallet('asha'), wallet('twin')), COORDINATOR)
    .then(t, 'gives nothing to itself', { refused: 'transfer_not_allowed' });
  given(past)
    .when(close('asha', pot('garden')), COORDINATOR)
    .then(t, 'closes it', [
      {
        type: 'MemberClosed',
        data: {
          ...{ debit: wallet('twin'), credit: pot('garden'), credits: '5' },
          ...{ memberId: memberId('twin'), restTo: pot('garden') },
        },
      },
    ]);
  given(past)
    .when({ type: 'BringForward', entries: [{ account: wallet('asha'), credits: '1' }] }, ADMIN)
    .then(t, 'is brought forward to it', [
      {
        type: 'CreditsBroughtForward',
        data: { debit: 'programme', credit: wallet('twin'), credits: '1' },
      },
    ]);
  const ask: Ask = { type: 'IssueCard', memberId: memberId('asha'), hmac: hashOf('new') };
  t.match(
    given(past).when(ask, COORDINATOR).decision,
    { events: [{ data: { memberId: memberId('twin') } }] },
    'gets a card for it',
  );
});

t.test('groups of both', async (t) => {
  const past = [...two, enrolled('other', 'kitchen'), did(merge('other', 'twin'))];
  given(past)
    .when(suspend('other'), COORDINATOR)
    .then(t, 'see the one who goes on: the survivor’s', [
      { type: 'MemberSuspended', data: { memberId: memberId('twin') } },
    ]);
  given(past)
    .when(suspend('twin'), OTHER_COORDINATOR)
    .then(t, 'and the other’s', [
      { type: 'MemberSuspended', data: { memberId: memberId('twin') } },
    ]);
});

t.test('cards of both', async (t) => {
  const by = (name: string) => sale('twin', '1', { member: card(name) });
  const rich = [...two, brought(wallet('twin'), '5')];
  const both = [...rich, carded('asha'), carded('twin'), did(merge())];
  const revoke = (name: string): Ask => ({ type: 'RevokeCard', cardId: cardId(name) });
  for (const name of ['asha', 'twin']) {
    given(both)
      .when(by(name), PARTNER)
      .then(t, `answer: ${name}’s`, [sold('twin', '1', { cardId: cardId(name) })]);
  }
  given(rich, carded('asha'), did(merge()))
    .when(sale('twin', '1'), PARTNER)
    .then(t, 'must be shown, also where only the old one has one', { refused: 'card_required' });
  given(both, did(revoke('asha'), COORDINATOR))
    .when(by('asha'), PARTNER)
    .then(t, 'stop when they are revoked', { refused: 'card_revoked' });
  given(both, did(revoke('asha'), COORDINATOR))
    .when(by('twin'), PARTNER)
    .then(t, 'one by one', [sold('twin', '1', { cardId: cardId('twin') })]);
  given(both, did(revoke('twin'), COORDINATOR))
    .when(sale('twin', '1'), PARTNER)
    .then(t, 'so a till asks for the other', { refused: 'card_required' });
  const issue: Ask = { type: 'IssueCard', memberId: memberId('twin'), hmac: hashOf('new') };
  given(both, did(revoke('twin'), COORDINATOR))
    .when(issue, COORDINATOR)
    .then(t, 'and no third is issued beside it', { refused: 'member_has_card' });
  given(both, did(revoke('twin')), did(revoke('asha')))
    .when(sale('twin', '1'), PARTNER)
    .then(t, 'and the id alone is too little also once none is left', {
      refused: 'card_required',
    });
  const lost: Ask = { type: 'RevokeCard', cardId: cardId('asha') };
  for (const name of ['asha', 'twin']) {
    given(rich, carded('asha'), did(lost), did(merge()))
      .when(sale(name, '1'), PARTNER)
      .then(t, `lost before the merge, they are missed under either id: ${name}`, {
        refused: 'card_required',
      });
  }
});

t.test('minutes carried by both', async (t) => {
  const carried = [
    ...two,
    did(hours({ asha: 40 }), COORDINATOR, AT),
    did(hours({ twin: 50 }), COORDINATOR, AT),
  ];
  given(carried, did(merge(), ADMIN, AT))
    .when(hours({ twin: 30 }, { activity: 'digging' }), COORDINATOR)
    .then(t, 'fill a step together', [hour('twin', 30, '2', 0, { activity: 'digging' })]);
  const toPot = (name: string, minutes: number) =>
    hours({}, { entries: [{ member: { memberId: memberId(name) }, minutes, give: 'pot' }] });
  const pots = [...two, did(toPot('asha', 40), ADMIN, AT), did(toPot('twin', 50), ADMIN, AT)];
  const given30 = toPot('asha', 31);
  given(pots, did(merge(), ADMIN, AT))
    .when(given30, COORDINATOR)
    .then(t, 'also at a pot', [
      {
        ...hour('twin', 31, '2', 1, { give: 'pot', credit: pot('garden') }),
      },
    ]);
  const whole = [...carried, did(merge(), ADMIN, AT)];
  const issue = { give: 'wallet', activity: 'weeding', fund: 'health', occurredOn: '2026-06-09' };
  given(whole, did(hours({ twin: 30 }, { activity: 'digging' }), COORDINATOR, AT))
    .when(reverse(FIRST), COORDINATOR)
    .then(t, 'are withdrawn as if they had never been given', [
      {
        type: 'TransactionReversed',
        data: {
          ...{ reverses: transactionAt(FIRST), reason: 'mistake' },
          ...{ debit: wallet('twin'), credit: allocation('garden', 'health'), credits: '1' },
          issue: { ...issue, memberId: memberId('asha'), minutes: 40, carriedMinutes: 20 },
        },
      },
    ]);
});

t.test('refunds to the old wallet', async (t) => {
  const past = [...two, brought(wallet('asha'), '5'), did(sale('asha', '2'), PARTNER)];
  const refunded = (credit: Account) => ({
    type: 'TransactionReversed' as const,
    data: {
      ...{ reverses: transactionAt(FIRST + 1), reason: 'mistake' },
      ...{ debit: till('pool'), credit, credits: '2' },
    },
  });
  given(past, did(merge()))
    .when(reverse(FIRST + 1), PARTNER)
    .then(t, 'go to the one that goes on', [refunded(wallet('twin'))]);
  given(past, did(merge()), did(close('twin', pot('kitchen'))))
    .when(reverse(FIRST + 1), PARTNER)
    .then(t, 'and on, if that was closed', [refunded(pot('kitchen'))]);
  given(past, did(merge()), did(merge('twin', 'ben')))
    .when(reverse(FIRST + 1), PARTNER)
    .then(t, 'or merged again', [refunded(wallet('ben'))]);
});

t.test('hours of one day', async (t) => {
  const past = [
    ...two,
    did(hours({ asha: 400 }), COORDINATOR, AT),
    did(hours({ twin: 150 }), COORDINATOR, AT),
    did(merge(), ADMIN, AT),
  ];
  const more = (minutes: number) => hours({ twin: minutes }, { activity: 'digging' });
  const tooMany = {
    refused: 'entries_refused' as const,
    errors: [{ pointer: '#/entries/0/minutes', code: 'too_many_minutes' }],
  };
  given(past).when(more(51), COORDINATOR).then(t, 'are counted together', tooMany);
  given(past)
    .when(more(50), COORDINATOR)
    .then(t, 'up to the limit', [hour('twin', 50, '2', 0, { activity: 'digging' })]);
  given(past, did(reverse(FIRST, { minutes: 100 }), ADMIN, AT))
    .when(more(151), COORDINATOR)
    .then(t, 'and given back where they were counted', tooMany);
  given(past, did(reverse(FIRST, { minutes: 100 }), ADMIN, AT))
    .when(more(150), COORDINATOR)
    .then(t, 'as many as were withdrawn', [hour('twin', 150, '3', 0, { activity: 'digging' })]);
});

t.test('hours of the last day of a year and the first of the next', async (t) => {
  const list = (name: string, minutes: number, occurredOn: string, activity = 'weeding') =>
    hours({ [name]: minutes }, { occurredOn, activity });
  const newYear = { at: '2027-01-01T00:00:00.000Z' };
  const past = [
    ...two,
    did(list('asha', 600, '2026-12-31'), COORDINATOR, newYear),
    did(list('twin', 600, '2027-01-01'), COORDINATOR, newYear),
    did(merge(), ADMIN, newYear),
  ];
  for (const day of ['2026-12-31', '2027-01-01']) {
    given(past)
      .when(list('twin', 1, day, 'digging'), COORDINATOR, newYear)
      .then(t, `are full on ${day}, each by the other’s`, {
        refused: 'entries_refused',
        errors: [{ pointer: '#/entries/0/minutes', code: 'too_many_minutes' }],
      });
  }
  given(past)
    .when(list('twin', 600, '2026-12-30', 'digging'), COORDINATOR, newYear)
    .then(t, 'but not on the day before', [hour('twin', 600, '10', 0, { activity: 'digging' })]);
});

t.test('the same line of a list, for the old id and the new', async (t) => {
  const past = [...two, did(hours({ asha: 60 }), COORDINATOR, AT), did(merge(), ADMIN, AT)];
  for (const name of ['asha', 'twin']) {
    given(past)
      .when(hours({ [name]: 60 }), COORDINATOR)
      .then(t, `is a duplicate as ${name}`, {
        refused: 'entries_refused',
        errors: [{ pointer: '#/entries/0', code: 'duplicate_entry' }],
      });
  }
});

t.test('a key used before the merge', async (t) => {
  const key = { key: hashOf('k'), body: hashOf('b') };
  const past = [
    ...two,
    brought(wallet('asha'), '5'),
    did(sale('asha', '2'), PARTNER, key),
    did(merge()),
  ];
  given(past)
    .when(sale('asha', '2'), PARTNER, key)
    .then(t, 'is answered the same', { replayed: [FIRST + 1] });
  const other = given(past).when(sale('twin', '3'), PARTNER, { ...key, body: hashOf('c') });
  t.match(other.decision, { refusal: { detail: /what differs: credits\./ } }, 'by what differs');
});

t.test('a gift between the two', async (t) => {
  const gift: Ask = {
    ...{ type: 'TransferCredits', reason: 'gift', agreed: 'card' },
    entries: [{ from: wallet('asha'), to: wallet('twin'), credits: '1' }],
  };
  given(two, brought(wallet('asha'), '5'), did(gift, COORDINATOR), did(merge()))
    .when(reverse(FIRST + 1), COORDINATOR)
    .then(t, 'is nothing to take back any more', { refused: 'both_sides_same' });
});
