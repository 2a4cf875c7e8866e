import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import { allocationsLapsed } from '../../src/ledger/allocation.ts';
import { refuse } from '../../schemas/refusals.ts';
import { bookOf, did, given, type Past } from '../support/given.ts';
import {
  ADMIN,
  allocation,
  brought,
  funded,
  memberId,
  organisationId,
  pot,
  registered,
  wallet,
  world,
} from '../support/past.ts';

/* An account may have more than the million credits that one movement carries. */

const MILLION = '1000000';
const LAST = { lastDay: '2026-03-31' };
const past = (...more: Past[]) => [...world(), ...more];
const twice = (account: string) => [brought(account, MILLION), brought(account, '0.5')];
const returned = (group: string, fund: string, credits: string) => ({
  type: 'AllocationReturned' as const,
  data: { debit: allocation(group, fund), credit: 'programme', credits },
});

t.test('a fund that is over, with more than one movement carries', async (t) => {
  const { ledger } = bookOf(
    past(funded('garden', 'large', MILLION, LAST), funded('garden', 'large', '2.5')),
  );
  const facts = allocationsLapsed(ledger, '2026-06-10').map(({ type, data }) => ({ type, data }));
  const parts = [returned('garden', 'large', MILLION), returned('garden', 'large', '2.5')];
  t.same(facts, parts, 'is returned in parts');
});

t.test('an organisation that has such a fund', async (t) => {
  const closed = { type: 'OrganisationClosed', data: { organisationId: organisationId('shop') } };
  given(
    past(registered('shop', 'earn'), funded('shop', 'large', MILLION)),
    funded('shop', 'large', MILLION),
  )
    .when({ type: 'CloseOrganisation', organisationId: organisationId('shop') }, ADMIN)
    .then(t, 'returns it in parts when it is closed', [
      returned('shop', 'large', MILLION),
      returned('shop', 'large', MILLION),
      closed as never,
    ]);
});

t.test('more than one movement carries', async (t) => {
  const refused = { refused: 'rest_too_large' as const };
  const closeAsha: Ask = { type: 'CloseMember', memberId: memberId('asha'), restTo: 'lapsed' };
  const full = past(...twice(wallet('asha')));
  given(full).when(closeAsha, ADMIN).then(t, 'is moved by no closing of a member', refused);
  given(full)
    .when({ type: 'MergeMembers', from: memberId('asha'), into: memberId('ben') }, ADMIN)
    .then(t, 'by no merge', refused);
  given(past(...twice(pot('garden'))))
    .when(
      { type: 'CloseOrganisation', organisationId: organisationId('garden'), potTo: 'lapsed' },
      ADMIN,
    )
    .then(t, 'and by no closing of a group', refused);
  const gift: Ask = {
    ...{ type: 'TransferCredits', reason: 'gift', agreed: 'card' },
    entries: [{ from: wallet('asha'), to: wallet('ben'), credits: '0.5' }],
  };
  t.equal(
    given(full, did(gift, ADMIN)).when(closeAsha, ADMIN).decision.outcome,
    'accepted',
    'until the rest fits',
  );
});

t.test('a closing that ends more than one command may', async (t) => {
  const { detail, aloud } = refuse('list_too_long', { events: 1001, limit: 1000 });
  t.match(detail, /before a closing cancel bookings/, 'says what to do first');
  t.notMatch(aloud, /list|issued/, 'and speaks of no list');
});
