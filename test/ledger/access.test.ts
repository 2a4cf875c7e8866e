import t from 'tap';
import type { GrantAccess } from '../../schemas/commands.ts';
import { given, madeAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  accessId,
  ADMIN,
  COORDINATOR,
  granted,
  memberId,
  NEXT,
  organisationId,
  PARTNER,
  sale,
  world,
} from '../support/past.ts';

const grant = (more: Partial<GrantAccess> = {}): GrantAccess => ({
  type: 'GrantAccess',
  accessId: accessId('new'),
  keyHash: hashOf('key of new'),
  role: 'auditor',
  label: 'new',
  ...more,
});
const garden = organisationId('garden');
const leisure = organisationId('leisure');
const revoke = (name: string) => ({ type: 'RevokeAccess' as const, accessId: accessId(name) });
const revoked = (name: string) => ({
  type: 'AccessRevoked' as const,
  data: { accessId: accessId(name) },
});

t.test('granting an access', async (t) => {
  const asked = [
    grant(),
    grant({ role: 'admin', expiresOn: '2026-12-31' }),
    grant({ role: 'commissioner' }),
    grant({ role: 'network' }),
    grant({ role: 'partner', organisationId: leisure }),
    grant({ role: 'coordinator', organisationId: garden, memberId: memberId('ben') }),
  ];
  for (const ask of asked) {
    const { type: _, ...data } = ask;
    given(world())
      .when(ask, ADMIN)
      .then(t, `records who may act as ${ask.role}`, [{ type: 'AccessGranted', data }]);
  }
  const refusals = {
    access_needs_organisation: [
      grant({ role: 'coordinator' }),
      grant({ role: 'partner' }),
      grant({ role: 'admin', organisationId: garden }),
      grant({ role: 'partner', organisationId: leisure, memberId: memberId('ben') }),
    ],
    organisation_not_found: [
      grant({ role: 'coordinator', organisationId: organisationId('nobody') }),
    ],
    not_an_earn_group: [grant({ role: 'coordinator', organisationId: leisure })],
    not_a_spend_partner: [grant({ role: 'partner', organisationId: garden })],
    member_not_found: [
      grant({ role: 'coordinator', organisationId: garden, memberId: memberId('nobody') }),
    ],
    access_exists: [grant({ accessId: accessId('auditor') })],
  } as const;
  for (const [refused, asks] of Object.entries(refusals)) {
    for (const [index, ask] of asks.entries()) {
      given(world())
        .when(ask, ADMIN)
        .then(t, `is refused, ${refused}, case ${index + 1}`, {
          refused: refused as keyof typeof refusals,
        });
    }
  }
  given(world()).when(grant(), COORDINATOR).then(t, 'is for admins', { refused: 'forbidden' });
});

t.test('revoking an access', async (t) => {
  given(world())
    .when(revoke('partner'), ADMIN)
    .then(t, 'ends it', [revoked('partner')]);
  given(world(), { type: 'AccessRevoked', data: { accessId: PARTNER } })
    .when(revoke('partner'), ADMIN)
    .then(t, 'happens once', { refused: 'access_already_revoked' });
  given(world())
    .when(revoke('nobody'), ADMIN)
    .then(t, 'needs an access', { refused: 'access_not_found' });
  given(world())
    .when(revoke('admin'), ADMIN)
    .then(t, 'of the last admin is refused', { refused: 'last_admin' });
  given(world(), granted('deputy', 'admin', { expiresOn: '2027-01-01' }))
    .when(revoke('admin'), ADMIN)
    .then(t, 'of the last admin that lasts is refused', { refused: 'last_admin' });
  given(world(), granted('deputy', 'admin', { expiresOn: '2027-01-01' }))
    .when(revoke('deputy'), ADMIN)
    .then(t, 'of an admin that would expire is not', [revoked('deputy')]);
  given(world(), granted('deputy', 'admin'))
    .when(revoke('admin'), ADMIN)
    .then(t, 'of an admin is possible while another lasts', [revoked('admin')]);
  given(world(), granted('deputy', 'admin'), revoked('admin'))
    .when(revoke('deputy'), accessId('deputy'))
    .then(t, 'counts who is left', { refused: 'last_admin' });
});

t.test('an access', async (t) => {
  const shift = { type: 'RegisterVenue', organisationId: leisure, name: 'Gym' } as const;
  const ending = granted('guest', 'partner', {
    organisation: 'leisure',
    expiresOn: '2026-03-29',
  });
  const data = { venueId: madeAt('ven', NEXT + 1), organisationId: leisure, name: 'Gym' };
  const guest = accessId('guest');
  given(world(), ending)
    .when(shift, guest, { at: '2026-03-29T22:59:59.999Z' })
    .then(t, 'is good to the end of its last day in the network', [
      { type: 'VenueRegistered', data },
    ]);
  given(world(), ending)
    .when(shift, guest, { at: '2026-03-29T23:00:00.000Z' })
    .then(t, 'ends with that day, by the network’s clock', { refused: 'unauthenticated' });
  given(world(), revoked('partner'))
    .when(sale('asha', '1'), PARTNER)
    .then(t, 'that is revoked is nobody’s', { refused: 'unauthenticated' });
  given(world())
    .when(sale('asha', '1'), accessId('nobody'))
    .then(t, 'that was never granted is nobody’s', { refused: 'unauthenticated' });
});
