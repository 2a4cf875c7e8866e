import t from 'tap';
import { ADMIN_KEY, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, send, type Expected } from './problem.ts';

/* Addresses and methods that no client should use, and ids of what is not there. */

const world = await smallWorld();
const { app, service, group, partner } = world;
t.teardown(() => app.close());
const memberId = await world.enrol(600);
const wallet = `wallet:${memberId}`;
const revision = () => service.sequencer.ledger.revision;
const NOT_FOUND: Expected = { status: 404, code: 'not_found' };

const bad = (...pointers: readonly string[]): Expected => ({
  status: 400,
  code: 'invalid_request',
  pointers,
});

t.test('a query that does not fit', async (t) => {
  const account = `/v1/accounts/${wallet}`;
  const queries: readonly (readonly [string, string])[] = [
    [`${account}?atRevision=-1`, '#/atRevision'],
    [`${account}?atRevision=1.5`, '#/atRevision'],
    [`${account}?atRevision=01`, '#/atRevision'],
    [`${account}?atRevision=1e3`, '#/atRevision'],
    [`${account}?atRevision=`, '#/atRevision'],
    [`${account}?atRevision=9999999999999999`, '#/atRevision'],
    [`${account}?atRevision=1&atRevision=2`, '#/atRevision'],
    [`${account}?recordedBy=yesterday`, '#/recordedBy'],
    [`${account}?recordedBy=2026-06-10`, '#/recordedBy'],
    [`${account}?recordedBy=2026-02-30T00:00:00Z`, '#/recordedBy'],
    [`${account}?occurredBy=2026-02-30`, '#/occurredBy'],
    [`${account}?occurredBy=June`, '#/occurredBy'],
    [`${account}?atRevision=1&occurredBy=${TODAY}`, '#'],
    [`${account}?asAt=1`, '#/asAt'],
    [`${account}?__proto__=1`, '#/__proto__'],
    [`${account}/entries?after=abc`, '#/after'],
    [`${account}/entries?after=-1`, '#/after'],
    [`${account}/entries?limit=0`, '#/limit'],
    [`${account}/entries?limit=501`, '#/limit'],
    ['/v1/members?limit=ten', '#/limit'],
    ['/v1/members?after=%00', '#/after'],
    ['/v1/members?page=2', '#/page'],
    ['/v1/events?after=1.0', '#/after'],
    ['/v1/events?limit=-1', '#/limit'],
    ['/v1/transactions', '#/venueId'],
    [`/v1/transactions?venueId=${group.id}`, '#/venueId'],
    [`/v1/transactions?venueId=${partner.venue}&from=2026-06-31`, '#/from'],
    [`/v1/transactions?venueId=${partner.venue}&from=2026-06-02&to=2026-06-01`, '#'],
    [`/v1/transactions?venueId=${partner.venue}&reference=two%20words`, '#/reference'],
    ['/v1/funds/lottery?year=25', '#/year'],
    ['/v1/funds/lottery?year=2025-04', '#/year'],
    ['/v1/funds/lottery?from=2025-04-01', '#/from'],
    ['/v1/funds?year=0000', '#/year'],
    ['/v1/funds?limit=0', '#/limit'],
    ['/v1/funds/two%20words', '#/fund'],
    ['/v1/me?role=admin', '#/role'],
    ['/v1/refusals?code=busy', '#/code'],
    [`/v1/venues/${partner.venue}?format=csv`, '#/format'],
    [`/v1/venues/${partner.venue}/statements/2026-06?format=csv`, '#/format'],
    [`/v1/organisations/${group.id}/issuing`, '#/from'],
    [`/v1/organisations/${group.id}/issuing?from=2026-06-02&to=2026-06-01`, '#'],
  ];
  for (const [url, pointer] of queries) {
    const answer = await send(app, { method: 'GET', url });
    isProblem(t, answer, { status: 400, code: 'invalid_request' }, `${url} is refused`);
    const pointers = answer.body?.errors?.map((error) => error.pointer) ?? [];
    t.ok(pointers.includes(pointer), `${url}: and it points to ${pointer}: ${pointers.join()}`);
  }
});

t.test('a preview that is neither asked for nor not', async (t) => {
  const payload = JSON.stringify({
    organisationId: group.id,
    occurredOn: TODAY,
    activity: 'a',
    entries: [{ memberId, minutes: 1 }],
  });
  const before = revision();
  const answer = await send(app, { method: 'POST', url: '/v1/issues?preview=yes', payload });
  isProblem(t, answer, bad('#/preview'), 'is refused');
  t.equal(revision(), before, 'and nothing is issued');
});

t.test('a preview where there is none', async (t) => {
  const payload = JSON.stringify({ venueId: partner.venue, memberId, credits: '1' });
  const before = revision();
  const answer = await send(app, { method: 'POST', url: '/v1/redemptions?preview=true', payload });
  isProblem(t, answer, bad('#/preview'), 'is refused');
  t.equal(revision(), before, 'and nothing is taken');
});

t.test('an account as at a revision that is not there yet', async (t) => {
  const answer = await send(app, {
    method: 'GET',
    url: `/v1/accounts/${wallet}?atRevision=999999`,
  });
  isProblem(t, answer, bad('#/atRevision'), 'is refused: its answer would change later');
});

t.test('a page that begins beyond the end', async (t) => {
  const beyond = ['/v1/members', '/v1/events', '/v1/venues', '/v1/access', '/v1/organisations'];
  for (const url of beyond) {
    const answer = await send(app, { method: 'GET', url: `${url}?after=999999999999999` });
    const { items, events } = answer.body as unknown as Record<string, unknown>;
    t.same([answer.status, items ?? events], [200, []], `of ${url} is empty`);
  }
});

t.test('an id that does not fit', async (t) => {
  const garbage = ['x', 'mem_', '%00', '%F0%9F%98%80', '..%2f..%2fetc', `${memberId}%0a`, 'null'];
  const urls = ['organisations', 'venues', 'members', 'access', 'accounts', 'transactions'];
  for (const noun of urls) {
    for (const id of garbage) {
      const answer = await send(app, { method: 'GET', url: `/v1/${noun}/${id}` });
      const name = `${noun}/${id} is refused`;
      isProblem(t, answer, { status: 400, code: 'invalid_request' }, name);
    }
  }
});

t.test('an address that cannot be decoded', async (t) => {
  const before = revision();
  for (const url of ['/v1/%zz', '/v1/members/%', '/%c3%28', `/v1/accounts/${'a'.repeat(5000)}`]) {
    const answer = await send(app, { method: 'GET', url });
    isProblem(
      t,
      answer,
      { status: 400, code: 'invalid_request' },
      `${url.slice(0, 40)} is refused`,
    );
  }
  const url = '/v1/members/%zz/cards';
  const answer = await send(app, { method: 'POST', url, payload: '{}' });
  isProblem(t, answer, { status: 400, code: 'invalid_request' }, 'also where it would write');
  t.equal(revision(), before, 'and nothing was written');
});

t.test('an address or a method that there is not', async (t) => {
  const before = revision();
  const unknown = ['/', '/v1', '/v1/', '/v2/me', '/v1/me/', '//v1/me', '/V1/me', '/v1/bookings'];
  for (const url of unknown) {
    isProblem(t, await send(app, { method: 'GET', url }), NOT_FOUND, `GET ${url} is not found`);
  }
  for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const) {
    for (const url of ['/v1/members', '/v1/redemptions', `/v1/members/${memberId}`]) {
      const answer = await send(app, { method, url });
      isProblem(t, answer, NOT_FOUND, `${method} ${url} is not found`);
    }
  }
  const posted = await send(app, { method: 'POST', url: '/v1/ledger', payload: '{}' });
  isProblem(t, posted, NOT_FOUND, 'nor is what can only be read a thing to write');
  t.equal(revision(), before, 'and nothing was written');
});

t.test('HEAD', async (t) => {
  const known = await app.inject({
    method: 'HEAD',
    url: '/v1/me',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  t.same([known.statusCode, known.body], [200, ''], 'answers as GET does, without a body');
  const keyless = await app.inject({ method: 'HEAD', url: '/v1/me' });
  t.equal(keyless.statusCode, 401, 'and asks for a key as GET does');
});

t.test('what is named and is not there', async (t) => {
  const before = revision();
  const none = '0000000000000000';
  const sale = { venueId: partner.venue, memberId, credits: '1' };
  const list = { occurredOn: TODAY, activity: 'a', entries: [{ memberId, minutes: 60 }] };
  const returned = { organisationId: group.id, fund: 'none', credits: '1' };
  const mistake = { reason: 'mistake' };
  const late = '999999999999999';
  const missing: readonly (readonly [Expected['code'], string, unknown])[] = [
    ['venue_not_found', '/v1/redemptions', { ...sale, venueId: `ven_${none}` }],
    ['member_not_found', '/v1/redemptions', { ...sale, memberId: `mem_${none}` }],
    ['organisation_not_found', '/v1/issues', { ...list, organisationId: `org_${none}` }],
    ['card_not_found', `/v1/cards/crd_${none}/revocation`, {}],
    ['access_not_found', `/v1/access/acc_${none}/revocation`, {}],
    ['transaction_not_found', `/v1/transactions/txn_0_${none}/reversals`, mistake],
    ['transaction_not_found', `/v1/transactions/txn_${late}_${none}/reversals`, mistake],
    ['account_not_found', '/v1/allocations/returns', returned],
  ];
  for (const [code, url, body] of missing) {
    const answer = await send(app, { method: 'POST', url, payload: JSON.stringify(body) });
    isProblem(t, answer, { status: 404, code }, `${url} answers ${code}`);
  }
  t.equal(revision(), before, 'and nothing was written');
});
