import t from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import { keyDigest } from '../../schemas/digest.ts';
import { holdIdAt, type AccessId } from '../../schemas/ids.ts';
import { commandAt, did, given, transactionAt, type Terms } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  accessId,
  ADMIN,
  brought,
  enrolled,
  funded,
  granted,
  member,
  memberId,
  organisationId,
  pot,
  registered,
  till,
  venue,
  venueId,
  wallet,
  world,
} from '../support/past.ts';

/* The hub both earns and spends: it has a coordinator and a till, which are two people. */

const COORDINATOR = accessId('hub coordinator');
const PARTNER = accessId('hub partner');
const hub = (format = 3) => [
  ...world({}, format),
  registered('hub', 'earn', 'spend'),
  venue('hall', 'hub'),
  enrolled('erin', 'hub'),
  granted('hub coordinator', 'coordinator', { organisation: 'hub' }),
  granted('hub partner', 'partner', { organisation: 'hub' }),
  funded('hub', 'own', '50'),
  brought(wallet('erin'), '9'),
  brought(pot('hub'), '9'),
];
const FIRST = hub().length;
const AT = '2026-06-10T08:00:00.000Z';

const sell: Ask = {
  ...{ type: 'RedeemCredits', venueId: venueId('hall'), member: member('erin'), credits: '2' },
};
const issue: Ask = {
  ...{ type: 'IssueCredits', organisationId: organisationId('hub'), occurredOn: '2026-06-09' },
  ...{ activity: 'weeding', entries: [{ member: member('erin'), minutes: 60 }] },
};
const give: Ask = {
  ...{ type: 'TransferCredits', reason: 'thanks' },
  entries: [{ from: pot('hub'), to: wallet('erin'), credits: '1' }],
};
const book = (venue: string, of: { potOf: string } | { member: string }): Ask => ({
  ...{ type: 'HoldCredits', venueId: venueId(venue), credits: '2' },
  ...('potOf' in of ? { potOf: organisationId(of.potOf) } : { member: member(of.member) }),
});
const undo = (revision = FIRST): Ask => ({
  ...{ type: 'ReverseTransaction', transactionId: transactionAt(revision), reason: 'mistake' },
});
const cancel = (revision = FIRST): Ask => ({
  ...{ type: 'CancelHold', holdId: holdIdAt(revision, commandAt(revision)) },
});
const cancelled = (account: string) => [
  {
    type: 'HoldCancelled' as const,
    data: { account, held: '2', holdId: holdIdAt(FIRST, commandAt(FIRST)) },
  },
];

t.test('in an organisation of both roles a reversal', async (t) => {
  const missing = { refused: 'transaction_not_found' } as const;
  const cases: [string, Ask, AccessId, AccessId][] = [
    ['a sale', sell, PARTNER, COORDINATOR],
    ['an issue', issue, COORDINATOR, PARTNER],
    ['a transfer', give, COORDINATOR, PARTNER],
  ];
  for (const [what, ask, by, other] of cases) {
    const past = [...hub(), did(ask, by, { at: AT })];
    given(past).when(undo(), other).then(t, `of ${what} is not for the other role`, missing);
    for (const role of [by, ADMIN]) {
      const { decision } = given(past).when(undo(), role);
      t.equal(decision.outcome, 'accepted', `of ${what} is for its own role, and an admin`);
    }
  }
  const settled = did({ type: 'SettleTill', venueId: venueId('hall'), to: '2026-06-09' }, ADMIN);
  given(hub(), did(sell, PARTNER, { at: '2026-06-09T08:00:00.000Z' }), { ...settled, at: AT })
    .when(undo(FIRST + 1), COORDINATOR)
    .then(t, 'learns nothing of a settlement of the other role', missing);
  given(hub(), did(issue, COORDINATOR, { at: AT }))
    .when({ ...issue, corrects: [transactionAt(FIRST)] }, PARTNER)
    .then(t, 'in the form of a correction neither', { refused: 'forbidden' });
});

t.test('in an organisation of both roles a booking', async (t) => {
  const missing = { refused: 'hold_not_found' } as const;
  const ofMember = did(book('hall', { member: 'erin' }), PARTNER, { at: AT });
  given(hub(), ofMember)
    .when(cancel(), COORDINATOR)
    .then(t, 'of a member is not cancelled by a coordinator', missing);
  given(hub(), ofMember)
    .when(cancel(), PARTNER)
    .then(t, 'but by the till', cancelled(wallet('erin')));
  const elsewhere = did(book('pool', { potOf: 'hub' }), COORDINATOR, { at: AT });
  given(hub(), elsewhere)
    .when(cancel(), PARTNER)
    .then(t, 'of the pot at another’s venue is not cancelled by the till', missing);
  given(hub(), elsewhere)
    .when(cancel(), COORDINATOR)
    .then(t, 'but by a coordinator', cancelled(pot('hub')));
  given(hub(), did(book('hall', { potOf: 'hub' }), COORDINATOR, { at: AT }))
    .when(cancel(), PARTNER)
    .then(t, 'of the pot at the own venue is cancelled by the till as by any venue', [
      ...cancelled(pot('hub')),
    ]);
  const ofOthers = did(book('hall', { potOf: 'garden' }), ADMIN, { at: AT });
  given(hub(), brought(pot('garden'), '3'), ofOthers)
    .when(cancel(FIRST + 1), COORDINATOR)
    .then(t, 'of another’s pot at the own venue is not a coordinator’s', missing);
});

/** One idempotency key as each of the hub's two roles sends it. */
const keyed = (role: 'coordinator' | 'partner', name = 'k') => ({
  key: keyDigest(`${organisationId('hub')}/${role}`, name),
  sharedKey: keyDigest(organisationId('hub'), name),
  body: hashOf('body'),
});
const voided = (role: 'coordinator' | 'partner', name = 'k'): Ask => {
  const { key, sharedKey } = keyed(role, name);
  return { type: 'VoidKey', voids: key, shared: sharedKey };
};
const before = (terms: Terms): Terms => ({ ...terms, at: AT });
const raise = did({ type: 'RaiseFormat', format: 3 }, ADMIN, { at: AT });

t.test('a key of one role of an organisation of both', async (t) => {
  const potBooked = did(book('pool', { potOf: 'hub' }), COORDINATOR, before(keyed('coordinator')));
  t.equal(
    given(hub(), potBooked).when(sell, PARTNER, keyed('partner')).decision.outcome,
    'accepted',
    'stands in nobody’s way in the other role',
  );
  const spent = { type: 'KeyVoided' as const, data: { voids: keyed('partner').key } };
  given(hub(), potBooked)
    .when(voided('partner'), PARTNER)
    .then(t, 'is not found by a void of the other role, which cancels nothing', [spent]);
  given(hub(), did(voided('partner'), PARTNER, { at: AT }))
    .when(book('pool', { potOf: 'hub' }), COORDINATOR, keyed('coordinator'))
    .then(t, 'that is unused is not spent by it either', [
      {
        type: 'CreditsHeld',
        data: {
          ...{ account: pot('hub'), held: '2', venueId: venueId('pool') },
          ...{ expiresAt: '2026-06-10T23:00:00.000Z', visitOn: '2026-06-10' },
        },
      },
    ]);
  given(hub(), did(sell, PARTNER, before(keyed('partner'))))
    .when(sell, PARTNER, keyed('partner'))
    .then(t, 'is answered again in its own', { replayed: [FIRST] });
});

t.test('a key from before the roles had keys of their own', async (t) => {
  const sold = [...hub(2), did(sell, PARTNER, before(keyed('partner')))];
  const { sharedKey } = keyed('partner');
  t.equal(
    given(sold).book.stream[FIRST]!.event.command.key,
    sharedKey,
    'was written in the scope of the organisation',
  );
  given(sold)
    .when(sell, PARTNER, keyed('partner'))
    .then(t, 'is answered again while that format lasts', { replayed: [FIRST] });
  given(sold, raise)
    .when(sell, PARTNER, keyed('partner'))
    .then(t, 'and afterwards, so that nobody is charged twice', { replayed: [FIRST] });
  const refunded = {
    type: 'TransactionReversed' as const,
    data: {
      ...{ reverses: transactionAt(FIRST), reason: 'not_provided' },
      ...{ debit: till('hall'), credit: wallet('erin'), credits: '2' },
    },
  };
  given(sold, raise)
    .when(voided('partner'), PARTNER)
    .then(t, 'is found by a void of its own role', [refunded]);
  t.equal(
    given(sold, raise).when(issue, COORDINATOR, keyed('coordinator')).decision.outcome,
    'accepted',
    'and by nobody of the other',
  );
  given(sold)
    .when(issue, COORDINATOR, { ...keyed('coordinator'), body: hashOf('another') })
    .then(t, 'which it stood in the way of until then', { refused: 'key_reused' });
  const spent = [...hub(2), did(voided('partner'), PARTNER, { at: AT })];
  given(spent, raise)
    .when(sell, PARTNER, keyed('partner'))
    .then(t, 'stays spent where it was voided', { refused: 'voided' });
  given(spent, raise)
    .when(voided('partner'), PARTNER)
    .then(t, 'and is not voided twice', { standing: [FIRST] });
  const booked = did(book('pool', { potOf: 'hub' }), COORDINATOR, before(keyed('coordinator')));
  given(hub(2), booked)
    .when(voided('partner'), PARTNER)
    .then(t, 'cancels no booking of the other role, whatever the format', {
      refused: 'key_not_redemption',
    });
});

t.test('a member of one role of an organisation of both', async (t) => {
  given(hub())
    .when({ type: 'SuspendMember', memberId: memberId('erin') }, PARTNER)
    .then(t, 'is no business of the other', { refused: 'forbidden' });
});
