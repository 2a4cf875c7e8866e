import t from 'tap';
import type { IssueCard, RevokeCard } from '../../schemas/commands.ts';
import { given, madeAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  carded,
  cardId,
  cardRevoked,
  COORDINATOR,
  memberId,
  NEXT,
  OTHER_COORDINATOR,
  PARTNER,
  world,
} from '../support/past.ts';

const hmac = hashOf('new card');
const to = (name: string): IssueCard => ({ type: 'IssueCard', memberId: memberId(name), hmac });
const REVOKE: RevokeCard = { type: 'RevokeCard', cardId: cardId('asha') };

t.test('issuing a card', async (t) => {
  const issued = (revision: number) => ({
    type: 'CardIssued' as const,
    data: { cardId: madeAt('crd', revision), memberId: memberId('asha'), hmac },
  });
  given(world())
    .when(to('asha'), COORDINATOR)
    .then(t, 'keeps only its hash', [issued(NEXT)]);
  given(world())
    .when(to('asha'), ADMIN)
    .then(t, 'is for admins too', [issued(NEXT)]);
  given(world(), carded('asha'))
    .when(to('asha'), COORDINATOR)
    .then(t, 'leaves no member with two', { refused: 'member_has_card' });
  given(world(), carded('asha'), cardRevoked('asha'))
    .when(to('asha'), COORDINATOR)
    .then(t, 'follows when the old one is revoked', [issued(NEXT + 2)]);
  given(world())
    .when(to('asha'), OTHER_COORDINATOR)
    .then(t, 'is for the member’s own groups', { refused: 'member_not_found' });
  given(world())
    .when(to('nobody'), ADMIN)
    .then(t, 'needs a member', { refused: 'member_not_found' });
  given(world()).when(to('asha'), PARTNER).then(t, 'is not for tills', { refused: 'forbidden' });
});

t.test('revoking a card', async (t) => {
  const data = { cardId: cardId('asha'), memberId: memberId('asha') };
  given(world(), carded('asha'))
    .when(REVOKE, COORDINATOR)
    .then(t, 'ends it', [{ type: 'CardRevoked', data }]);
  given(world(), carded('asha'), cardRevoked('asha'))
    .when(REVOKE, COORDINATOR)
    .then(t, 'happens once', { refused: 'card_already_revoked' });
  given(world(), carded('asha'))
    .when(REVOKE, OTHER_COORDINATOR)
    .then(t, 'is for the member’s own groups', { refused: 'card_not_found' });
  given(world()).when(REVOKE, ADMIN).then(t, 'needs a card', { refused: 'card_not_found' });
});
