import t from 'tap';
import type { MemberId, OrganisationId } from '../../schemas/ids.ts';
import { Client } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Made = { organisationId: OrganisationId; memberId: MemberId; key: string; card: string };
type Member = { organisationIds: OrganisationId[]; state: string; cardId?: string };

/** A hub that both earns and spends, and wants the wallets of others. */
async function grasping() {
  const world = await smallWorld();
  const { admin, app } = world;
  const body = { name: 'Hub', roles: ['earn', 'spend'] };
  const { organisationId } = (await admin.post<Made>('/v1/organisations', body)).body;
  const access = { role: 'coordinator', organisationId, label: 'hub' };
  const { key } = (await admin.post<Made>('/v1/access', access)).body;
  return { ...world, hub: organisationId, grasper: new Client(app, key) };
}

t.test('a group that wants the wallet of a member of another', async (t) => {
  const { admin, enrol, group, hub, grasper } = await grasping();
  const memberId = await enrol(300);
  const url = `/v1/members/${memberId}`;
  for (const lost of [false, true]) {
    const joined = await grasper.post<Problem>(`${url}/memberships`, {});
    isProblem(
      t,
      joined,
      { status: 422, code: 'card_required' },
      `joins by no id, card lost ${lost}`,
    );
    t.equal(
      (await grasper.get(`/v1/accounts/wallet:${memberId}/entries`)).status,
      404,
      'nor reads',
    );
    if (lost) continue;
    const card = await group.coordinator.post<{ cardId: string }>(`${url}/cards`, {});
    await group.coordinator.post(`/v1/cards/${card.body.cardId}/revocation`, {});
  }
  const taken = await group.coordinator.post(`${url}/memberships`, { organisationId: hub });
  t.equal(taken.status, 201, 'is let in by a coordinator of hers');
  t.match((await grasper.get(url)).body, { enrolledBy: group.id }, 'sees who enrolled her');
  const restTo = `pot:${hub}`;
  const closed = await grasper.post<Problem>(`${url}/closure`, { restTo });
  isProblem(t, closed, { status: 403, code: 'enrolled_elsewhere' }, 'closes nothing');
  const { memberId: own } = (await grasper.post<Made>('/v1/members', {})).body;
  const merged = await grasper.post<Problem>(`/v1/members/${own}/merge`, { into: memberId });
  isProblem(t, merged, { status: 403, code: 'enrolled_elsewhere' }, 'and merges nothing');
  const entries = [{ from: `wallet:${memberId}`, to: restTo, credits: '5' }];
  const gift = { entries, reason: 'donation', agreed: 'in_person' };
  const { body } = await grasper.post<{ entries: [{ transactionId: string }] }>(
    '/v1/transfers',
    gift,
  );
  const { transactionId } = body.entries[0];
  const seen = await group.coordinator.get(`/v1/transactions/${transactionId}`);
  t.equal(seen.status, 200, 'what it transfers is seen by her own group');
  const back = await admin.post(`/v1/transactions/${transactionId}/reversals`, {
    reason: 'unauthorised',
  });
  t.equal(back.status, 201, 'and reversed by an admin');
});

t.test('a wallet that was closed into a pot', async (t) => {
  const { admin, enrol, group } = await grasping();
  const memberId = await enrol(300);
  const url = `/v1/members/${memberId}`;
  await group.coordinator.post(`${url}/cards`, {});
  await group.coordinator.post(`${url}/closure`, { restTo: `pot:${group.id}` });
  const undo = { reason: 'unauthorised' };
  const open = await admin.post(`${url}/reopening`, undo, 'open');
  t.match(open, { status: 201, body: { state: 'open', credits: '5', balance: '5' } }, 'is opened');
  const again = await admin.post(`${url}/reopening`, undo, 'open');
  t.same(again.body, open.body, 'and sent again is answered as before');
  const member = (await group.coordinator.get<Member>(url)).body;
  t.match(member, { state: 'open', cardId: /^crd_/ }, 'with its card');
  t.notOk('restTo' in member, 'and no place for a rest');
  const twice = await admin.post<Problem>(`${url}/reopening`, undo);
  isProblem(t, twice, { status: 409, code: 'not_ended' }, 'once');
});

t.test('two who were merged and are separated', async (t) => {
  const { admin, enrol, group } = await grasping();
  const [from, into] = [await enrol(60), await enrol(120)];
  const merged = await group.coordinator.post(`/v1/members/${from}/merge`, { into });
  t.match(merged.body, { balance: '3' });
  const url = `/v1/members/${from}/separation`;
  const apart = await admin.post(url, { reason: 'mistake' });
  const told = { memberId: from, into, credits: '1', balance: '1' };
  t.match(apart, { status: 201, body: told }, 'have a wallet each');
  for (const [id, balance] of [
    [from, '1'],
    [into, '2'],
  ]) {
    const wallet = await group.coordinator.get(`/v1/accounts/wallet:${id}`);
    t.match(wallet.body, { account: `wallet:${id}`, balance }, 'as they had');
    const member = await group.coordinator.get<Member>(`/v1/members/${id}`);
    t.match(member.body, { memberId: id, state: 'open' }, 'and are found each by the own id');
    t.notOk('joining' in member.body, 'with nothing said of the merge');
  }
});

t.test('an organisation that was closed', async (t) => {
  const { admin, enrol, group, hub } = await grasping();
  const memberId = await enrol(120);
  const entries = [{ from: `wallet:${memberId}`, to: `pot:${group.id}`, credits: '2' }];
  const gift = { entries, reason: 'donation', agreed: 'in_person' };
  await group.coordinator.post('/v1/transfers', gift);
  const url = `/v1/organisations/${group.id}`;
  await admin.post(`${url}/closure`, { potTo: `pot:${hub}` });
  const part = await admin.post(`${url}/reopening`, { reason: 'mistake', credits: '1.5' });
  const told = { organisationId: group.id, state: 'open', credits: '1.5', balance: '1.5' };
  t.match(part, { status: 201, body: told }, 'is opened with its pot, or a part of it');
  t.match((await admin.get(url)).body, { state: 'open' }, 'and stands so');
  const access = { role: 'coordinator', organisationId: group.id, label: 'new' };
  t.equal((await admin.post('/v1/access', access)).status, 201, 'with new accesses');
  t.equal((await group.coordinator.get('/v1/me')).status, 401, 'but none that it had');
});
