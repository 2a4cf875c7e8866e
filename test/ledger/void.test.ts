import t from 'tap';
import { did, given, transactionAt } from '../support/given.ts';
import { hashOf } from '../support/names.ts';
import {
  ADMIN,
  brought,
  COORDINATOR,
  hours,
  NEXT,
  organisationId,
  OTHER_PARTNER,
  PARTNER,
  refunded,
  sale,
  wallet,
  world,
} from '../support/past.ts';

const KEY = hashOf('leisure: sale 1');
const BODY = hashOf('body of sale 1');
const SALE = NEXT + 1;
const CREDITED = [...world(), brought(wallet('asha'), '10')];
const sold = did(sale('asha', '4'), PARTNER, { key: KEY, body: BODY });
const VOID = { type: 'VoidKey', voids: KEY } as const;
const voided = did(VOID, PARTNER);
const reversed = (credits: string) =>
  did(
    { type: 'ReverseTransaction', transactionId: transactionAt(SALE), credits, reason: 'goodwill' },
    PARTNER,
  );
const givenBack = (credits: string) => refunded('asha', credits, SALE, { reason: 'not_provided' });

t.test('voiding a key', async (t) => {
  given(CREDITED, sold)
    .when(VOID, PARTNER)
    .then(t, 'reverses the redemption it made', [
      { ...givenBack('4'), by: { access: PARTNER, organisation: organisationId('leisure') } },
    ]);
  given(CREDITED, sold, reversed('1.5'))
    .when(VOID, PARTNER)
    .then(t, 'reverses what is left of one that was reversed in part', [givenBack('2.5')]);
  given(CREDITED, sold, reversed('4'))
    .when(VOID, PARTNER)
    .then(t, 'changes nothing where all of it was reversed', { standing: [SALE] });
  given(CREDITED, sold, voided)
    .when(VOID, PARTNER)
    .then(t, 'is inert when repeated', { standing: [SALE] });
  given(CREDITED)
    .when(VOID, PARTNER)
    .then(t, 'that made nothing spends it', [
      {
        type: 'KeyVoided',
        data: { voids: KEY },
        by: { access: PARTNER, organisation: organisationId('leisure') },
      },
    ]);
  given(CREDITED, voided)
    .when(VOID, PARTNER)
    .then(t, 'that made nothing is inert when repeated', { standing: [SALE] });
  given(CREDITED, voided)
    .when(sale('asha', '4'), PARTNER, { key: KEY, body: BODY })
    .then(t, 'refuses a late arrival', { refused: 'voided' });
  given(CREDITED, sold, voided)
    .when(sale('asha', '4'), PARTNER, { key: KEY, body: BODY })
    .then(t, 'answers a retry of what it undid as it was answered first', { replayed: [SALE] });
  const list = did(hours({ asha: 60 }), ADMIN, {
    key: KEY,
    body: BODY,
    at: '2026-06-10T08:00:00.000Z',
  });
  given(world(), list)
    .when(VOID, ADMIN)
    .then(t, 'of something else is refused', { refused: 'key_not_redemption' });
  given(CREDITED, sold, did(VOID, PARTNER, { key: hashOf('void 1'), body: hashOf('void') }))
    .when({ type: 'VoidKey', voids: hashOf('void 1') }, PARTNER)
    .then(t, 'of another void is refused', { refused: 'key_not_redemption' });
  const foreign = { type: 'VoidKey', voids: hashOf('cinema: sale 1') } as const;
  given(CREDITED, sold)
    .when(foreign, OTHER_PARTNER)
    .then(t, 'of another organisation touches nothing of the first', [
      { type: 'KeyVoided', data: { voids: foreign.voids } },
    ]);
  given(CREDITED, sold)
    .when(VOID, COORDINATOR)
    .then(t, 'is not for coordinators', { refused: 'forbidden' });
});

t.test('the void’s own key', async (t) => {
  const own = { key: hashOf('leisure: void 1'), body: hashOf('void of sale 1') };
  given(CREDITED, sold, did(VOID, PARTNER, own))
    .when(VOID, PARTNER, own)
    .then(t, 'answers a retry with the first reversal', { replayed: [SALE + 1] });
  given(CREDITED, did(VOID, PARTNER, own))
    .when(VOID, PARTNER, own)
    .then(t, 'answers a retry with the spending of the key', { replayed: [SALE] });
  given(CREDITED, did(VOID, PARTNER, own))
    .when({ type: 'VoidKey', voids: hashOf('other') }, PARTNER, {
      ...own,
      body: hashOf('void of another'),
    })
    .then(t, 'is not good for another', { refused: 'key_reused' });
});
