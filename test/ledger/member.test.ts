import t from 'tap';
import { given, madeAt } from '../support/given.ts';
import {
  ADMIN,
  card,
  carded,
  cardRevoked,
  COORDINATOR,
  member,
  memberId,
  NEXT,
  organisationId,
  OTHER_COORDINATOR,
  PARTNER,
  world,
} from '../support/past.ts';

t.test('enrolling a member', async (t) => {
  const enrolled = madeAt('mem', NEXT);
  const garden = organisationId('garden');
  given(world())
    .when({ type: 'EnrolMember' }, COORDINATOR)
    .then(t, 'is into the coordinator’s own group', [
      { type: 'MemberEnrolled', data: { memberId: enrolled, organisationId: garden } },
    ]);
  given(world())
    .when({ type: 'EnrolMember' }, ADMIN)
    .then(t, 'is into no group where an admin names none', [
      { type: 'MemberEnrolled', data: { memberId: enrolled } },
    ]);
  given(world())
    .when({ type: 'EnrolMember', organisationId: garden }, ADMIN)
    .then(t, 'is into the group that an admin names', [
      { type: 'MemberEnrolled', data: { memberId: enrolled, organisationId: garden } },
    ]);
  given(world())
    .when({ type: 'EnrolMember', organisationId: garden }, OTHER_COORDINATOR)
    .then(t, 'is never into another’s group', { refused: 'organisation_not_found' });
  given(world())
    .when({ type: 'EnrolMember', organisationId: organisationId('nobody') }, ADMIN)
    .then(t, 'needs a group that is there', { refused: 'organisation_not_found' });
  given(world())
    .when({ type: 'EnrolMember' }, PARTNER)
    .then(t, 'is not for a partner', { refused: 'forbidden' });
});

t.test('adding a membership', async (t) => {
  const data = { memberId: memberId('carol'), organisationId: organisationId('garden') };
  given(world())
    .when({ type: 'AddMembership', member: member('carol') }, COORDINATOR)
    .then(t, 'takes only the member’s id', [{ type: 'MembershipAdded', data }]);
  given(world(), carded('carol'))
    .when({ type: 'AddMembership', member: card('carol') }, COORDINATOR)
    .then(t, 'takes a card as well', [{ type: 'MembershipAdded', data }]);
  given(world(), carded('carol'), cardRevoked('carol'))
    .when({ type: 'AddMembership', member: card('carol') }, COORDINATOR)
    .then(t, 'takes no revoked card', { refused: 'card_revoked' });
  given(world())
    .when({ type: 'AddMembership', member: card('carol') }, COORDINATOR)
    .then(t, 'takes no unknown card', { refused: 'card_unknown' });
  given(world())
    .when({ type: 'AddMembership', member: member('nobody') }, COORDINATOR)
    .then(t, 'needs a member', { refused: 'member_not_found' });
  given(world())
    .when({ type: 'AddMembership', member: member('asha') }, COORDINATOR)
    .then(t, 'happens once', { refused: 'already_member' });
  given(world(), { type: 'MembershipAdded', data })
    .when({ type: 'AddMembership', member: member('carol') }, COORDINATOR)
    .then(t, 'happens once, also after enrolment elsewhere', { refused: 'already_member' });
  given(world())
    .when({ type: 'AddMembership', member: member('carol') }, ADMIN)
    .then(t, 'needs a group where an admin asks', { refused: 'organisation_not_found' });
  given(world())
    .when(
      { type: 'AddMembership', member: member('asha'), organisationId: organisationId('kitchen') },
      COORDINATOR,
    )
    .then(t, 'is never into another’s group', { refused: 'organisation_not_found' });
});
