import t from 'tap';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Redeemed = { readonly transactionId: string; readonly revision: number };

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

t.test('a redemption that is sent again much later', async (t) => {
  const { enrol, partner, admin } = await smallWorld();
  const memberId = await enrol(300);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const first = await partner.till.post<Redeemed>('/v1/redemptions', sale, 'sale');
  t.match(first.body, { balance: '4' }, 'was answered with the balance then');
  await partner.till.post('/v1/redemptions', { ...sale, credits: '3' });
  const reversals = `/v1/transactions/${first.body.transactionId}/reversals`;
  await partner.till.post(reversals, { reason: 'goodwill' });

  const again = await partner.till.post<Redeemed>('/v1/redemptions', sale, 'sale');
  t.same(again.body, first.body, 'is answered as it was, whatever has happened since');
  t.equal(again.status, first.status, 'with the same status');
  const written = first.headers['ledger-revision'];
  t.equal(again.headers['ledger-revision'], written, 'and the revision of then');
  const wallet = await admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '2' }, 'and nothing more is taken');
});

t.test('many redemptions at once from one wallet', async (t) => {
  const { enrol, partner, admin } = await smallWorld();
  const memberId = await enrol(300);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => partner.till.post<Problem>('/v1/redemptions', sale)),
  );
  const taken = answers.filter(({ status }) => status === 201);
  t.equal(taken.length, 5, 'take what is there');
  for (const refused of answers.filter(({ status }) => status !== 201)) {
    isProblem(t, refused, { status: 422, code: 'insufficient_credits' }, 'and never more');
  }
  const wallet = await admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '0' }, 'down to nothing');
});

t.test('the same redemption many times at once', async (t) => {
  const { enrol, partner, service } = await smallWorld();
  const memberId = await enrol(300);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const before = service.sequencer.ledger.revision;
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => partner.till.post('/v1/redemptions', sale, 'one-sale')),
  );
  const bodies = new Set(answers.map(({ body }) => JSON.stringify(body)));
  t.equal(bodies.size, 1, 'has one answer');
  t.equal(service.sequencer.ledger.revision, before + 1, 'and is recorded once');
});

t.test('a void', async (t) => {
  const { enrol, partner, admin, service } = await smallWorld();
  const memberId = await enrol(120);
  const { till } = partner;
  const sale = { venueId: partner.venue, memberId, credits: '2' };
  const made = await till.post<Redeemed>('/v1/redemptions', sale, 'made');
  const undone = await till.post('/v1/voids', { key: 'made' });
  const reversed = { outcome: 'reversed', transactionId: made.body.transactionId };
  t.match(undone, { status: 200, body: reversed }, 'gives back what its key took');
  const after = service.sequencer.ledger.revision;
  const twice = await till.post('/v1/voids', { key: 'made' });
  t.match(twice, { status: 200, body: reversed }, 'once: repeated, it is inert');
  t.equal(service.sequencer.ledger.revision, after, 'and writes nothing');

  const early = await till.post('/v1/voids', { key: 'late' });
  t.match(early, { status: 200, body: { outcome: 'key_spent' } }, 'may come before its sale');
  const late = await till.post<Problem>('/v1/redemptions', sale, 'late');
  isProblem(t, late, { status: 409, code: 'voided' }, 'which is refused when it arrives');
  const key = await till.get('/v1/idempotency-keys/late');
  t.match(key.body, { outcome: 'voided', events: [{ type: 'KeyVoided' }] }, 'and can be looked up');
  const wallet = await admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '2' }, 'and the member has everything back');
});

t.test('what became of a request', async (t) => {
  const { enrol, group, partner } = await smallWorld();
  const memberId = await enrol(120);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const { body } = await partner.till.post<Redeemed>('/v1/redemptions', sale, 'a/b');
  const { transactionId, revision } = body;
  const became = await partner.till.get('/v1/idempotency-keys/a%2Fb');
  const events = [{ type: 'CreditsRedeemed', revision, transactionId }];
  t.match(became, { status: 200, body: { outcome: 'recorded', revision, events } }, 'can be asked');
  const other = await group.coordinator.get<Problem>('/v1/idempotency-keys/a%2Fb');
  isProblem(t, other, { status: 404, code: 'key_not_found' }, 'by those who sent it');
  const unknown = await partner.till.get<Problem>('/v1/idempotency-keys/never');
  isProblem(t, unknown, { status: 404, code: 'key_not_found' }, 'of a request that arrived');
});
