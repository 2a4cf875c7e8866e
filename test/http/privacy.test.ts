import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { Client } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';

t.test('what a group learns of members that are not its own', async (t) => {
  const { app, admin, enrol, group } = await smallWorld();
  const memberId = await enrol(300);
  const other = await admin.post<{ organisationId: string }>('/v1/organisations', {
    name: 'Chatham Cooks',
    roles: ['earn'],
  });
  const { organisationId } = other.body;
  const access = { role: 'coordinator', organisationId, label: 'cooks' };
  const { body } = await admin.post<{ key: string }>('/v1/access', access);
  const cooks = new Client(app, body.key);
  await admin.post('/v1/allocations', { organisationId, fund: 'kitchen', credits: '100' });
  const list = (minutes: number) => ({
    organisationId,
    occurredOn: '2026-06-10',
    activity: 'cooking',
    entries: [{ memberId, minutes }],
  });

  const preview = await cooks.post<{ entries: unknown[] }>('/v1/issues?preview=true', list(60));
  t.notMatch(preview.body, { entries: [{ balance: /./ }] }, 'a preview tells no balance');
  const day = await cooks.post('/v1/issues', list(1200));
  t.match(day.body, { errors: [{ code: 'too_many_minutes' }] });
  t.notMatch(JSON.stringify(day.body), /1500|300/, 'nor what was given elsewhere that day');

  await group.coordinator.post(`/v1/members/${memberId}/cards`, {});
  const joined = await cooks.post(`/v1/members/${memberId}/memberships`, {});
  t.match(joined, { status: 422, body: { code: 'card_required' } }, 'nor who is not present');
  const wallet = await cooks.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet, { status: 404 }, 'so the wallet stays closed');
});

t.test('a member who shows the card', async (t) => {
  const { admin, enrol, group } = await smallWorld();
  const [asha, carol] = [await enrol(60), await enrol(60)];
  const issued = await group.coordinator.post<{ card: string }>(`/v1/members/${asha}/cards`, {});
  const { card } = issued.body;
  const organisationId = group.id;
  const body = { organisationId, card };
  const swapped = await admin.post(`/v1/members/${carol}/memberships`, body);
  t.match(swapped, { status: 404, body: { code: 'card_unknown' } }, 'shows their own');
  const again = await admin.post(`/v1/members/${asha}/memberships`, body);
  t.match(again, { status: 409, body: { code: 'already_member' } });
});

t.test('a till at the beginning of a decade', async (t) => {
  const { clock, enrol, partner } = await smallWorld();
  const memberId = await enrol(60);
  clock.forward(Date.parse('2030-01-01T12:00:00Z') - clock.now_ms + DAY_MS);
  const answer = await partner.till.post('/v1/redemptions', {
    venueId: partner.venue,
    memberId,
    credits: '1',
    occurredAt: '0203-05-05T00:00:00Z',
  });
  t.match(answer, { status: 422, body: { code: 'too_long_ago' } }, 'sells nothing of the year 203');
});

t.test('the same reversal through a proxy that spells its address otherwise', async (t) => {
  const { enrol, partner } = await smallWorld();
  const memberId = await enrol(60);
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const sold = await partner.till.post<{ transactionId: string }>('/v1/redemptions', sale);
  const { transactionId } = sold.body;
  const reason = { reason: 'goodwill' };
  const plain = `/v1/transactions/${transactionId}/reversals`;
  const first = await partner.till.post(plain, reason, 'refund-1');
  const spelled = `/v1/transactions/%74${transactionId.slice(1)}/reversals`;
  const again = await partner.till.post(spelled, reason, 'refund-1');
  t.same(again.body, first.body, 'is answered the same');
});
