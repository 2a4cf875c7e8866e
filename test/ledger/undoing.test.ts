import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { Account } from '../../schemas/ids.ts';
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
  funded,
  granted,
  hour,
  hours,
  member,
  memberId,
  NEXT,
  organisationId,
  OTHER_COORDINATOR,
  PARTNER,
  pot,
  sale,
  sold,
  wallet,
  world,
} from '../support/past.ts';

const MORNING = '2026-06-10T08:00:00.000Z';
const EVENING = '2026-06-09T20:00:00.000Z';
const reason = 'unauthorised' as const;
const close = (name: string, restTo: Account): Ask => {
  return { type: 'CloseMember', memberId: memberId(name), restTo };
};
const reopen = (name: string, credits?: string): Ask => ({
  ...{ type: 'ReopenMember', memberId: memberId(name), reason },
  ...(credits !== undefined && { credits }),
});
const give = (from: Account, to: Account, credits: string): Ask => ({
  ...{ type: 'TransferCredits', reason: 'thanks', agreed: 'in_person' },
  entries: [{ from, to, credits }],
});
const rich = [...world(), brought(wallet('asha'), '5')];
const reopened = (more: object = {}) => ({
  type: 'MemberReopened' as const,
  data: { memberId: memberId('asha'), reason, ...more },
});
const back = (debit: Account, credits: string) => ({ debit, credit: wallet('asha'), credits });

t.test('opening a closed wallet again', async (t) => {
  const gone = [...rich, carded('asha'), did(close('asha', pot('garden')), COORDINATOR)];
  given(gone)
    .when(reopen('asha'), ADMIN)
    .then(t, 'brings back what the closing moved', [reopened(back(pot('garden'), '5'))]);
  given(gone)
    .when(reopen('asha', '2'), ADMIN)
    .then(t, 'or as much of it as is said', [reopened(back(pot('garden'), '2'))]);
  given(gone).when(reopen('asha', '0'), ADMIN).then(t, 'or nothing', [reopened()]);
  given(gone)
    .when(reopen('asha', '5.5'), ADMIN)
    .then(t, 'but no more', { refused: 'more_than_remains' });
  given(gone).when(reopen('asha'), COORDINATOR).then(t, 'is an admin’s', { refused: 'forbidden' });
  given(rich).when(reopen('asha'), ADMIN).then(t, 'needs an end', { refused: 'not_ended' });
  given(rich)
    .when(reopen('nobody'), ADMIN)
    .then(t, 'needs a member', { refused: 'member_not_found' });
  given(gone, did(reopen('asha')))
    .when(reopen('asha'), ADMIN)
    .then(t, 'happens once', { refused: 'not_ended' });
  given(world(), did(close('asha', 'lapsed')))
    .when(reopen('asha'), ADMIN)
    .then(t, 'moves nothing where nothing was left', [reopened()]);
  given(rich, did(close('asha', 'lapsed')))
    .when(reopen('asha'), ADMIN)
    .then(t, 'brings back what has lapsed', [reopened(back('lapsed', '5'))]);
  const spent = did(give(pot('garden'), wallet('carol'), '4'), ADMIN);
  given(gone, spent)
    .when(reopen('asha'), ADMIN)
    .then(t, 'says how much is there where it was spent meanwhile', {
      refused: 'insufficient_credits',
      facts: { available: '1', needed: '5' },
    });
  given(rich, did(close('asha', wallet('carol'))), did(close('carol', wallet('dora'))))
    .when(reopen('asha'), ADMIN)
    .then(t, 'follows the rest to where it has gone on to', [reopened(back(wallet('dora'), '5'))]);
  given(world({}, 2), brought(wallet('asha'), '5'), did(close('asha', 'lapsed')))
    .when(reopen('asha'), ADMIN)
    .then(t, 'waits for the third format', { refused: 'format_too_low' });
});

t.test('a wallet that was opened again', async (t) => {
  const past = [...rich, carded('asha'), did(hours({ asha: 90 }), COORDINATOR, { at: EVENING })];
  const gone = [...past, did(close('asha', pot('garden')))];
  const open = [...gone, did(reopen('asha'))];
  const shown = sale('asha', '6', { member: card('asha') });
  given(open)
    .when(shown, PARTNER)
    .then(t, 'has its card again', [sold('asha', '6', { cardId: cardId('asha') })]);
  const issue: Ask = { type: 'IssueCard', memberId: memberId('asha'), hmac: hashOf('new') };
  given(open).when(issue, COORDINATOR).then(t, 'and one card', { refused: 'member_has_card' });
  const revoke: Ask = { type: 'RevokeCard', cardId: cardId('asha') };
  given(gone, did(revoke), did(reopen('asha')))
    .when(shown, PARTNER)
    .then(t, 'but not where it was revoked meanwhile', { refused: 'card_revoked' });
  given(gone, did(revoke), did(reopen('asha')))
    .when(sale('asha', '6'), PARTNER)
    .then(t, 'which opens nothing to the bare id', { refused: 'card_required' });
  given(open)
    .when(hours({ asha: 30 }, { activity: 'digging' }), COORDINATOR)
    .then(t, 'carries the minutes that it carried', [
      hour('asha', 30, '1', 0, { activity: 'digging' }),
    ]);
  given(open)
    .when(close('asha', 'lapsed'), ADMIN)
    .then(t, 'can be closed again', [
      {
        type: 'MemberClosed',
        data: {
          ...{ memberId: memberId('asha'), restTo: 'lapsed' },
          ...{ debit: wallet('asha'), credit: 'lapsed', credits: '6' },
        },
      },
    ]);
});

t.test('opening a closed organisation again', async (t) => {
  const garden = { organisationId: organisationId('garden') };
  const ending: Ask = { type: 'CloseOrganisation', ...garden, potTo: pot('kitchen') };
  const again: Ask = { type: 'ReopenOrganisation', ...garden, reason };
  const gone = [...world(), brought(pot('garden'), '9'), did(ending)];
  const moved = { debit: pot('kitchen'), credit: pot('garden'), credits: '9' };
  const event = { type: 'OrganisationReopened' as const, data: { ...garden, reason, ...moved } };
  given(gone).when(again, ADMIN).then(t, 'brings back its pot', [event]);
  given(gone).when(again, OTHER_COORDINATOR).then(t, 'is an admin’s', { refused: 'forbidden' });
  given(world()).when(again, ADMIN).then(t, 'needs an end', { refused: 'not_ended' });
  given(world())
    .when({ ...again, organisationId: organisationId('nobody') }, ADMIN)
    .then(t, 'needs an organisation', { refused: 'organisation_not_found' });
  given(gone, did(give(pot('kitchen'), wallet('carol'), '9'), ADMIN))
    .when(again, ADMIN)
    .then(t, 'says where it was spent meanwhile', {
      refused: 'insufficient_credits',
      facts: { available: '0', needed: '9' },
    });
  given(gone, did(again))
    .when({ type: 'EnrolMember' }, COORDINATOR)
    .then(t, 'gives no access back', { refused: 'unauthenticated' });
  given(gone, did(again), granted('new', 'coordinator', { organisation: 'garden' }), [
    funded('garden', 'more', '5'),
  ])
    .when(hours({ asha: 60 }, { fund: 'more' }), ADMIN)
    .then(t, 'lets it issue from a fund again', [
      hour('asha', 60, '1', 0, { fund: 'more', debit: allocation('garden', 'more') }),
    ]);
});

const merge: Ask = { type: 'MergeMembers', from: memberId('asha'), into: memberId('carol') };
const separate = (credits?: string): Ask => ({
  ...{ type: 'SeparateMembers', from: memberId('asha'), reason },
  ...(credits !== undefined && { credits }),
});
const apart = (more: object = {}) => ({
  type: 'MembersSeparated' as const,
  data: { from: memberId('asha'), into: memberId('carol'), reason, ...more },
});
const both = [...rich, brought(wallet('carol'), '2'), carded('asha'), carded('carol')];
const one = [...both, did(merge)];
const two = [...one, did(separate())];

t.test('separating two members who were merged', async (t) => {
  const moved = { debit: wallet('carol'), credit: wallet('asha'), credits: '5' };
  given(one)
    .when(separate(), ADMIN)
    .then(t, 'brings back what the merge moved', [apart(moved)]);
  given(one)
    .when(separate('1.5'), ADMIN)
    .then(t, 'or a part of it', [apart({ ...moved, credits: '1.5' })]);
  given(one).when(separate('5.5'), ADMIN).then(t, 'but no more', { refused: 'more_than_remains' });
  given(one).when(separate(), COORDINATOR).then(t, 'is an admin’s', { refused: 'forbidden' });
  given(both).when(separate(), ADMIN).then(t, 'needs a merge', { refused: 'not_ended' });
  given(two).when(separate(), ADMIN).then(t, 'happens once', { refused: 'not_ended' });
  given(one, did(sale('carol', '4', { member: card('carol') }), PARTNER, { at: MORNING }))
    .when(separate(), ADMIN)
    .then(t, 'says how much is there where they have spent', {
      refused: 'insufficient_credits',
      facts: { available: '3', needed: '5' },
    });
  given(one, did(close('carol', 'lapsed')))
    .when(separate(), ADMIN)
    .then(t, 'waits until the wallet is open', { refused: 'member_closed' });
  const on: Ask = { type: 'MergeMembers', from: memberId('carol'), into: memberId('dora') };
  given(one, did(on))
    .when(separate(), ADMIN)
    .then(t, 'waits until a later merge is undone', { refused: 'member_merged' });
});

t.test('two members who were separated', async (t) => {
  for (const name of ['asha', 'carol']) {
    given(two)
      .when(sale(name, '1', { member: card(name) }), PARTNER)
      .then(t, `have a card each: ${name}`, [sold(name, '1', { cardId: cardId(name) })]);
  }
  given(two)
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'without which the id opens nothing', { refused: 'card_required' });
  const suspend: Ask = { type: 'SuspendMember', memberId: memberId('carol') };
  given(two)
    .when(suspend, COORDINATOR)
    .then(t, 'belong to their own groups', { refused: 'member_not_found' });
  given(two)
    .when({ ...suspend, memberId: memberId('asha') }, COORDINATOR)
    .then(t, 'as they did', [{ type: 'MemberSuspended', data: { memberId: memberId('asha') } }]);
  given(one, did(suspend), did(separate()))
    .when(sale('asha', '1', { member: card('asha') }), PARTNER)
    .then(t, 'are both suspended where the one was', { refused: 'member_suspended' });
  given(two)
    .when(merge, ADMIN)
    .then(t, 'can be merged again', [
      {
        type: 'MembersMerged',
        data: {
          ...{ from: memberId('asha'), into: memberId('carol') },
          ...{ debit: wallet('asha'), credit: wallet('carol'), credits: '5' },
        },
      },
    ]);
});

t.test('the hours of two members who were separated', async (t) => {
  const past = [...world(), did(hours({ asha: 40 }), COORDINATOR, { at: EVENING })];
  const since = did(hours({ carol: 30 }, { activity: 'digging' }), COORDINATOR, { at: EVENING });
  given(past, did(merge, ADMIN, { at: EVENING }), since)
    .when(separate(), ADMIN)
    .then(t, 'must not have made a credit together', { refused: 'minutes_joined' });
  const undo: Ask = {
    ...{ type: 'ReverseTransaction', transactionId: transactionAt(NEXT + 2), reason: 'mistake' },
  };
  given(past, did(merge, ADMIN, { at: EVENING }), since, did(undo, ADMIN, { at: MORNING }))
    .when(separate(), ADMIN)
    .then(t, 'which an admin can reverse', [apart()]);
  const alone = [...past, did(merge, ADMIN, { at: EVENING }), did(separate())];
  given(alone)
    .when(hours({ carol: 30 }, { activity: 'digging' }), COORDINATOR)
    .then(t, 'are carried by each alone: the one', [
      hour('carol', 30, '0', 30, { activity: 'digging' }),
    ]);
  given(alone)
    .when(hours({ asha: 30 }, { activity: 'digging' }), COORDINATOR)
    .then(t, 'and the other', [hour('asha', 30, '1', 10, { activity: 'digging' })]);
  const undone: Ask = { ...undo, transactionId: transactionAt(NEXT) };
  given(alone)
    .when(undone, COORDINATOR)
    .then(t, 'are taken back from whose they are', [
      {
        type: 'TransactionReversed',
        data: {
          ...{ reverses: transactionAt(NEXT), reason: 'mistake' },
          issue: {
            ...{ memberId: memberId('asha'), give: 'wallet', minutes: 40, activity: 'weeding' },
            ...{ fund: 'health', occurredOn: '2026-06-09', carriedMinutes: 0 },
          },
        },
      },
    ]);
});

t.test('one who was merged through another', async (t) => {
  const through = [...both, enrolled('twin', 'garden'), carded('twin')];
  const first: Ask = { type: 'MergeMembers', from: memberId('twin'), into: memberId('asha') };
  given(through, did(first), did(merge), did(separate()))
    .when(sale('asha', '1', { member: card('twin') }), PARTNER)
    .then(t, 'goes with the one they were merged into', [
      sold('asha', '1', { cardId: cardId('twin') }),
    ]);
  given(through, did(first), did(merge), did(separate()))
    .when(
      {
        ...hours({ asha: 60 }),
        entries: [{ member: member('twin'), minutes: 60 }],
      },
      COORDINATOR,
    )
    .then(t, 'under either id', [hour('asha', 60, '1', 0)]);
});
