import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { problemSchema } from '../../schemas/http/common.ts';
import { REFUSALS } from '../../schemas/refusals.ts';
import { needing } from '../audit/programs.ts';
import { composeFile, text } from './compose.ts';

/**
 * haproxy.cfg by HAProxy itself, where it is installed: on addresses of this machine, and in front
 * of stand-ins for the instances that do what a test asks for.
 */

const CONFIGURATION = text('haproxy.cfg');
const PATIENCE_MS = 5_000;

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** An instance that is ready, and does with a request what the test says. */
async function instance(t: Test, handle: Handle) {
  const asked: string[] = [];
  const state = { ready: true };
  const server = createServer((request, response) => {
    if (request.url === '/readyz') return response.writeHead(state.ready ? 200 : 503).end();
    if (request.url === '/livez') return response.end();
    asked.push(request.method!);
    return handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, state, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** HAProxy with our file, but for the addresses, until it says that some instance is ready. */
async function balancer(t: Test, ports: readonly [number, number]): Promise<string> {
  const port = await freePort();
  const file = join(t.testdir(), 'haproxy.cfg');
  const ours = CONFIGURATION.replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replaceAll(' ledger-1:3000', ` 127.0.0.1:${ports[0]}`)
    .replaceAll(' ledger-2:3000', ` 127.0.0.1:${ports[1]}`);
  writeFileSync(file, ours);
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' });
  const ended = once(child, 'close');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await status(`${url}/balancerz`)) === 200);
  return url;
}

async function status(url: string): Promise<number | undefined> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status;
}

/** Asks again until it is so; the test's own limit is the only other end. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

async function problem(answer: Response) {
  const said = problemSchema.parse(await answer.json());
  return { ...said, answered: answer.status };
}

const goesAway: Handle = (request) => request.socket.destroy();
const answers: Handle = (_, response) => response.end('answered');
const sale = { method: 'POST', headers: { 'idempotency-key': 'sale-1' }, body: '{}' };

t.test('HAProxy takes its file', needing('haproxy'), async (t) => {
  const file = new URL('../../haproxy.cfg', import.meta.url).pathname;
  const { status, stderr } = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
});

t.test('what the balancer says itself is what the service would say', async (t) => {
  const said = [...CONFIGURATION.matchAll(/http-error status (\d+) .* lf-string '(.*)'/g)];
  t.same(
    said.map(([, status]) => status),
    ['502', '503', '504'],
  );
  for (const [, status, body] of said) {
    const parsed = problemSchema.parse(JSON.parse(body!));
    t.equal(parsed.status, Number(status));
    const { aloud, retryable } = REFUSALS[parsed.code];
    t.match(parsed, { aloud, retryable, type: `/v1/refusals#${parsed.code}` });
  }
});

t.test('the balancer waits for longer than the service does', async (t) => {
  const [, seconds] = /^ {2}timeout server (\d+)s$/m.exec(CONFIGURATION)!;
  const [, patience_ms] = /PATIENCE_MS = ([\d_]+)/.exec(text('src/ledger/sequencer.ts'))!;
  t.equal(Number(patience_ms!.replace('_', '')), PATIENCE_MS);
  t.ok(Number(seconds) * 1000 > 2 * PATIENCE_MS);
});

t.test('the balancer knows the instances of the cluster', async (t) => {
  const { services } = composeFile();
  const instances = Object.keys(services).filter((name) => /^ledger-\d$/.test(name));
  const backends = CONFIGURATION.split(/^backend /m).slice(1);
  t.match(backends, [/^instances\n/, /^living\n/]);
  for (const backend of backends) {
    const servers = [...backend.matchAll(/^ {2}server (\S+) (\S+):3000$/gm)];
    t.same(
      servers.map(([, name, host]) => [name, host]),
      instances.map((name) => [name, name]),
    );
  }
  const { ports, volumes, healthcheck } = services['balancer']!;
  t.match(CONFIGURATION, `bind :${ports[0]!.split(':')[2]}`);
  t.ok(volumes.includes('./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro'));
  t.match(CONFIGURATION, 'monitor-uri /balancerz');
  t.match(healthcheck!.test.at(-1), /:8080\/balancerz$/);
});

t.test('a write that may have arrived', needing('haproxy'), async (t) => {
  const [one, other] = [await instance(t, goesAway), await instance(t, goesAway)];
  const url = await balancer(t, [one.port, other.port]);
  const answer = await problem(await fetch(`${url}/v1/redemptions`, sale));
  t.match(answer, { answered: 502, code: 'outcome_unknown', retryable: true });
  t.equal(one.asked.length + other.asked.length, 1, 'is not sent a second time');
});

t.test('a read whose instance goes away', needing('haproxy'), async (t) => {
  const [one, other] = [await instance(t, goesAway), await instance(t, answers)];
  const url = await balancer(t, [one.port, other.port]);
  await until(async () => {
    const answer = await fetch(`${url}/v1/ledger`);
    t.equal(await answer.text(), 'answered', 'is answered by the other');
    return one.asked.length > 0;
  });
});

t.test('a write to an instance that is not there', needing('haproxy'), async (t) => {
  const other = await instance(t, answers);
  const url = await balancer(t, [await freePort(), other.port]);
  for (const key of ['sale-1', 'sale-2', 'sale-3', 'sale-4']) {
    const headers = { 'idempotency-key': key };
    const answer = await fetch(`${url}/v1/redemptions`, { ...sale, headers });
    t.equal(await answer.text(), 'answered', 'goes to the other, since nothing was sent');
  }
});

t.test('instances that are not ready', needing('haproxy'), async (t) => {
  const [one, other] = [await instance(t, answers), await instance(t, answers)];
  const url = await balancer(t, [one.port, other.port]);
  one.state.ready = false;
  other.state.ready = false;
  await until(async () => (await status(`${url}/balancerz`)) === 503);
  const asked = one.asked.length + other.asked.length;
  const answer = await fetch(`${url}/v1/redemptions`, sale);
  t.equal(answer.headers.get('retry-after'), '1');
  t.match(await problem(answer), { answered: 503, code: 'not_writing', retryable: true });
  t.equal(one.asked.length + other.asked.length, asked, 'are asked to write nothing');
  await until(async () => (await status(`${url}/v1/ledger`)) === 200);
  t.equal(one.asked.length + other.asked.length, asked + 1, 'and answer who reads');
  other.state.ready = true;
  await until(async () => (await status(`${url}/balancerz`)) === 200);
  const later = await fetch(`${url}/v1/redemptions`, sale);
  t.equal(await later.text(), 'answered', 'until they are');
});
