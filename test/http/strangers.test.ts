import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import type { RefusalCode } from '../../schemas/refusals.ts';
import { buildApp } from '../../src/http/app.ts';
import { ADMIN_KEY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { isProblem, send } from './problem.ts';

/* What comes over connections from whoever wants to: no requests, too many, too long ones. */

async function listening(t: Test, limits = { most: 100, perAddress: 100 }) {
  const world = await smallWorld();
  const app = await buildApp(world.service, undefined, limits);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const sockets: Socket[] = [];
  t.teardown(async () => {
    sockets.forEach((socket) => socket.destroy());
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  return { ...world, app, open };
}

/** All that is answered on a connection until it is closed. */
async function answered(socket: Socket, text: string) {
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const named = fields.map((field) => /^(.*?): (.*)$/.exec(field)!.slice(1));
  const headers = Object.fromEntries(named.map(([name, said]) => [name!.toLowerCase(), said]));
  return { status: Number(line.split(' ')[1]), headers, body: JSON.parse(body) as unknown };
}

/** The next answer on a connection that stays open. */
async function asked(socket: Socket, path: string): Promise<string> {
  const key = `Authorization: Bearer ${ADMIN_KEY}\r\n`;
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ledger\r\n${key}\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return String(chunk);
}

const UNPARSED: readonly (readonly [name: string, text: string, number, RefusalCode])[] = [
  ['what is not HTTP', 'hello\r\n\r\n', 400, 'invalid_request'],
  [
    'headers of twenty kilobytes',
    `GET /livez HTTP/1.1\r\nHost: ledger\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    431,
    'headers_too_large',
  ],
  [
    'a request without a Host',
    'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
    400,
    'invalid_request',
  ],
];

for (const [name, text, status, code] of UNPARSED) {
  t.test(name, async (t) => {
    const { open } = await listening(t);
    const answer = await answered(await open(), text);
    isProblem(t, answer, { status, code }, 'is answered with a problem');
    const { headers } = answer;
    t.equal(headers['ledger-network'], 'medway', 'by this network');
    t.equal(headers['cache-control'], 'no-store', 'for nobody to keep');
    t.match(headers['connection'], /close/i, 'and nothing more is read on that connection');
  });
}

t.test('a request that never comes to its end', async (t) => {
  const { app, open } = await listening(t);
  const accepted = once(app.server, 'connection') as Promise<[Socket]>;
  const socket = await open();
  const [server] = await accepted;
  const answer = answered(socket, 'GET /livez HTTP/1.1\r\n');
  const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  app.server.emit('clientError', late, server);
  isProblem(t, await answer, { status: 408, code: 'request_incomplete' }, 'is told so');
});

t.test('more connections from one address than may be', async (t) => {
  const { open } = await listening(t, { most: 100, perAddress: 3 });
  const till = await open();
  t.match(await asked(till, '/v1/me'), '200 OK', 'of which one has shown a key');
  const [first, second] = [await open(), await open()];
  const closed = once(first, 'close');
  const third = await open();
  await closed;
  t.pass('cost the oldest without a key its place');
  t.match(await asked(second, '/livez'), '200 OK', 'and no other');
  t.match(await asked(third, '/livez'), '200 OK', 'for the newest');
  t.match(await asked(till, '/v1/me'), '200 OK', 'and least of all the one with a key');
});

t.test('more connections in all than may be', async (t) => {
  const { open } = await listening(t, { most: 2, perAddress: 100 });
  const [first, second] = [await open(), await open()];
  const closed = once(first, 'close');
  const third = await open();
  await closed;
  t.match(await asked(second, '/livez'), '200 OK', 'close the oldest that asks nothing');
  t.match(await asked(third, '/livez'), '200 OK', 'and serve the others');
});

t.test('many requests sent ahead on one connection', async (t) => {
  const { open } = await listening(t);
  const socket = await open();
  const closed = once(socket, 'close');
  socket.write('GET /livez HTTP/1.1\r\nHost: ledger\r\n\r\n'.repeat(1_000));
  await closed;
  t.pass('close it');
});

t.test('every answer', async (t) => {
  const { app } = await smallWorld();
  const urls = ['/v1/me', '/v1/members', '/livez', '/nothing', '/%', '/v1/members/none', '/docs/'];
  for (const url of urls) {
    const { headers } = await send(app, { url });
    t.equal(headers['x-content-type-options'], 'nosniff', `${url} is what it says it is`);
    t.equal(headers['referrer-policy'], 'no-referrer', `${url} leads nobody back`);
    t.equal(headers['ledger-network'], 'medway', `${url} says whose it is`);
    const kept = url === '/docs/' ? 'public, no-cache' : 'no-store';
    t.equal(headers['cache-control'], kept, `${url} says who may keep it`);
  }
  const access = { role: 'auditor', label: 'auditor' };
  const made = await send(app, { method: 'POST', url: '/v1/access', payload: access });
  t.equal(made.headers['cache-control'], 'no-store', 'and nobody keeps a key');
});

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, 1]));
const BODIES: readonly (readonly [name: string, payload: object, pointer: string, said: RegExp])[] =
  [
    ['thirty thousand fields', many(30_000), '#', /has 30000 fields/],
    ['a list of too many', { entries: new Array(5_000).fill(1) }, '#/entries', /has 5000 items/],
    ['fields of a line', { entries: [many(5_000)] }, '#/entries/0', /has 5000 fields/],
  ];

for (const [name, payload, pointer, said] of BODIES) {
  t.test(`a body with ${name}`, async (t) => {
    const { app } = await smallWorld();
    const answer = await send(app, { method: 'POST', url: '/v1/issues', payload });
    const expected = { status: 400, code: 'invalid_request', pointers: [pointer] } as const;
    isProblem(t, answer, expected, 'is refused');
    t.equal(answer.body?.errors?.length, 1, 'with one fault');
    t.match(answer.body?.errors?.[0]?.detail, said, 'that says why');
  });
}
