import t from 'tap';
import { DAY_MS } from '../../schemas/time.ts';
import { makeKey } from '../../schemas/keys.ts';
import { ADMIN_KEY, Client } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, send, type Expected, type Problem } from './problem.ts';

/* Access keys and idempotency keys that are missing, malformed, foreign, ended or used before. */

const UNAUTHENTICATED: Expected = { status: 401, code: 'unauthenticated' };

type Granted = { readonly accessId: string; readonly key: string };

t.test('an access key that does not fit', async (t) => {
  const { app, service } = await smallWorld();
  const before = service.sequencer.ledger.revision;
  const foreign = makeKey(new Uint8Array(10).fill(9), new Uint8Array(32).fill(9));
  const otherSecret = makeKey(new Uint8Array(10).fill(1), new Uint8Array(32).fill(3));
  const headers: Readonly<Record<string, string>> = {
    'one without a scheme': ADMIN_KEY,
    'one of another scheme': `Basic ${ADMIN_KEY}`,
    'an empty one': 'Bearer ',
    'one that is no key': 'Bearer secret',
    'one cut short': `Bearer ${ADMIN_KEY.slice(0, -1)}`,
    'one too long': `Bearer ${ADMIN_KEY}0`,
    'one in capitals': `Bearer ${ADMIN_KEY.toUpperCase()}`,
    'one of another ledger': `Bearer ${foreign}`,
    'a known id with another secret': `Bearer ${otherSecret}`,
    'two at once': `Bearer ${ADMIN_KEY}, Bearer ${ADMIN_KEY}`,
    'a very long one': `Bearer tcl_${'a'.repeat(10_000)}`,
  };
  for (const [name, authorization] of Object.entries(headers)) {
    const request = { url: '/v1/members', headers: { authorization } };
    const read = await send(app, { method: 'GET', ...request });
    isProblem(t, read, UNAUTHENTICATED, `${name} reads nothing`);
    t.match(read.headers['www-authenticate'], /^Bearer /, `${name}: and is told what to send`);
    const write = await send(app, { method: 'POST', payload: '{}', ...request });
    isProblem(t, write, UNAUTHENTICATED, `${name} writes nothing`);
  }
  t.equal(service.sequencer.ledger.revision, before, 'and nothing was written');
});

t.test('a key whose checksum was mistyped', async (t) => {
  const { app } = await smallWorld();
  const last = ADMIN_KEY.endsWith('0') ? '1' : '0';
  const headers = { authorization: `Bearer ${ADMIN_KEY.slice(0, -1)}${last}` };
  isProblem(t, await send(app, { url: '/v1/me', headers }), UNAUTHENTICATED, 'is refused');
});

t.test('the scheme of a key', async (t) => {
  const { app } = await smallWorld();
  const headers = { authorization: `bearer ${ADMIN_KEY}` };
  const { status } = await send(app, { url: '/v1/me', headers });
  t.equal(status, 200, 'may be written in small letters (RFC 9110, 11.1)');
});

t.test('a key that was revoked', async (t) => {
  const { app, admin } = await smallWorld();
  const { body } = await admin.post<Granted>('/v1/access', { role: 'auditor', label: 'audit' });
  const auditor = new Client(app, body.key);
  t.equal((await auditor.get('/v1/me')).status, 200, 'worked');
  await admin.post(`/v1/access/${body.accessId}/revocation`, {});
  isProblem(t, await auditor.get('/v1/me'), UNAUTHENTICATED, 'works no more, at once');
});

t.test('a key that ends on a day', async (t) => {
  const { app, admin, clock } = await smallWorld();
  const { body } = await admin.post<Granted>('/v1/access', {
    role: 'admin',
    label: 'holiday-cover',
    expiresOn: '2026-06-11',
  });
  const cover = new Client(app, body.key);
  clock.forward(DAY_MS);
  t.equal((await cover.post('/v1/members', {})).status, 201, 'works on that day');
  clock.forward(DAY_MS);
  isProblem(t, await cover.get('/v1/me'), UNAUTHENTICATED, 'and reads no more on the next');
  isProblem(t, await cover.post('/v1/members', {}), UNAUTHENTICATED, 'and writes no more');
});

t.test('an idempotency key that does not fit', async (t) => {
  const { app, service } = await smallWorld();
  const before = service.sequencer.ledger.revision;
  const invalid = { status: 400, code: 'invalid_request' } as const;
  const keys = ['', ' ', '""', '"', 'two words', 'a"b', '"open', 'k'.repeat(256), 'naïve', 'a, b'];
  for (const key of keys) {
    const headers = { 'idempotency-key': key };
    const answer = await send(app, { method: 'POST', url: '/v1/members', payload: '{}', headers });
    isProblem(t, answer, invalid, `${JSON.stringify(key).slice(0, 20)} is refused`);
    t.match(
      answer.body?.errors?.[0]?.detail,
      /^Idempotency-Key must be 1 to 255 visible/,
      'by its name',
    );
  }
  const missing = await app.inject({
    method: 'POST',
    url: '/v1/members',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  const body = missing.json<Problem>();
  const answer = { status: missing.statusCode, headers: missing.headers, body };
  isProblem(t, answer, { status: 400, code: 'idempotency_key_missing' }, 'none at all is refused');
  t.equal(service.sequencer.ledger.revision, before, 'and nothing was written');
});

t.test('an idempotency key of 255 characters', async (t) => {
  const { admin } = await smallWorld();
  const key = '~'.repeat(255);
  const first = await admin.post('/v1/members', {}, key);
  t.equal(first.status, 201, 'is taken');
  const quoted = await admin.post('/v1/members', {}, `"${key}"`);
  t.same(quoted.body, first.body, 'and is the same in quotes');
  t.equal(quoted.headers['idempotent-replayed'], 'true', 'as a replay');
  const became = await admin.get<{ outcome: string }>(`/v1/idempotency-keys/${key}`);
  t.match(became, { status: 200, body: { outcome: 'recorded' } }, 'and can be asked after');
});

t.test('an idempotency key that was used', async (t) => {
  const { admin, service, group, partner } = await smallWorld();
  const allocation = { organisationId: group.id, fund: 'lottery', credits: '5' };
  const first = await admin.post('/v1/allocations', allocation, 'once');
  const before = service.sequencer.ledger.revision;

  const other = await admin.post('/v1/allocations', { ...allocation, credits: '6' }, 'once');
  isProblem(t, other, { status: 422, code: 'key_reused' }, 'is refused for another body');
  t.match(other.body, { detail: /what differs: credits/ }, 'which is told apart by its fields');
  const route = await admin.post('/v1/members', {}, 'once');
  isProblem(t, route, { status: 422, code: 'key_reused' }, 'is refused for another call');
  t.match(route.body, { detail: /what differs: the call itself/ }, 'which is told apart too');
  const venue = { organisationId: partner.id, name: 'Annexe' };
  const returned = await admin.post('/v1/allocations/returns', allocation, 'once');
  isProblem(t, returned, { status: 422, code: 'key_reused' }, 'also with the very same body');

  const respelt = JSON.stringify(Object.fromEntries(Object.entries(allocation).toReversed()));
  const again = await admin.post('/v1/allocations', ` ${respelt} `, 'once');
  t.same(again.body, first.body, 'gives the first answer again, however the same body is spelt');
  t.equal(service.sequencer.ledger.revision, before, 'and nothing was written');
  const elsewhere = await partner.till.post('/v1/venues', venue, 'once');
  t.equal(elsewhere.status, 201, 'is another organisation’s to use as well');
});

t.test('an idempotency key of a request that was refused', async (t) => {
  const { admin, enrol, partner } = await smallWorld();
  const memberId = await enrol(60);
  const sale = { venueId: partner.venue, memberId, credits: '2' };
  const refused = await partner.till.post('/v1/redemptions', sale, 'sale');
  isProblem(t, refused, { status: 422, code: 'insufficient_credits' }, 'is refused');
  t.match(refused.body, { aloud: 'Only 1 credit left; this takes 2 credits. Nothing was taken.' });
  const became = await partner.till.get('/v1/idempotency-keys/sale');
  isProblem(t, became, { status: 404, code: 'key_not_found' }, 'is not used up');
  const gift = { entries: [{ account: `wallet:${memberId}`, credits: '1' }] };
  await admin.post('/v1/opening-balances', gift);
  t.equal((await partner.till.post('/v1/redemptions', sale, 'sale')).status, 201, 'can succeed');
});
