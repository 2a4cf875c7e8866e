import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { Account } from '../../schemas/ids.ts';
import { did, given, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  accessId,
  ADMIN,
  allocation,
  brought,
  COORDINATOR,
  funded,
  granted,
  hour,
  hours,
  member,
  memberId,
  NEXT,
  organisationId,
  OTHER_PARTNER,
  PARTNER,
  pot,
  sale,
  sold,
  till,
  venue,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

type Noun = 'Venue' | 'Organisation';
type Verb = 'Suspend' | 'Reinstate' | 'Close';

const ask = (verb: Verb, noun: Noun, name: string, more: object = {}) => {
  const id =
    noun === 'Venue' ? { venueId: venueId(name) } : { organisationId: organisationId(name) };
  return { type: `${verb}${noun}`, ...id, ...more } as Ask;
};
const rename = (noun: Noun, old: string, name: string) =>
  ({ ...ask('Close', noun, old), type: `Rename${noun}`, name }) as Ask;
const made = (type: string, name: string, more: object = {}) => {
  const id = type.startsWith('V')
    ? { venueId: venueId(name) }
    : { organisationId: organisationId(name) };
  return { type: type as 'VenueClosed', data: { ...id, ...more } };
};
const refund = (revision: number): Ask => ({
  type: 'ReverseTransaction',
  transactionId: transactionAt(revision),
  reason: 'goodwill',
});
const refunded = (revision: number, debit: Account, credit: Account, credits: string) => ({
  type: 'TransactionReversed' as const,
  data: { reverses: transactionAt(revision), reason: 'goodwill', debit, credit, credits },
});
const give = (from: Account, to: Account, reason = 'thanks'): Ask =>
  ({
    type: 'TransferCredits',
    entries: [{ from, to, credits: '1' }],
    reason,
    agreed: 'in_person',
  }) as Ask;
const rich = [...world(), brought(wallet('asha'), '5'), brought(pot('garden'), '3')];
const FIRST = rich.length;

for (const [noun, name, closed] of [
  ['Venue', 'pool', 'venue_closed'],
  ['Organisation', 'garden', 'organisation_closed'],
] as const) {
  t.test(`the standing of a ${noun.toLowerCase()}`, async (t) => {
    const past = (...verbs: Verb[]) => [
      ...world(),
      ...verbs.map((verb) => did(ask(verb, noun, name))),
    ];
    const when = (asked: Ask, ...verbs: Verb[]) => given(past(...verbs)).when(asked, ADMIN);
    const missing = noun === 'Venue' ? 'venue_not_found' : 'organisation_not_found';
    when(ask('Suspend', noun, name)).then(t, 'is suspended', [made(`${noun}Suspended`, name)]);
    when(ask('Suspend', noun, name), 'Suspend').then(t, 'once', { refused: 'already_suspended' });
    when(ask('Reinstate', noun, name), 'Suspend').then(t, 'and reinstated', [
      made(`${noun}Reinstated`, name),
    ]);
    when(ask('Reinstate', noun, name)).then(t, 'if it was suspended', { refused: 'not_suspended' });
    when(rename(noun, name, 'Other')).then(t, 'is not changed by its name', [
      made(`${noun}Renamed`, name, { name: 'Other' }),
    ]);
    for (const asked of [
      ask('Suspend', noun, name),
      ask('Reinstate', noun, name),
      ask('Close', noun, name),
      rename(noun, name, 'Other'),
    ]) {
      when(asked, 'Close').then(t, `is for good once closed: ${asked.type}`, { refused: closed });
      const x = { venueId: venueId('x'), organisationId: organisationId('x') };
      const other = Object.assign({}, asked, x) as Ask;
      when(other).then(t, `is that of something: ${asked.type}`, { refused: missing });
      given(past())
        .when(asked, PARTNER)
        .then(t, `an admin’s: ${asked.type}`, { refused: 'forbidden' });
    }
  });
}

t.test('a venue that is suspended or closed', async (t) => {
  const key = { key: hashOf('k'), body: hashOf('b') };
  const before = [...rich, did(sale('asha', '2'), PARTNER, key)];
  for (const [verb, refused] of [
    ['Suspend', 'venue_suspended'],
    ['Close', 'venue_closed'],
  ] as const) {
    const past = [...before, did(ask(verb, 'Venue', 'pool'))];
    given(past).when(sale('asha', '1'), PARTNER).then(t, `${verb}: redeems nothing`, { refused });
    given(past)
      .when(sale('asha', '2'), PARTNER, key)
      .then(t, `${verb}: answers for what it redeemed`, { replayed: [FIRST] });
    given(past)
      .when(refund(FIRST), PARTNER)
      .then(t, `${verb}: refunds`, [refunded(FIRST, till('pool'), wallet('asha'), '2')]);
    const voided = given(past).when({ type: 'VoidKey', voids: hashOf('k') }, PARTNER);
    t.match(voided.decision, { events: [{ type: 'TransactionReversed' }] }, `${verb}: voids`);
  }
  given(before, did(ask('Suspend', 'Venue', 'pool')), did(ask('Reinstate', 'Venue', 'pool')))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'redeems again once reinstated', [sold('asha', '1')]);
  given(rich, venue('gym', 'leisure'), did(ask('Close', 'Venue', 'pool')))
    .when(sale('asha', '1', { venueId: venueId('gym') }), PARTNER)
    .then(t, 'leaves the others alone', [{ ...sold('asha', '1', { credit: till('gym') }) }]);
});

t.test('a suspended organisation', async (t) => {
  const AT = { at: '2026-06-09T20:00:00.000Z' };
  const past = [
    ...rich,
    did(sale('asha', '2'), PARTNER),
    did(hours({ asha: 60 }), COORDINATOR, AT),
    did(ask('Suspend', 'Organisation', 'garden'), ADMIN, AT),
    did(ask('Suspend', 'Organisation', 'leisure'), ADMIN, AT),
  ];
  const refused = 'organisation_suspended';
  given(past)
    .when(hours({ ben: 60 }), ADMIN)
    .then(t, 'issues nothing', { refused });
  given(past)
    .when(hours({ asha: 90 }, { corrects: [transactionAt(FIRST + 1)] }), COORDINATOR)
    .then(t, 'nor corrects by issuing', { refused });
  given(past).when(sale('asha', '1'), PARTNER).then(t, 'redeems nothing', { refused });
  const errors = [{ pointer: '#/entries/0/from', code: refused }];
  given(past)
    .when(give(pot('garden'), wallet('asha')), COORDINATOR)
    .then(t, 'moves nothing out of its pot', { refused, errors });
  given(past)
    .when(give(allocation('garden', 'health'), pot('garden')), COORDINATOR)
    .then(t, 'nor out of an allocation', { refused, errors });
  given(past)
    .when(
      {
        type: 'ReturnAllocation',
        organisationId: organisationId('garden'),
        fund: 'health',
        credits: '1',
      },
      ADMIN,
    )
    .then(t, 'of which nothing is returned', { refused });
  given(past)
    .when(give(wallet('asha'), pot('garden'), 'donation'), COORDINATOR)
    .then(t, 'is still donated to', [
      {
        type: 'CreditsTransferred',
        data: {
          ...{ debit: wallet('asha'), credit: pot('garden'), credits: '1' },
          ...{ reason: 'donation', agreed: 'in_person' },
        },
      },
    ]);
  given(past)
    .when(refund(FIRST), PARTNER)
    .then(t, 'refunds', [refunded(FIRST, till('pool'), wallet('asha'), '2')]);
  const taken = given(past).when(refund(FIRST + 1), COORDINATOR);
  t.match(taken.decision, { events: [{ type: 'TransactionReversed' }] }, 'takes back');
  given(past, did(ask('Reinstate', 'Organisation', 'garden')))
    .when(hours({ dora: 60 }), COORDINATOR)
    .then(t, 'issues again once reinstated', [hour('dora', 60, '1', 0)]);
});

t.test('closing an organisation', async (t) => {
  const closed = (name: string, more: object = {}) => made('OrganisationClosed', name, more);
  const returned = (fund: string, credits: string) => ({
    type: 'AllocationReturned' as const,
    data: { debit: allocation('garden', fund), credit: 'programme', credits },
  });
  const revoked = (name: string) => ({
    type: 'AccessRevoked' as const,
    data: { accessId: accessId(name) },
  });
  const toPot = ask('Close', 'Organisation', 'garden', { potTo: pot('kitchen') });
  given(
    rich,
    funded('garden', 'lottery', '7'),
    granted('c2', 'coordinator', { organisation: 'garden' }),
  )
    .when(toPot, ADMIN)
    .then(t, 'returns what it had to issue, moves its pot, and ends its accesses', [
      returned('health', '100'),
      returned('lottery', '7'),
      revoked('coordinator'),
      revoked('c2'),
      closed('garden', {
        ...{ debit: pot('garden'), credit: pot('kitchen'), credits: '3' },
        potTo: pot('kitchen'),
      }),
    ]);
  given(world(), venue('gym', 'leisure'), did(ask('Close', 'Venue', 'pool')))
    .when(ask('Close', 'Organisation', 'leisure'), ADMIN)
    .then(t, 'closes those of its venues that are open', [
      made('VenueClosed', 'gym'),
      revoked('partner'),
      closed('leisure'),
    ]);
  given(rich, did(ask('Suspend', 'Organisation', 'garden')))
    .when(toPot, ADMIN)
    .then(t, 'is possible while it is suspended', [
      returned('health', '100'),
      revoked('coordinator'),
      closed('garden', {
        ...{ debit: pot('garden'), credit: pot('kitchen'), credits: '3' },
        potTo: pot('kitchen'),
      }),
    ]);
  const refusals = [
    ['says where a pot goes that is not empty', undefined, 'rest_unplaced'],
    ['which is not itself', pot('garden'), 'rest_not_allowed'],
    ['nor a till', till('pool'), 'rest_not_allowed'],
    ['nor nobody’s pot', pot('nobody'), 'account_not_found'],
    ['nor that of one that was closed', pot('cinema'), 'organisation_closed'],
  ] as const;
  for (const [sentence, potTo, refused] of refusals) {
    given(rich, did(ask('Close', 'Organisation', 'cinema')))
      .when(ask('Close', 'Organisation', 'garden', potTo === undefined ? {} : { potTo }), ADMIN)
      .then(t, sentence, { refused });
  }
  const venues = Array.from({ length: 999 }, (_, index) => venue(`v${index}`, 'leisure'));
  given(world(), venues)
    .when(ask('Close', 'Organisation', 'leisure'), ADMIN)
    .then(t, 'makes at most a thousand events', { refused: 'list_too_long' });
});

t.test('a closed organisation', async (t) => {
  const AT = { at: '2026-06-09T20:00:00.000Z' };
  const closing = ask('Close', 'Organisation', 'garden', { potTo: pot('kitchen') });
  const past = [
    ...rich,
    did(hours({ asha: 60 }), COORDINATOR, AT),
    did(give(pot('garden'), wallet('dora')), COORDINATOR, AT),
    did(closing, ADMIN, AT),
  ];
  const refused = 'organisation_closed';
  given(past)
    .when(hours({ ben: 60 }), COORDINATOR)
    .then(t, 'has no key', { refused: 'unauthenticated' });
  given(past)
    .when(hours({ ben: 60 }), ADMIN)
    .then(t, 'issues nothing', { refused });
  const garden = { organisationId: organisationId('garden') };
  const asks: Ask[] = [
    { type: 'EnrolMember', ...garden },
    { type: 'AddMembership', ...garden, member: member('carol') },
    { type: 'AllocateCredits', ...garden, fund: 'health', credits: '1' },
    { type: 'ReturnAllocation', ...garden, fund: 'health', credits: '1' },
    { type: 'BringForward', entries: [{ account: pot('garden'), credits: '1' }] },
    {
      ...{ type: 'GrantAccess', role: 'coordinator', ...garden, label: 'x' },
      ...{ accessId: accessId('x'), keyHash: hashOf('x') },
    },
    { type: 'RegisterVenue', organisationId: organisationId('leisure'), name: 'Gym' },
  ];
  for (const asked of asks) {
    given(past, did(ask('Close', 'Organisation', 'leisure')))
      .when(asked, ADMIN)
      .then(t, `takes part in nothing new: ${asked.type}`, { refused });
  }
  given(past)
    .when(give(wallet('asha'), pot('garden'), 'donation'), ADMIN)
    .then(t, 'is donated nothing', { refused });
  given(past)
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'leaves its members their credits', [sold('asha', '1')]);
  given(past)
    .when(refund(FIRST), ADMIN)
    .then(t, 'takes back for the programme', [
      {
        type: 'TransactionReversed',
        data: {
          ...{ reverses: transactionAt(FIRST), reason: 'goodwill' },
          ...{ debit: wallet('asha'), credit: 'programme', credits: '1' },
          issue: {
            ...{ memberId: memberId('asha'), give: 'wallet', minutes: 60, activity: 'weeding' },
            ...{ fund: 'health', occurredOn: '2026-06-09', carriedMinutes: 0 },
          },
        },
      },
    ]);
  given(past)
    .when(refund(FIRST + 1), ADMIN)
    .then(t, 'is given back where its pot went', [
      refunded(FIRST + 1, wallet('dora'), pot('kitchen'), '1'),
    ]);
  given(past, did(ask('Close', 'Organisation', 'kitchen', { potTo: 'lapsed' })))
    .when(refund(FIRST + 1), ADMIN)
    .then(t, 'and on from there', [refunded(FIRST + 1, wallet('dora'), 'lapsed', '1')]);
  given(world(), brought(wallet('asha'), '2'), did(sale('asha', '2'), PARTNER))
    .when(ask('Close', 'Organisation', 'leisure'), ADMIN)
    .then(t, 'leaves what its tills took to be settled', [
      made('VenueClosed', 'pool'),
      { type: 'AccessRevoked', data: { accessId: PARTNER } },
      made('OrganisationClosed', 'leisure'),
    ]);
  const empty = ask('Close', 'Organisation', 'kitchen');
  const gift = did(give(pot('kitchen'), wallet('dora')));
  given(world(), brought(pot('kitchen'), '1'), gift, did(empty))
    .when(refund(NEXT + 1), ADMIN)
    .then(t, 'lapses what comes late where nothing was said', [
      refunded(NEXT + 1, wallet('dora'), 'lapsed', '1'),
    ]);
});

t.test('a key that closed an organisation', async (t) => {
  const key = { key: hashOf('k'), body: hashOf('b') };
  const closing = ask('Close', 'Organisation', 'garden', { potTo: 'lapsed' });
  const past = [...rich, did(closing, ADMIN, key)];
  given(past)
    .when(closing, ADMIN, key)
    .then(t, 'is answered the same', { replayed: [FIRST, FIRST + 1, FIRST + 2] });
  const differently = (asked: Ask) =>
    given(past).when(asked, ADMIN, { ...key, body: hashOf('c') }).decision;
  const other = ask('Close', 'Organisation', 'garden', { potTo: pot('kitchen') });
  t.match(differently(other), { refusal: { detail: /what differs: potTo\./ } }, 'by what differs');
  const back: Ask = {
    ...{ type: 'ReturnAllocation', organisationId: organisationId('garden') },
    ...{ fund: 'health', credits: '100' },
  };
  t.match(differently(back), { refusal: { detail: /the call itself/ } }, 'whatever it returned');
  given(past)
    .when(sale('asha', '1', { venueId: venueId('screen') }), OTHER_PARTNER)
    .then(t, 'is no other’s', [sold('asha', '1', { credit: till('screen') })]);
});
