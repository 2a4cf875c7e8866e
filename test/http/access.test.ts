import t from 'tap';
import { Client } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, type Problem } from './problem.ts';

type Granted = { readonly accessId: string; readonly key?: string; readonly revision: number };
type Listed = { readonly items: readonly Readonly<Record<string, unknown>>[] };

t.test('an access key', async (t) => {
  const { admin, app, journal } = await smallWorld();
  const body = { role: 'auditor', label: 'audit-2026', expiresOn: '2026-12-31' };
  const granted = await admin.post<Granted>('/v1/access', body, 'grant');
  const { key, accessId } = granted.body;
  t.match(key, /^tcl_[0-9a-z]{16}_[0-9a-z]{52}_[0-9a-z]{7}$/, 'is answered in full');
  const again = await admin.post<Granted>('/v1/access', body, 'grant');
  t.same(
    again.body,
    { accessId, revision: granted.body.revision },
    'once: a replay is the same access without the key',
  );
  t.equal(again.headers['idempotent-replayed'], 'true', 'and says that it is a replay');

  const one = await admin.get(`/v1/access/${accessId}`);
  const listed = { accessId, ...body, revoked: false, state: 'open' };
  t.same(one.body, listed, 'is listed with what it is for');
  const list = await admin.get<Listed>('/v1/access');
  const written = [];
  for await (const { lines } of journal.read(0)) written.push(...lines);
  const secret = key!.split('_')[2]!;
  const everywhere = JSON.stringify([one.body, list.body, written]);
  t.notOk(everywhere.includes(secret), 'and its secret stands nowhere, in no answer and no event');
  t.equal((await new Client(app, key).get('/v1/me')).status, 200, 'and opens what it is for');
});

t.test('a handover from one key to the next', async (t) => {
  const { admin, app, partner } = await smallWorld();
  const grant = async (label: string) => {
    const asked = { role: 'partner', organisationId: partner.id, label };
    const { body } = await admin.post<Granted>('/v1/access', asked);
    return { ...body, till: new Client(app, body.key) };
  };
  const before = await grant('till-2025');
  const after = await grant('till-2026');
  const statuses = async () =>
    Promise.all([before, after].map(async ({ till }) => (await till.get('/v1/me')).status));
  t.same(await statuses(), [200, 200], 'lets both work for a while');
  const body = { organisationId: partner.id, name: 'Annexe' };
  const first = await before.till.post('/v1/venues', body, 'annexe');
  const replay = await after.till.post('/v1/venues', body, 'annexe');
  t.same(replay.body, first.body, 'and the second knows what the first sent');
  await admin.post(`/v1/access/${before.accessId}/revocation`, {});
  t.same(await statuses(), [401, 200], 'until the first is revoked, at once');
  const again = await admin.post<Problem>(`/v1/access/${before.accessId}/revocation`, {});
  isProblem(t, again, { status: 409, code: 'access_already_revoked' }, 'which is done once');
  const list = await admin.get<Listed>('/v1/access');
  const revoked = list.body.items.filter((item) => item['revoked'] === true);
  t.match(revoked, [{ accessId: before.accessId, label: 'till-2025' }], 'and stays listed');
});

t.test('the last admin access', async (t) => {
  const { admin, app } = await smallWorld();
  const list = await admin.get<Listed>('/v1/access');
  const first = String(list.body.items[0]!['accessId']);
  const refused = await admin.post<Problem>(`/v1/access/${first}/revocation`, {});
  isProblem(t, refused, { status: 409, code: 'last_admin' }, 'cannot be revoked');
  const cover = { role: 'admin', label: 'cover', expiresOn: '2026-07-01' };
  await admin.post('/v1/access', cover);
  const still = await admin.post<Problem>(`/v1/access/${first}/revocation`, {});
  isProblem(t, still, { status: 409, code: 'last_admin' }, 'nor beside one that ends by itself');
  const next = await admin.post<Granted>('/v1/access', { role: 'admin', label: 'next' });
  const revoked = await admin.post(`/v1/access/${first}/revocation`, {});
  t.equal(revoked.status, 201, 'but beside one that lasts it can');
  t.equal((await new Client(app, next.body.key).get('/v1/access')).status, 200, 'which goes on');
});

t.test('an access that fits no organisation', async (t) => {
  const { admin, group, partner } = await smallWorld();
  const mismatches: readonly (readonly [string, Problem['code'], object])[] = [
    ['a coordinator of none', 'access_needs_organisation', { role: 'coordinator' }],
    [
      'an auditor of one',
      'access_needs_organisation',
      { role: 'auditor', organisationId: group.id },
    ],
    [
      'a coordinator of a venue',
      'not_an_earn_group',
      { role: 'coordinator', organisationId: partner.id },
    ],
    ['a partner of a group', 'not_a_spend_partner', { role: 'partner', organisationId: group.id }],
  ];
  for (const [name, code, body] of mismatches) {
    const answer = await admin.post<Problem>('/v1/access', { label: 'x', ...body });
    isProblem(t, answer, { status: 422, code }, `as ${name}, is refused`);
  }
});
