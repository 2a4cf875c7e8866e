import t from 'tap';
import { Directory } from '../../projections/directory.ts';
import { bookOf } from '../support/given.ts';
import {
  accessId,
  carded,
  cardId,
  cardRevoked,
  memberId,
  organisationId,
  venueId,
  world,
} from '../support/past.ts';

t.test('the directory', async (t) => {
  const joined = {
    type: 'MembershipAdded' as const,
    data: { memberId: memberId('carol'), organisationId: organisationId('garden') },
  };
  const revoked = { type: 'AccessRevoked' as const, data: { accessId: accessId('auditor') } };
  const limits = { theyOweAtMost: '20', weOweAtMost: '5' };
  const cardiff = { network: 'cardiff', name: 'Cardiff', ...limits };
  const changed = { network: 'cardiff', ...limits, weOweAtMost: '7' };
  const { stream } = bookOf([
    ...world(),
    joined,
    carded('asha'),
    carded('ben'),
    cardRevoked('ben'),
    revoked,
    { type: 'NetworkRegistered', data: cardiff },
    { type: 'NetworkLimitsChanged', data: changed },
  ]);
  const directory = new Directory();
  for (const one of stream) directory.apply(one);
  const names = ['garden', 'kitchen', 'leisure', 'cinema'];

  t.same(
    [...directory.organisations.values()].map(({ name }) => name),
    names,
    'has organisations in the order they were registered',
  );
  t.match(
    directory.venues.get(venueId('pool')),
    { name: 'pool', organisationId: organisationId('leisure') },
    'has venues with their owners',
  );
  t.same(
    directory.membersOf().map((one) => one.memberId),
    ['asha', 'ben', 'carol', 'dora'].map(memberId),
    'has members in the order they were enrolled',
  );
  t.same(
    directory.membersOf(organisationId('garden')).map((one) => one.memberId),
    ['asha', 'ben', 'carol'].map(memberId),
    'has those of a group in the order they joined',
  );
  t.same(
    directory.members.get(memberId('carol'))?.organisationIds,
    ['kitchen', 'garden'].map(organisationId),
    'has all the groups of a member',
  );
  t.equal(directory.members.get(memberId('asha'))?.cardId, cardId('asha'), 'has the live card');
  t.equal(directory.members.get(memberId('ben'))?.cardId, undefined, 'but no revoked one');
  t.equal(directory.accesses.get(accessId('auditor'))?.revoked, true, 'says what was revoked');
  t.equal(directory.accesses.get(accessId('admin'))?.revoked, false, 'and what was not');
  t.match(
    directory.networks.get('cardiff'),
    { name: 'Cardiff', theyOweAtMost: '20', weOweAtMost: '7' },
    'has networks with the limits of now',
  );
  t.notMatch(JSON.stringify([...directory.accesses]), /keyHash/, 'and keeps no hash of a key');
});

t.test('what becomes of what is registered', async (t) => {
  const member = (name: string) => ({ memberId: memberId(name) });
  const [pool, screen] = [{ venueId: venueId('pool') }, { venueId: venueId('screen') }];
  const garden = { organisationId: organisationId('garden') };
  const cinema = { organisationId: organisationId('cinema') };
  const auditor = { accessId: accessId('auditor') };
  const { stream } = bookOf([
    ...world(),
    carded('asha'),
    carded('carol'),
    { type: 'MemberSuspended', data: member('asha') },
    { type: 'MembersMerged', data: { from: memberId('asha'), into: memberId('carol') } },
    { type: 'MemberClosed', data: { ...member('dora'), restTo: 'lapsed' } },
    { type: 'MemberSuspended', data: member('ben') },
    { type: 'MemberReinstated', data: member('ben') },
    { type: 'VenueRenamed', data: { ...pool, name: 'Baths' } },
    { type: 'VenueSuspended', data: pool },
    { type: 'VenueClosed', data: screen },
    { type: 'OrganisationRenamed', data: { ...garden, name: 'Growers' } },
    { type: 'OrganisationSuspended', data: garden },
    { type: 'OrganisationClosed', data: { ...cinema, potTo: 'lapsed' } },
    { type: 'AccessRenamed', data: { ...auditor, label: 'audit' } },
    { type: 'AccessSuspended', data: auditor },
  ]);
  const directory = new Directory();
  for (const one of stream) directory.apply(one);
  const { members, venues, organisations, accesses } = directory;

  t.equal(directory.member(memberId('asha')), members.get(memberId('carol')), 'is found merged');
  t.match(members.get(memberId('asha')), { state: 'merged', mergedInto: memberId('carol') });
  t.match(
    members.get(memberId('carol')),
    {
      state: 'suspended',
      organisationIds: [organisationId('kitchen'), organisationId('garden')],
      cardId: cardId('carol'),
      otherCardIds: [cardId('asha')],
    },
    'with the groups, cards and suspension of both',
  );
  t.same(
    directory.membersOf(organisationId('garden')).map((one) => one.memberId),
    ['asha', 'ben', 'carol'].map(memberId),
    'and joins the lists of both',
  );
  t.match(members.get(memberId('dora')), { state: 'closed', restTo: 'lapsed' });
  t.match(members.get(memberId('ben')), { state: 'open' });
  t.match(venues.get(pool.venueId), { name: 'Baths', state: 'suspended' }, 'has its newest name');
  t.match(venues.get(screen.venueId), { name: 'screen', state: 'closed' });
  t.match(organisations.get(garden.organisationId), { name: 'Growers', state: 'suspended' });
  t.match(organisations.get(cinema.organisationId), { state: 'closed', potTo: 'lapsed' });
  t.match(accesses.get(auditor.accessId), { label: 'audit', state: 'suspended', revoked: false });
});
