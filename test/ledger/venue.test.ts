import t from 'tap';
import type { RegisterVenue } from '../../schemas/commands.ts';
import { given, madeAt } from '../support/given.ts';
import {
  ADMIN,
  COORDINATOR,
  NEXT,
  organisationId,
  OTHER_PARTNER,
  PARTNER,
  world,
} from '../support/past.ts';

const ofThe = (owner: string): RegisterVenue => ({
  type: 'RegisterVenue',
  organisationId: organisationId(owner),
  name: 'Gym',
});

t.test('registering a venue', async (t) => {
  const data = { venueId: madeAt('ven', NEXT), organisationId: organisationId('leisure') };
  for (const [who, access] of Object.entries({ ADMIN, PARTNER })) {
    given(world())
      .when(ofThe('leisure'), access)
      .then(t, `is for its ${who.toLowerCase()}`, [
        { type: 'VenueRegistered', data: { ...data, name: 'Gym' } },
      ]);
  }
  given(world())
    .when(ofThe('leisure'), OTHER_PARTNER)
    .then(t, 'of another partner, finds no such partner', { refused: 'organisation_not_found' });
  given(world())
    .when(ofThe('nobody'), ADMIN)
    .then(t, 'of nobody is refused', { refused: 'organisation_not_found' });
  given(world())
    .when(ofThe('garden'), ADMIN)
    .then(t, 'of an earn group is refused', { refused: 'not_a_spend_partner' });
  given(world())
    .when(ofThe('garden'), COORDINATOR)
    .then(t, 'is not for a coordinator', { refused: 'forbidden' });
});
