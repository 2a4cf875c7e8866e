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
