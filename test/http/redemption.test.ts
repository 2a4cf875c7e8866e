import t from 'tap';
import { smallWorld } from '../support/world.ts';

t.test('a redemption', async (t) => {
  const { enrol, partner, admin } = await smallWorld();
  const memberId = await enrol(120);
  const body = { venueId: partner.venue, memberId, credits: '1.5', reference: 'till-1/0001' };

  const first = await partner.till.post('/v1/redemptions', body, 'sale-1');
  t.equal(first.status, 201, 'is answered once it is recorded');
  t.match(first.body, { memberId, credits: '1.5', balance: '0.5' }, 'with what is left');

  const again = await partner.till.post('/v1/redemptions', body, 'sale-1');
  t.same(again.body, first.body, 'sent again, is answered the same');
  t.equal(again.headers['idempotent-replayed'], 'true', 'and says that it is a replay');

  const wallet = await admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '0.5' }, 'and is taken once');

  const other = { ...body, credits: '0.5' };
  const clash = await partner.till.post('/v1/redemptions', other, 'sale-1');
  t.match(
    clash,
    { status: 422, body: { code: 'key_reused' } },
    'another sale under its key is not',
  );
  t.match(clash.body, { detail: /what differs: credits/ }, 'and the difference is named');
});
