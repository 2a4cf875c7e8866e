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

t.test('a venue that takes amounts of its own choosing', async (t) => {
  const ask = { ...ofThe('leisure'), openAmounts: true as const };
  const data = { venueId: madeAt('ven', NEXT), organisationId: organisationId('leisure') };
  given(world())
    .when(ask, PARTNER)
    .then(t, 'says so', [
      { type: 'VenueRegistered', v: 2, data: { ...data, name: 'Gym', openAmounts: true } },
    ]);
  const old = world({}, 1);
  given(old).when(ask, PARTNER).then(t, 'waits for format 2', { refused: 'format_too_low' });
  given(old)
    .when(ofThe('leisure'), PARTNER)
    .then(t, 'or is registered without it', [
      { type: 'VenueRegistered', v: 1, data: { ...data, name: 'Gym' } },
    ]);
});
