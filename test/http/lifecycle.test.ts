import t from 'tap';
import { Client, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { neighbours } from './neighbours.ts';
import { isProblem, type Problem } from './problem.ts';

type Item = Readonly<Record<string, unknown>>;
type Page = { readonly items: readonly Item[] };
type Made = { transactionId: string; organisationId: string; accessId: string; key: string };

t.test('a suspended member', async (t) => {
  const { admin, enrol, group, partner } = await smallWorld();
  const memberId = await enrol(180);
  const { coordinator } = group;
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const first = await partner.till.post('/v1/redemptions', sale, 'sale-1');
  const suspended = await coordinator.post(`/v1/members/${memberId}/suspension`, {});
  t.match(suspended, { status: 201, body: { memberId, state: 'suspended' } });
  t.match(await coordinator.get(`/v1/members/${memberId}`), { body: { state: 'suspended' } });

  const refused = await partner.till.post<Problem>('/v1/redemptions', sale);
  isProblem(t, refused, { status: 422, code: 'member_suspended' }, 'is told at the till');
  t.match(refused.body.aloud, /Ask the group\.$/, 'as a card that cannot be used');
  t.notMatch(JSON.stringify(refused.body), new RegExp(group.id), 'and not by whom');
  const again = await partner.till.post('/v1/redemptions', sale, 'sale-1');
  t.same(again.body, first.body, 'while a sale sent again is answered as it was');

  await admin.post(`/v1/members/${memberId}/reinstatement`, {});
  t.match(await partner.till.post('/v1/redemptions', sale), { status: 201 }, 'and goes on');
  const twice = await admin.post<Problem>(`/v1/members/${memberId}/reinstatement`, {});
  isProblem(t, twice, { status: 409, code: 'not_suspended' }, 'once');
});

t.test('a closed member', async (t) => {
  const { clients, own, theirs, group, partner } = await neighbours();
  const { admin, coordinator, partner: till } = clients;
  const sold = await till.post<Made>('/v1/redemptions', {
    ...{ venueId: partner.venue, memberId: own, credits: '1' },
  });
  const body = { restTo: `pot:${theirs.group}` };
  const closed = await admin.post<Made>(`/v1/members/${own}/closure`, body, 'close-1');
  const answer = { memberId: own, state: 'closed', restTo: body.restTo, credits: '1' };
  t.match(closed, { status: 201, body: answer }, 'is answered with what was moved');
  const replayed = await admin.post(`/v1/members/${own}/closure`, body, 'close-1');
  t.same(replayed.body, closed.body, 'the same when it is asked again');
  const key = await admin.get('/v1/idempotency-keys/close-1');
  const { transactionId } = closed.body;
  t.match(key.body, { events: [{ type: 'MemberClosed', transactionId }] }, 'and found by its key');

  const seen = await coordinator.get<Item>(`/v1/members/${own}`);
  t.match(seen.body, { state: 'closed' }, 'is seen as closed by the group');
  t.notOk('restTo' in seen.body, 'which does not learn whose the rest is');
  t.match(await admin.get(`/v1/members/${own}`), { body: { restTo: body.restTo } });

  const undo = { reason: 'goodwill' };
  const path = `/v1/transactions/${sold.body.transactionId}`;
  const refund = await till.post<Made>(`${path}/reversals`, undo);
  t.match(refund, { status: 201, body: { credits: '1' } }, 'is refunded all the same');
  const reversal = `/v1/transactions/${refund.body.transactionId}`;
  t.match(await admin.get(reversal), { body: { credit: body.restTo } }, 'where the rest went');
  const told = [
    await till.get(reversal),
    await till.get(`/v1/accounts/till:${partner.venue}/entries`),
    await till.get(`/v1/transactions?venueId=${partner.venue}`),
  ];
  t.notMatch(JSON.stringify(told), new RegExp(theirs.group), 'which the venue does not learn');
  const pots = await admin.get(`/v1/accounts/pot:${theirs.group}`);
  t.match(pots.body, { balance: '2' });

  const mistaken = await coordinator.post<Problem>('/v1/issues', {
    ...{ organisationId: group.id, occurredOn: TODAY, activity: 'a' },
    entries: [{ memberId: own, minutes: 60 }],
  });
  t.match(mistaken.body, { errors: [{ code: 'member_closed' }] }, 'and earns no more');
});

t.test('a closed member who had a booking', async (t) => {
  const { admin, enrol, group, partner } = await smallWorld();
  const memberId = await enrol(120);
  const booked = { venueId: partner.venue, memberId, credits: '1' };
  const hold = await partner.till.post<{ holdId: string }>('/v1/holds', booked);
  const body = { restTo: `pot:${group.id}` };
  const closed = await admin.post<Made>(`/v1/members/${memberId}/closure`, body);
  const answer = { credits: '2', holdIds: [hold.body.holdId] };
  t.match(closed, { status: 201, body: answer }, 'is answered with the bookings cancelled');
});

t.test('a rest that goes nowhere', async (t) => {
  const { enrol, group } = await smallWorld();
  const memberId = await enrol(60);
  for (const restTo of ['programme', 'till:ven_0000000000000000', 'clearing:cardiff']) {
    const answer = await group.coordinator.post<Problem>(`/v1/members/${memberId}/closure`, {
      restTo,
    });
    isProblem(t, answer, { status: 400, code: 'invalid_request' }, `such as ${restTo}`);
  }
  const lapsing = { restTo: 'lapsed' };
  const own = await group.coordinator.post<Problem>(`/v1/members/${memberId}/closure`, lapsing);
  isProblem(t, own, { status: 422, code: 'rest_not_allowed' }, 'or lapses for a coordinator');
});

t.test('merged members', async (t) => {
  const { admin, enrol, group, partner } = await smallWorld();
  const [old, young] = [await enrol(90), await enrol(90)];
  const { coordinator } = group;
  const card = await coordinator.post<{ card: string; cardId: string }>(
    `/v1/members/${old}/cards`,
    {},
  );
  await coordinator.post(`/v1/members/${young}/cards`, {});
  const merged = await coordinator.post<Made>(`/v1/members/${old}/merge`, { into: young });
  t.match(merged, {
    status: 201,
    body: { memberId: young, from: old, credits: '1', balance: '2' },
  });

  const read = await coordinator.get(`/v1/members/${old}`);
  const otherCardIds = [card.body.cardId];
  t.match(read.body, { memberId: young, state: 'open', otherCardIds }, 'answer as one');
  const wallet = `wallet:${young}`;
  const balance = await coordinator.get(`/v1/accounts/wallet:${old}`);
  t.match(balance.body, { account: wallet, balance: '2' }, 'with one wallet');
  const entries = await coordinator.get<Page>(`/v1/accounts/wallet:${old}/entries`);
  t.match(entries.body, { account: wallet, entries: [{ type: 'MembersMerged', amount: '1' }] });
  const list = await coordinator.get<Page>('/v1/members');
  t.match(
    list.body.items,
    [{ memberId: old, state: 'merged', mergedInto: young }, { memberId: young }],
    'and the list says which became which',
  );

  const shown = { venueId: partner.venue, card: card.body.card, credits: '1' };
  const sold = await partner.till.post('/v1/redemptions', shown);
  t.match(sold, { status: 201, body: { memberId: young, balance: '1' } }, 'with either card');
  const hours = await coordinator.post('/v1/issues', {
    ...{ organisationId: group.id, occurredOn: TODAY, activity: 'mowing' },
    entries: [{ memberId: old, minutes: 1 }],
  });
  const line = { memberId: young, credits: '1', carriedMinutes: 1 };
  t.match(hours.body, { entries: [line] }, 'with minutes carried together');

  const list2 = [await enrol(), await enrol()] as const;
  const both = await Promise.all([
    admin.post<Problem>(`/v1/members/${list2[0]}/merge`, { into: list2[1] }),
    admin.post<Problem>(`/v1/members/${list2[1]}/merge`, { into: list2[0] }),
  ]);
  t.same(both.map(({ status }) => status).toSorted(), [201, 409], 'and one way only, at once');
  const lost = both.find(({ status }) => status === 409)!;
  isProblem(t, lost, { status: 409, code: 'member_merged' }, 'which is said');
});

t.test('a venue', async (t) => {
  const { admin, enrol, partner } = await smallWorld();
  const sale = { venueId: partner.venue, memberId: await enrol(180), credits: '1' };
  const sold = await partner.till.post<Made>('/v1/redemptions', sale, 'sale');
  const venue = `/v1/venues/${partner.venue}`;
  const name = { name: 'Strood Sports Centre' };
  t.match(await admin.post(`${venue}/name`, name), { status: 201, body: name }, 'is renamed');
  t.match(await partner.till.get('/v1/venues'), { body: { items: [name] } }, 'in lists, too');

  await admin.post(`${venue}/suspension`, {});
  const halted = await partner.till.post<Problem>('/v1/redemptions', sale);
  isProblem(t, halted, { status: 422, code: 'venue_suspended' }, 'suspended, redeems nothing');
  await admin.post(`${venue}/reinstatement`, {});
  t.match(await partner.till.post('/v1/redemptions', sale), { status: 201 }, 'goes on');

  t.match(await admin.post(`${venue}/closure`, {}), { status: 201, body: { state: 'closed' } });
  const over = await partner.till.post<Problem>('/v1/redemptions', sale);
  isProblem(t, over, { status: 422, code: 'venue_closed' }, 'closed, redeems nothing');
  t.match(await partner.till.post('/v1/voids', { key: 'sale' }), { status: 200 }, 'but voids');
  const undone = await admin.get(`/v1/transactions/${sold.body.transactionId}`);
  t.match(undone.body, { reversals: [{ credits: '1' }] });
  t.match(await partner.till.get('/v1/me'), { body: { venues: [{ state: 'closed' }] } });
});

t.test('a closed organisation', async (t) => {
  const { clients, theirs, group, partner } = await neighbours();
  const { admin } = clients;
  const body = { potTo: `pot:${theirs.group}` };
  const closed = await admin.post<Item>(`/v1/organisations/${group.id}/closure`, body, 'close');
  t.match(closed, { status: 201, body: { state: 'closed', ...body, credits: '0' } });
  t.match(closed.body['returned'], [{ credits: '998' }], 'returned what it had left to issue');
  t.equal((closed.body['accessIds'] as string[]).length, 1, 'and its key no longer works');
  const me = await clients.coordinator.get<Problem>('/v1/me');
  isProblem(t, me, { status: 401, code: 'unauthenticated' }, 'at all');
  const again = await admin.post(`/v1/organisations/${group.id}/closure`, body, 'close');
  t.same(again.body, closed.body, 'as is said again');
  const read = await admin.get(`/v1/organisations/${group.id}`);
  t.match(read.body, { state: 'closed', ...body });

  const till = await admin.post<Item>(`/v1/organisations/${partner.id}/closure`, {});
  t.match(till.body, { venueIds: [partner.venue] }, 'closes its venues with it');
  t.match(await admin.get(`/v1/venues/${partner.venue}`), { body: { state: 'closed' } });
  t.match(await admin.get('/v1/ledger'), { body: { sumOfBalances: '0' } });
});

t.test('a suspended organisation', async (t) => {
  const { admin, enrol, group } = await smallWorld();
  const memberId = await enrol();
  const list = {
    ...{ organisationId: group.id, occurredOn: TODAY, activity: 'a' },
    entries: [{ memberId, minutes: 60 }],
  };
  await admin.post(`/v1/organisations/${group.id}/suspension`, {});
  const halted = await group.coordinator.post<Problem>('/v1/issues', list);
  isProblem(t, halted, { status: 422, code: 'organisation_suspended' }, 'issues nothing');
  await admin.post(`/v1/organisations/${group.id}/reinstatement`, {});
  t.match(await group.coordinator.post('/v1/issues', list), { status: 201 }, 'until reinstated');
  await admin.post(`/v1/organisations/${group.id}/name`, { name: 'Strood Growers' });
  t.match(await group.coordinator.get('/v1/me'), {
    body: { organisation: { name: 'Strood Growers' } },
  });
});

t.test('a suspended access', async (t) => {
  const { admin, app, partner } = await smallWorld();
  const asked = { role: 'partner', organisationId: partner.id, label: 'till-1' };
  const { body } = await admin.post<Made>('/v1/access', asked);
  const till = new Client(app, body.key);
  const access = `/v1/access/${body.accessId}`;
  t.match(await admin.post(`${access}/name`, { label: 'till-2' }), { body: { label: 'till-2' } });
  await admin.post(`${access}/suspension`, {});
  const refused = await till.get<Problem>('/v1/me');
  isProblem(t, refused, { status: 403, code: 'access_suspended' }, 'is told so, also on a read');
  const write = await till.post<Problem>('/v1/voids', { key: 'x' });
  isProblem(t, write, { status: 403, code: 'access_suspended' }, 'and on a write');
  const wrong = new Client(app, `${body.key.slice(0, -1)}x`);
  t.match(await wrong.get('/v1/me'), { status: 401 }, 'but not without its secret');
  const state = { label: 'till-2', state: 'suspended', revoked: false };
  t.match(await admin.get(access), { body: state }, 'and stays listed');
  await admin.post(`${access}/reinstatement`, {});
  t.match(await till.get('/v1/me'), { status: 200 }, 'until it is reinstated');
  await admin.post(`${access}/revocation`, {});
  t.match(await admin.get(access), { body: { state: 'closed', revoked: true } });
});
