import t from 'tap';
import { given, madeAt } from '../support/given.ts';
import { ADMIN, AUDITOR, COORDINATOR, NEXT, PARTNER, world } from '../support/past.ts';

const REGISTER = {
  type: 'RegisterOrganisation',
  name: 'Strood Gardeners',
  roles: ['earn'],
} as const;
const ask = { ...REGISTER, roles: [...REGISTER.roles] };

t.test('registering an organisation', async (t) => {
  const organisationId = madeAt('org', NEXT);
  given(world())
    .when(ask, ADMIN)
    .then(t, 'gives it an id that tells nothing', [
      {
        type: 'OrganisationRegistered',
        data: { organisationId, name: 'Strood Gardeners', roles: ['earn'] },
        by: { access: ADMIN, organisation: organisationId },
      },
    ]);
  for (const [role, access] of Object.entries({ COORDINATOR, PARTNER, AUDITOR })) {
    given(world())
      .when(ask, access)
      .then(t, `is not for a ${role.toLowerCase()}`, { refused: 'forbidden' });
  }
});
