import t from 'tap';
import type { Ask, Bearer } from '../../schemas/commands.ts';
import { given, madeAt } from '../support/given.ts';
import {
  accessId,
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
  const dora = { memberId: memberId('dora'), organisationId: organisationId('garden') };
  const joining = (bearer: Bearer, group?: string): Ask => ({
    type: 'AddMembership',
    member: bearer,
    ...(group && { organisationId: organisationId(group) }),
  });
  given(world())
    .when(joining(member('dora')), COORDINATOR)
    .then(t, 'takes only the id of somebody who belongs nowhere yet', [
      { type: 'MembershipAdded', data: dora },
    ]);
  given(world())
    .when(joining(member('carol')), COORDINATOR)
    .then(t, 'takes more of a member of another group, card or none', {
      refused: 'card_required',
    });
  given(world(), carded('carol'))
    .when(joining(card('carol')), COORDINATOR)
    .then(t, 'takes the card that was shown', [{ type: 'MembershipAdded', data }]);
  given(world(), carded('carol'), cardRevoked('carol'))
    .when(joining(card('carol')), COORDINATOR)
    .then(t, 'takes no revoked card', { refused: 'card_revoked' });
  for (const name of ['carol', 'dora']) {
    given(world(), carded(name), cardRevoked(name))
      .when(joining(member(name)), COORDINATOR)
      .then(t, `takes no bare id once there was a card: ${name}`, { refused: 'card_required' });
  }
  given(world())
    .when(joining(card('carol')), COORDINATOR)
    .then(t, 'takes no unknown card', { refused: 'card_unknown' });
  given(world())
    .when(joining(member('nobody')), COORDINATOR)
    .then(t, 'needs a member', { refused: 'member_not_found' });
  given(world())
    .when(joining(member('asha')), COORDINATOR)
    .then(t, 'happens once', { refused: 'already_member' });
  given(world(), { type: 'MembershipAdded', data })
    .when(joining(member('carol')), COORDINATOR)
    .then(t, 'happens once, also after enrolment elsewhere', { refused: 'already_member' });
  given(world())
    .when(joining(member('carol')), ADMIN)
    .then(t, 'needs a group where an admin asks', { refused: 'organisation_not_found' });
  const added = (name: string, group: string, by: string) => ({
    type: 'MembershipAdded' as const,
    data: { memberId: memberId(name), organisationId: organisationId(group) },
    by: { access: accessId(by), organisation: organisationId(by === 'admin' ? group : 'kitchen') },
  });
  for (const past of [[], [carded('carol')], [carded('carol'), cardRevoked('carol')]]) {
    given(world(), past)
      .when(joining(member('carol'), 'garden'), OTHER_COORDINATOR)
      .then(t, 'into another group is for a coordinator of hers, whom the event names', [
        added('carol', 'garden', 'other coordinator'),
      ]);
    given(world(), past)
      .when(joining(member('carol'), 'garden'), ADMIN)
      .then(t, 'and for an admin', [added('carol', 'garden', 'admin')]);
  }
  given(world())
    .when(joining(member('carol'), 'kitchen'), COORDINATOR)
    .then(t, 'into another group is for nobody else', { refused: 'organisation_not_found' });
  given(world())
    .when(joining(member('carol'), 'nobody'), OTHER_COORDINATOR)
    .then(t, 'needs a group that is there', { refused: 'organisation_not_found' });
});
