import t from 'tap';
import type { Account } from '../../schemas/ids.ts';
import type { Ask } from '../../schemas/commands.ts';
import { did, given, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  brought,
  card,
  carded,
  COORDINATOR,
  enrolled,
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
  till,
  wallet,
  world,
} from '../support/past.ts';

const suspend = (name: string): Ask => ({ type: 'SuspendMember', memberId: memberId(name) });
const reinstate = (name: string): Ask => ({ type: 'ReinstateMember', memberId: memberId(name) });
const close = (name: string, restTo: Account, agreed?: 'signed_form'): Ask => ({
  type: 'CloseMember',
  memberId: memberId(name),
  restTo,
  ...(agreed && { agreed }),
});
const suspended = (name: string) => ({
  type: 'MemberSuspended' as const,
  data: { memberId: memberId(name) },
});
const give = (from: Account, to: Account, credits = '1'): Ask => ({
  type: 'TransferCredits',
  entries: [{ from, to, credits }],
  reason: 'gift',
  agreed: 'in_person',
});
const refund = (revision: number, first = revision): Ask => ({
  type: 'ReverseTransaction',
  transactionId: transactionAt(revision, first),
  reason: 'goodwill',
});
const rich = [...world(), brought(wallet('asha'), '5')];

t.test('suspending a member', async (t) => {
  given(world())
    .when(suspend('asha'), COORDINATOR)
    .then(t, 'records it', [suspended('asha')]);
  given(world())
    .when(suspend('asha'), OTHER_COORDINATOR)
    .then(t, 'takes membership', { refused: 'member_not_found' });
  given(world())
    .when(suspend('carol'), ADMIN)
    .then(t, 'an admin does for any', [suspended('carol')]);
  given(world(), suspended('asha'))
    .when(suspend('asha'), COORDINATOR)
    .then(t, 'happens once', { refused: 'already_suspended' });
  given(world(), suspended('asha'))
    .when(reinstate('asha'), COORDINATOR)
    .then(t, 'can be ended', [{ type: 'MemberReinstated', data: { memberId: memberId('asha') } }]);
  given(world())
    .when(reinstate('asha'), COORDINATOR)
    .then(t, 'is ended where it stands', { refused: 'not_suspended' });
  given(world(), did(close('asha', 'lapsed')))
    .when(suspend('asha'), COORDINATOR)
    .then(t, 'of one who was closed is refused', { refused: 'member_closed' });
  given(world()).when(suspend('asha'), PARTNER).then(t, 'is for groups', { refused: 'forbidden' });
});

t.test('a ledger of the first format', async (t) => {
  given(world({}, 1))
    .when(suspend('asha'), ADMIN)
    .then(t, 'holds none of it yet', { refused: 'format_too_low' });
  const closing: Ask = { type: 'CloseOrganisation', organisationId: organisationId('cinema') };
  given(world({}, 1))
    .when(closing, ADMIN)
    .then(t, 'also where what it ends is older', { refused: 'format_too_low' });
});

t.test('a suspended member', async (t) => {
  const past = [...rich, carded('asha'), suspended('asha')];
  given(past)
    .when(sale('asha', '1', { member: card('asha') }), PARTNER)
    .then(t, 'redeems nothing with the card', { refused: 'member_suspended' });
  given(rich, suspended('asha'))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'nor without one', { refused: 'member_suspended' });
  given(past)
    .when(give(wallet('asha'), wallet('ben')), ADMIN)
    .then(t, 'gives nothing away', {
      refused: 'member_suspended',
      errors: [{ pointer: '#/entries/0/from', code: 'member_suspended' }],
    });
  given(past)
    .when(hours({ asha: 60 }), COORDINATOR)
    .then(t, 'still earns', [hour('asha', 60, '1', 0)]);
  given(past, brought(wallet('carol'), '1'))
    .when(give(wallet('carol'), wallet('asha')), OTHER_COORDINATOR)
    .then(t, 'is still given to', [
      {
        type: 'CreditsTransferred',
        data: {
          ...{ debit: wallet('carol'), credit: wallet('asha'), credits: '1' },
          ...{ reason: 'gift', agreed: 'in_person' },
        },
      },
    ]);
  const before = did(sale('asha', '2'), PARTNER, { key: hashOf('k'), body: hashOf('b') });
  given(rich, before, suspended('asha'))
    .when(sale('asha', '2'), PARTNER, { key: hashOf('k'), body: hashOf('b') })
    .then(t, 'is answered what was redeemed before', { replayed: [NEXT + 1] });
  given(rich, before, suspended('asha'))
    .when(refund(NEXT + 1), PARTNER)
    .then(t, 'is refunded', [refunded(NEXT + 1, '2', wallet('asha'))]);
  given(rich, did(sale('asha', '1'), PARTNER), suspended('asha'), did(reinstate('asha')))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'redeems again once reinstated', [sold('asha', '1')]);
});

function refunded(revision: number, credits: string, credit: Account) {
  const data = { reverses: transactionAt(revision), reason: 'goodwill', credits };
  return {
    type: 'TransactionReversed' as const,
    data: { ...data, debit: till('pool'), credit },
  };
}

t.test('closing a member', async (t) => {
  const closed = (restTo: Account, more: object = {}) => ({
    type: 'MemberClosed' as const,
    data: { memberId: memberId('asha'), restTo, ...more },
  });
  const moved = (credit: Account) => ({ debit: wallet('asha'), credit, credits: '5' });
  given(rich)
    .when(close('asha', pot('garden')), COORDINATOR)
    .then(t, 'moves what is left to the own pot', [closed(pot('garden'), moved(pot('garden')))]);
  given(rich)
    .when(close('asha', wallet('carol'), 'signed_form'), COORDINATOR)
    .then(t, 'or to somebody’s wallet, as was agreed', [
      closed(wallet('carol'), { ...moved(wallet('carol')), agreed: 'signed_form' }),
    ]);
  given(rich)
    .when(close('asha', 'lapsed'), ADMIN)
    .then(t, 'or, an admin, lets it lapse', [closed('lapsed', moved('lapsed'))]);
  given(world())
    .when(close('asha', pot('garden')), COORDINATOR)
    .then(t, 'moves nothing where nothing is left', [closed(pot('garden'))]);
  const refusals = [
    ['lets nothing lapse for a coordinator', 'lapsed', 'rest_not_allowed'],
    ['nor go to another’s pot', pot('kitchen'), 'account_not_found'],
    ['nor into the own wallet', wallet('ben'), 'rest_not_allowed'],
    ['nor to nobody', wallet('nobody'), 'account_not_found'],
    ['nor to a till', till('pool'), 'rest_not_allowed'],
    ['nor to itself', wallet('asha'), 'rest_not_allowed'],
    ['nor to one who was closed', wallet('dora'), 'member_closed'],
  ] as const;
  for (const [sentence, restTo, refused] of refusals) {
    given(rich, did(close('dora', 'lapsed')))
      .when(close('asha', restTo), COORDINATOR)
      .then(t, sentence, { refused });
  }
  given(rich, did(close('asha', 'lapsed')))
    .when(close('asha', 'lapsed'), ADMIN)
    .then(t, 'happens once', { refused: 'member_closed' });
  given(rich, suspended('asha'))
    .when(close('asha', pot('garden')), COORDINATOR)
    .then(t, 'is possible while suspended', [closed(pot('garden'), moved(pot('garden')))]);
  given(rich)
    .when(close('asha', pot('garden')), OTHER_COORDINATOR)
    .then(t, 'takes membership', { refused: 'member_not_found' });
});

t.test('closing a member of two groups', async (t) => {
  const joined = did({
    type: 'AddMembership',
    member: member('asha'),
    organisationId: organisationId('kitchen'),
  });
  given(rich, joined)
    .when(close('asha', pot('kitchen')), OTHER_COORDINATOR)
    .then(t, 'is not for the one that joined', { refused: 'enrolled_elsewhere' });
  given(rich, joined)
    .when(close('asha', pot('garden')), COORDINATOR)
    .then(t, 'is for the one that enrolled', [
      {
        type: 'MemberClosed',
        data: {
          ...{ memberId: memberId('asha'), restTo: pot('garden') },
          ...{ debit: wallet('asha'), credit: pot('garden'), credits: '5' },
        },
      },
    ]);
  const ended: Ask = { type: 'CloseOrganisation', organisationId: organisationId('garden') };
  given(rich, joined, did(ended))
    .when(close('asha', pot('kitchen')), OTHER_COORDINATOR)
    .then(t, 'falls to nobody else where that one was closed', { refused: 'enrolled_elsewhere' });
  given(rich, joined, did(ended))
    .when(close('asha', 'lapsed'), ADMIN)
    .then(t, 'but to an admin', [
      {
        type: 'MemberClosed',
        data: {
          ...{ memberId: memberId('asha'), restTo: 'lapsed' },
          ...{ debit: wallet('asha'), credit: 'lapsed', credits: '5' },
        },
      },
    ]);
  given(world(), did({ type: 'AddMembership', member: member('dora') }, OTHER_COORDINATOR))
    .when(close('dora', pot('kitchen')), OTHER_COORDINATOR)
    .then(t, 'is an admin’s also where no group enrolled the member', {
      refused: 'enrolled_elsewhere',
    });
});

t.test('a closed member', async (t) => {
  const past = [...rich, carded('asha'), did(hours({ asha: 90 }), COORDINATOR, { at: EVENING })];
  const gone = [...past, did(close('asha', pot('kitchen')))];
  given(gone)
    .when(sale('asha', '1', { member: card('asha') }), PARTNER)
    .then(t, 'has a card that no longer works', { refused: 'member_closed' });
  given(gone)
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'and an id that no longer does', { refused: 'member_closed' });
  given(gone)
    .when(hours({ asha: 30 }), COORDINATOR)
    .then(t, 'earns no more: minutes carried have lapsed', {
      refused: 'entries_refused',
      errors: [{ pointer: '#/entries/0/memberId', code: 'member_closed' }],
    });
  given(gone, brought(wallet('carol'), '1'))
    .when(give(wallet('carol'), wallet('asha')), OTHER_COORDINATOR)
    .then(t, 'is given nothing', {
      refused: 'member_closed',
      errors: [{ pointer: '#/entries/0/to', code: 'member_closed' }],
    });
  given(gone)
    .when({ type: 'IssueCard', memberId: memberId('asha'), hmac: hashOf('new') }, COORDINATOR)
    .then(t, 'gets no card', { refused: 'member_closed' });
  const joins: Ask = { type: 'AddMembership', member: card('asha') };
  given(gone).when(joins, OTHER_COORDINATOR).then(t, 'joins nothing', { refused: 'member_closed' });
  const entries = [{ account: wallet('asha'), credits: '1' }];
  given(gone)
    .when({ type: 'BringForward', entries }, ADMIN)
    .then(t, 'is brought nothing forward', { refused: 'member_closed' });
  given(gone)
    .when(refund(NEXT + 2), COORDINATOR)
    .then(t, 'cannot give back hours whose credits have gone on', {
      refused: 'insufficient_credits',
      facts: { available: '0', needed: '1', reversibleMinutes: 30 },
    });
  given(gone)
    .when({ ...refund(NEXT + 2), writeOff: true } as Ask, ADMIN)
    .then(t, 'unless an admin writes them off', [
      {
        type: 'TransactionReversed',
        data: {
          reverses: transactionAt(NEXT + 2),
          reason: 'goodwill',
          issue: {
            ...{ memberId: memberId('asha'), give: 'wallet', minutes: 90, activity: 'weeding' },
            ...{ fund: 'health', occurredOn: '2026-06-09', carriedMinutes: 0, writtenOff: '1' },
          },
        },
      },
    ]);
});

const EVENING = '2026-06-09T20:00:00.000Z';
const MORNING = '2026-06-10T08:00:00.000Z';

t.test('a refund to a closed member', async (t) => {
  const sell = did(sale('asha', '2'), PARTNER, { key: hashOf('k'), body: hashOf('b') });
  const sale1 = NEXT + 1;
  const past = [...rich, sell];
  given(past, did(close('asha', pot('kitchen'))))
    .when(refund(sale1), PARTNER)
    .then(t, 'goes where the rest went', [refunded(sale1, '2', pot('kitchen'))]);
  given(past, did(close('asha', wallet('carol'))), did(close('carol', wallet('dora'))))
    .when(refund(sale1), PARTNER)
    .then(t, 'and on from there', [refunded(sale1, '2', wallet('dora'))]);
  const merge: Ask = { type: 'MergeMembers', from: memberId('carol'), into: memberId('dora') };
  given(past, did(close('asha', wallet('carol'))), did(merge))
    .when(refund(sale1), PARTNER)
    .then(t, 'also through a merge', [refunded(sale1, '2', wallet('dora'))]);
  const closing: Ask = {
    type: 'CloseOrganisation',
    organisationId: organisationId('kitchen'),
    potTo: wallet('ben'),
  };
  given(past, did(close('asha', pot('kitchen'))), did(closing))
    .when(refund(sale1), PARTNER)
    .then(t, 'and through a closed group', [refunded(sale1, '2', wallet('ben'))]);
  given(past, did(close('asha', 'lapsed')))
    .when({ type: 'VoidKey', voids: hashOf('k') }, PARTNER)
    .then(t, 'and a void does the same', [
      {
        ...refunded(sale1, '2', 'lapsed'),
        data: { ...refunded(sale1, '2', 'lapsed').data, reason: 'not_provided' },
      },
    ]);
  given(past, did(close('asha', 'lapsed')))
    .when(sale('asha', '2'), PARTNER, { key: hashOf('k'), body: hashOf('b') })
    .then(t, 'while the sale, sent again, is answered as it was', { replayed: [sale1] });
});

t.test('a gift between two of whom one was closed into the other', async (t) => {
  const gift = did(give(wallet('asha'), wallet('carol'), '2'));
  given(rich, gift, did(close('asha', wallet('carol'))))
    .when(refund(NEXT + 1), ADMIN)
    .then(t, 'cannot be taken back', { refused: 'both_sides_same' });
  given(rich, gift, did(close('carol', 'lapsed')))
    .when(refund(NEXT + 1), ADMIN)
    .then(t, 'nor where it has lapsed', { refused: 'insufficient_credits' });
});

t.test('a key that closed a member, used again', async (t) => {
  const key = { key: hashOf('k'), body: hashOf('b') };
  const past = [...rich, did(close('asha', pot('garden')), COORDINATOR, { ...key, at: MORNING })];
  given(past)
    .when(close('asha', pot('garden')), COORDINATOR, key)
    .then(t, 'is answered the same', { replayed: [NEXT + 1] });
  const other = given(past).when(close('asha', wallet('carol')), COORDINATOR, {
    ...key,
    body: hashOf('other'),
  });
  other.then(t, 'is refused for another rest', { refused: 'key_reused' });
  t.match(other.decision, { refusal: { detail: /what differs: restTo\./ } }, 'and says so');
});

t.test('a coordinator who was merged', async (t) => {
  const merge: Ask = { type: 'MergeMembers', from: memberId('ben'), into: memberId('zoe') };
  given([...rich, enrolled('zoe', 'garden')], did(merge))
    .when(close('asha', wallet('zoe')), COORDINATOR)
    .then(t, 'is the same under the new id', { refused: 'rest_not_allowed' });
  given([...rich, enrolled('zoe', 'garden')], did(merge))
    .when(hours({ zoe: 60 }), COORDINATOR)
    .then(t, 'and credits nothing to themselves', {
      refused: 'entries_refused',
      errors: [{ pointer: '#/entries/0/memberId', code: 'own_wallet' }],
    });
});
