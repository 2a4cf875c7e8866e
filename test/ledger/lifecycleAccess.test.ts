import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import { did, given } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  accessId,
  ADMIN,
  brought,
  COORDINATOR,
  granted,
  PARTNER,
  sale,
  sold,
  wallet,
  world,
} from '../support/past.ts';

const suspend = (name: string): Ask => ({ type: 'SuspendAccess', accessId: accessId(name) });
const reinstate = (name: string): Ask => ({ type: 'ReinstateAccess', accessId: accessId(name) });
const revoke = (name: string): Ask => ({ type: 'RevokeAccess', accessId: accessId(name) });
const rename = (name: string, label: string): Ask => ({
  type: 'RenameAccess',
  accessId: accessId(name),
  label,
});
const suspended = (name: string) => ({
  type: 'AccessSuspended' as const,
  data: { accessId: accessId(name) },
});

t.test('suspending an access', async (t) => {
  given(world())
    .when(suspend('partner'), ADMIN)
    .then(t, 'records it', [suspended('partner')]);
  given(world())
    .when(suspend('nobody'), ADMIN)
    .then(t, 'needs one', { refused: 'access_not_found' });
  given(world(), did(revoke('partner')))
    .when(suspend('partner'), ADMIN)
    .then(t, 'that was not revoked', { refused: 'access_already_revoked' });
  given(world(), suspended('partner'))
    .when(suspend('partner'), ADMIN)
    .then(t, 'happens once', { refused: 'already_suspended' });
  given(world(), suspended('partner'))
    .when(reinstate('partner'), ADMIN)
    .then(t, 'can be ended', [
      { type: 'AccessReinstated', data: { accessId: accessId('partner') } },
    ]);
  given(world())
    .when(reinstate('partner'), ADMIN)
    .then(t, 'where it stands', { refused: 'not_suspended' });
  given(world())
    .when(suspend('partner'), COORDINATOR)
    .then(t, 'is for admins', { refused: 'forbidden' });
});

t.test('a suspended access', async (t) => {
  const past = [...world(), brought(wallet('asha'), '5')];
  given(past, suspended('partner'))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'is refused', { refused: 'access_suspended' });
  given(past, suspended('partner'))
    .when(suspend('partner'), PARTNER)
    .then(t, 'also what it could not do otherwise', { refused: 'access_suspended' });
  const key = { key: hashOf('k'), body: hashOf('b') };
  given(past, did(sale('asha', '1'), PARTNER, key), suspended('partner'))
    .when(sale('asha', '1'), PARTNER, key)
    .then(t, 'and what it did before', { refused: 'access_suspended' });
  given(past, suspended('partner'), did(reinstate('partner')))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'until it is reinstated', [sold('asha', '1')]);
  given(past, suspended('partner'), did(revoke('partner')))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'or revoked, after which it is nobody’s', { refused: 'unauthenticated' });
  const ending = granted('guest', 'partner', { organisation: 'leisure', expiresOn: '2026-12-31' });
  given(past, ending, suspended('guest'))
    .when(sale('asha', '1'), accessId('guest'), { at: '2027-01-01T00:00:00.000Z' })
    .then(t, 'and still ends on its last day', { refused: 'unauthenticated' });
});

t.test('the last admin access that lasts', async (t) => {
  given(world()).when(suspend('admin'), ADMIN).then(t, 'stays', { refused: 'last_admin' });
  const deputy = granted('deputy', 'admin');
  given(world(), deputy, suspended('deputy'))
    .when(suspend('admin'), ADMIN)
    .then(t, 'while the other is suspended', { refused: 'last_admin' });
  given(world(), deputy, suspended('deputy'))
    .when(revoke('admin'), ADMIN)
    .then(t, 'and is not revoked either', { refused: 'last_admin' });
  given(world(), deputy, suspended('deputy'), did(reinstate('deputy')))
    .when(suspend('admin'), ADMIN)
    .then(t, 'until that is reinstated', [suspended('admin')]);
  given(world(), deputy, suspended('deputy'), did(revoke('deputy')))
    .when(suspend('admin'), ADMIN)
    .then(t, 'and is counted once, also where the other was revoked', { refused: 'last_admin' });
});

t.test('renaming an access', async (t) => {
  given(world())
    .when(rename('partner', 'front-desk'), ADMIN)
    .then(t, 'gives it another label', [
      { type: 'AccessRenamed', data: { accessId: PARTNER, label: 'front-desk' } },
    ]);
  given(world(), did(revoke('partner')))
    .when(rename('partner', 'front-desk'), ADMIN)
    .then(t, 'while it stands', { refused: 'access_already_revoked' });
  given(world())
    .when(rename('nobody', 'x'), ADMIN)
    .then(t, 'if there is one', { refused: 'access_not_found' });
});
