import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { ADMIN_KEY } from '../support/service.ts';
import { smallWorld, type World } from '../support/world.ts';

/* The stream as auditors read it: as JSON in pages, and as lines to the last byte. */

type Page = {
  readonly events: readonly { readonly revision: number; readonly event: unknown }[];
  readonly next?: number;
};

async function lines({ app }: World, query = ''): Promise<string> {
  const response = await app.inject({
    url: `/v1/events${query}`,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, accept: 'application/x-ndjson' },
  });
  return response.body;
}

async function stored({ journal }: World): Promise<readonly string[]> {
  const all = [];
  for await (const page of journal.read(0)) all.push(...page.lines);
  return all;
}

t.test('the stream as JSON', async (t) => {
  const world = await smallWorld();
  const { admin } = world;
  await world.enrol(60);
  const expected = (await stored(world)).map((line, revision) => ({
    revision,
    event: JSON.parse(line) as unknown,
  }));
  const whole = await admin.get<Page>('/v1/events');
  t.same(whole.body, { events: expected }, 'holds every event, with its revision');
  const after = await admin.get<Page>('/v1/events?after=3');
  t.same(after.body.events, expected.slice(4), '`after` is not itself among them');
  const first = await admin.get<Page>('/v1/events?limit=4');
  t.equal(first.body.next, 3, 'a page names the last it holds');
  t.match(first.headers['link'], '</v1/events?limit=4&after=3>; rel="next"', 'and links the next');
  const second = await admin.get<Page>(`/v1/events?limit=500&after=${first.body.next}`);
  t.same([...first.body.events, ...second.body.events], expected, 'pages joined are the whole');
  t.equal(second.body.next, undefined, 'and the last has no next');
  const end = await admin.get<Page>(`/v1/events?after=${expected.length - 1}`);
  t.same(end.body, { events: [] }, 'and at the end there is nothing, without a fault');
});

t.test('the stream as lines', async (t) => {
  const world = await smallWorld();
  await world.enrol(60);
  const expected = await stored(world);
  const whole = await lines(world);
  t.equal(whole, `${expected.join('\n')}\n`, 'are the stored bytes, to the end');
  const events = whole.trimEnd().split('\n');
  const respelt = events.map((line) => canonical(JSON.parse(line)));
  t.same(events, respelt, 'each in its canonical form (RFC 8785)');
  const rest = expected.slice(4).map((line) => `${line}\n`);
  t.equal(await lines(world, '?after=3'), rest.join(''), '`after` is not itself among them');
  t.equal(await lines(world, '?after=3&limit=2'), rest.slice(0, 2).join(''), 'as many as asked');
  t.equal(await lines(world, `?after=${expected.length - 1}`), '', 'and nothing after the end');
});

t.test('the stream', async (t) => {
  const world = await smallWorld();
  await world.enrol(60);
  const before = await stored(world);
  await world.enrol(60);
  const after = await stored(world);
  t.same(after.slice(0, before.length), before, 'only ever grows at its end');
});

t.test('a key that is revoked while its lines are read', async (t) => {
  const world = await smallWorld();
  for (let count = 0; count < 130; count += 1) await world.enrol();
  const access = { role: 'auditor', label: 'auditor' };
  const granted = await world.admin.post<{ accessId: string; key: string }>('/v1/access', access);
  const { accessId, key } = granted.body;
  const address = await world.app.listen({ host: '127.0.0.1', port: 0 });
  t.teardown(() => world.app.close());
  const headers = { authorization: `Bearer ${key}`, accept: 'application/x-ndjson' };
  const whole = await fetch(`${address}/v1/events`, { headers });
  t.equal((await whole.text()).split('\n').length, (await stored(world)).length + 1);
  const { service } = world;
  const { read } = service;
  let pieces = 0;
  Object.assign(service, {
    async *read(...asked: Parameters<typeof read>) {
      pieces += 1;
      for await (const page of read(...asked)) {
        await world.admin.post(`/v1/access/${accessId}/revocation`, {});
        yield page;
      }
    },
  });
  const cut = await fetch(`${address}/v1/events`, { headers });
  await t.rejects(cut.text(), 'reads no further, and the answer is not taken for whole');
  t.equal(pieces, 1, 'than the piece that it was at');
});
