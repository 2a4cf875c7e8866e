import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

/**
 * The service as a process of its own, as it runs for its users: for what only a process can show,
 * such as being killed. It listens on a port that is free, and knows of no other environment than
 * the one it is given: `env -i` keeps out what a test runner adds to that of every child.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ADDRESS = /^ {2}service {2}(http:\/\/\S+)/m;
/** Far longer than a service keeps anybody waiting, unless it is stopped in its tracks. */
const ANSWER_MS = 20_000;
const ADMIN_KEY = /^ {2}admin {4}(tcl_\S+)/m;

export type ProcessOptions = {
  readonly dataDirectory: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whose process it is, where the tests run as the superuser. */
  readonly uid?: number;
  /** How far it gives way to other processes, up to 19. */
  readonly niceness?: number;
};

/** How a process ended. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type ServiceProcess = {
  readonly url: string;
  /** The first admin's key; nothing where none was printed. */
  readonly adminKey: string | undefined;
  readonly child: ChildProcess;
  readonly printed: () => string;
  readonly logged: () => string;
  /** Waits until it has logged something that fits. */
  logs(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Ended>;
  /** Ends it with a signal, if it lives, and waits until it is gone. */
  end(signal: NodeJS.Signals): Promise<Ended>;
};

/** A service that ended before it listened, and what it said. */
export class NotStartedError extends Error {
  override readonly name = 'NotStartedError';
  readonly code: number | null;
  readonly printed: string;
  readonly logged: string;

  constructor({ code }: Ended, printed: string, logged: string) {
    super(`the service ended with ${code} before it listened:\n${printed}${logged}`);
    this.code = code;
    this.printed = printed;
    this.logged = logged;
  }
}

/**
 * Starts the service and waits until it listens. Whoever starts it must end it.
 * @throws NotStartedError
 */
export async function startService(options: ProcessOptions): Promise<ServiceProcess> {
  const { dataDirectory, environment, uid, niceness = 0 } = options;
  const settings = { DATA_DIR: dataDirectory, PORT: '0', ...environment };
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const nice = niceness === 0 ? [] : ['/usr/bin/nice', '-n', String(niceness)];
  const main = join(ROOT, 'src/main.ts');
  const child = spawn('/usr/bin/env', ['-i', ...words, ...nice, process.execPath, main], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
  });
  const printed = gathered(child, 'stdout');
  const logged = gathered(child, 'stderr');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const listening = new Promise<void>((resolve) => {
    child.stdout.on('data', () => {
      if (ADDRESS.test(printed())) resolve();
    });
  });
  await Promise.race([listening, ended]);
  const address = ADDRESS.exec(printed());
  if (address === null) throw new NotStartedError(await ended, printed(), logged());
  const url = address[1]!;
  // It answers only after it has printed all that it prints at its start, unless it ended since.
  await fetch(`${url}/livez`).catch(() => undefined);
  return {
    url,
    get adminKey() {
      return ADMIN_KEY.exec(printed())?.[1];
    },
    child,
    printed,
    logged,
    async logs(pattern) {
      while (!pattern.test(logged())) await once(child.stderr, 'data');
    },
    ended,
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}

/** A sandbox in a process of its own. */
export type SandboxProcess = Pick<ServiceProcess, 'printed' | 'logged' | 'ended' | 'end'>;

/**
 * Starts the sandbox as `npm run sandbox` does, but on a port that is free, and waits until it has
 * printed its block.
 * @param words the words of that script, after `node`
 */
export async function sandboxFor(
  t: Test,
  words: readonly string[],
  dataDirectory: string,
): Promise<SandboxProcess> {
  const set = ['-i', `DATA_DIR=${dataDirectory}`];
  const child = spawn('/usr/bin/env', [...set, process.execPath, ...words, '--port', '0'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = gathered(child, 'stdout');
  const logged = gathered(child, 'stderr');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  t.teardown(() => end('SIGKILL'));
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  await Promise.race([ready, ended]);
  return { printed, logged, ended, end };
}

/** Starts the service for a test, which ends it whatever becomes of the test. */
export async function serviceFor(t: Test, options: ProcessOptions): Promise<ServiceProcess> {
  const service = await startService(options);
  t.teardown(() => service.end('SIGKILL'));
  return service;
}

/** What a service says that must not start. */
export async function notStarted(t: Test, options: ProcessOptions): Promise<NotStartedError> {
  try {
    await serviceFor(t, options);
  } catch (error) {
    if (error instanceof NotStartedError) return error;
    throw error;
  }
  throw new Error('the service started');
}

function gathered(child: ChildProcess, stream: 'stdout' | 'stderr'): () => string {
  let text = '';
  child[stream]!.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text;
}

export type Reply<T> = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
};

/** Speaks to a service's process over HTTP, as one access would. */
export class HttpClient {
  readonly #url: string;
  readonly #key: string | undefined;

  constructor(url: string, key: string | undefined) {
    this.#url = url;
    this.#key = key;
  }

  get<T = Record<string, never>>(path: string, accept = 'application/json'): Promise<Reply<T>> {
    return this.#send(path, { headers: { accept } });
  }

  post<T = Record<string, never>>(
    path: string,
    body: unknown,
    idempotencyKey: string,
  ): Promise<Reply<T>> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    return this.#send(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async #send<T>(path: string, init: RequestInit): Promise<Reply<T>> {
    const headers = new Headers(init.headers);
    if (this.#key !== undefined) headers.set('authorization', `Bearer ${this.#key}`);
    const signal = AbortSignal.timeout(ANSWER_MS);
    const response = await fetch(`${this.#url}${path}`, { ...init, headers, signal });
    const text = await response.text();
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
    const body = (json ? JSON.parse(text) : text) as T;
    return { status: response.status, headers: response.headers, body };
  }
}
