import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { HttpClient } from '../support/process.ts';
import { ADMIN_KEY } from '../support/service.ts';

/*
 * Whatever becomes of those who read what the service prints, it answers and it ends. A service
 * that warns all the time fills whatever stands between them within moments.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SPEND = { name: 'Medway Leisure', roles: ['spend'] };
const { O_RDWR, O_NONBLOCK } = constants;
const NOISE = `
  import { isMainThread } from 'node:worker_threads';
  const noise = () => {
    process.emitWarning('x'.repeat(2e4));
    process.stderr.write('y'.repeat(2e4));
  };
  if (isMainThread) setInterval(noise, 20).unref(); else noise();
`;

type Noisy = { readonly child: ChildProcess; readonly client: HttpClient };

/** The words that start a service which warns and prints all the time. */
async function words(t: Test): Promise<{ readonly port: number; readonly words: string[] }> {
  const port = await freePort();
  const settings = [
    `DATA_DIR=${t.testdir()}`,
    `PORT=${port}`,
    `BOOTSTRAP_ADMIN_KEY=${ADMIN_KEY}`,
    `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(NOISE)}`,
  ];
  const main = join(ROOT, 'src/main.ts');
  return { port, words: ['/usr/bin/env', '-i', ...settings, process.execPath, main] };
}

/** @param spawned what happens at once, before it has said a word */
async function noisy(t: Test, stdio: StdioOptions, spawned?: () => void): Promise<Noisy> {
  const { port, words: command } = await words(t);
  const child = spawn(command[0]!, command.slice(1), { cwd: ROOT, stdio });
  t.teardown(() => child.kill('SIGKILL'));
  spawned?.();
  await listens(port);
  return { child, client: new HttpClient(`http://127.0.0.1:${port}`, ADMIN_KEY) };
}

/** A free port, for a service whose words may reach nobody. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until a service listens, whatever it prints. */
async function listens(port: number): Promise<void> {
  let open = false;
  while (!open) {
    const socket = createConnection(port, '127.0.0.1');
    open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
  }
}

/** Waits until lines are lost, and is sure that the service serves all the same, and ends. */
async function servesOn(t: Test, { child, client }: Noisy): Promise<void> {
  await losesLines(client);
  const made = await client.post('/v1/organisations', SPEND, 'after');
  t.equal(made.status, 201, 'it takes writes while lines are lost');
  t.equal((await client.get('/readyz')).status, 200, 'and is ready');
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  child.kill('SIGTERM');
  const [code, signal] = await ended;
  t.same({ code, signal }, { code: 0, signal: null }, 'and ends in order');
}

async function losesLines(client: HttpClient): Promise<void> {
  let lost = 0;
  while (lost === 0) {
    const { body } = await client.get<string>('/metrics', 'text/plain');
    lost = Number(/^timecredits_log_lines_lost_total (\d+)$/m.exec(body)![1]);
  }
}

/** A pipe whose reader is this process; the other end is for a service. */
function pipeIn(t: Test): { readonly reader: number; readonly writer: number } {
  const path = join(t.testdir(), 'pipe');
  spawnSync('mkfifo', [path]);
  const reader = openSync(path, O_RDWR | O_NONBLOCK);
  return { reader, writer: openSync(path, 'w') };
}

t.test('a pipe whose reader goes before the first word', async (t) => {
  const { reader, writer } = pipeIn(t);
  const service = await noisy(t, ['ignore', writer, writer], () => {
    closeSync(writer);
    closeSync(reader);
  });
  await servesOn(t, service);
});

t.test('a pipe whose reader is stopped', async (t) => {
  const { reader, writer } = pipeIn(t);
  t.teardown(() => closeSync(reader));
  const service = await noisy(t, ['ignore', writer, writer], () => closeSync(writer));
  await losesLines(service.client);
  const read = Buffer.alloc(1024 * 1024);
  let text = '';
  while (!/"lost":\d+,"msg":"lines of the log are lost/.test(text)) {
    await service.client.get('/livez');
    try {
      text = text.slice(-4096) + read.toString('utf8', 0, readSync(reader, read));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
  t.pass('once it reads on it is told how many lines were lost');
  await servesOn(t, service);
});

t.test('a socket whose reader is stopped, as that of journald', async (t) => {
  const service = await noisy(t, ['ignore', 'pipe', 'pipe']);
  await servesOn(t, service);
});

t.test('a socket whose reader goes', async (t) => {
  const service = await noisy(t, ['ignore', 'pipe', 'pipe']);
  service.child.stdout!.destroy();
  service.child.stderr!.destroy();
  await servesOn(t, service);
});

t.test('a disk that is full', async (t) => {
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  await servesOn(t, await noisy(t, ['ignore', full, full]));
});

t.test('a terminal that is stopped', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) {
    return t.plan(0, 'script is not installed, so there is no terminal here');
  }
  const { port, words: command } = await words(t);
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const pidFile = join(t.testdirName, 'pid');
  const line = `echo $$ > ${pidFile}; exec ${quoted}`;
  const stdio = ['pipe', 'ignore', 'ignore'] as const;
  const terminal = spawn('script', ['-qfc', line, '/dev/null'], { cwd: ROOT, stdio: [...stdio] });
  t.teardown(() => terminal.kill('SIGKILL'));
  await listens(port);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  t.teardown(() => isThere(pid) && process.kill(pid, 'SIGKILL'));
  terminal.kill('SIGSTOP');
  const client = new HttpClient(`http://127.0.0.1:${port}`, ADMIN_KEY);
  await losesLines(client);
  const made = await client.post('/v1/organisations', SPEND, 'after');
  t.equal(made.status, 201, 'it takes writes while nothing is shown');
  process.kill(pid, 'SIGTERM');
  await gone(port);
  t.pass('and ends');
});

/** Waits until nobody takes connections at a port any more. */
async function gone(port: number): Promise<void> {
  for (;;) {
    const socket = createConnection(port, '127.0.0.1');
    const error = await new Promise((resolve) => {
      socket.once('connect', () => resolve(undefined)).once('error', resolve);
    });
    socket.destroy();
    if (error !== undefined) return;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
