import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Memory } from './collect.ts';
import { NETWORK } from './stream.ts';

/** Processes that the bench starts, each of them ended with it. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** The end of what each of them said to its terminal, for when it fails. */
const said = new WeakMap<ChildProcess, string>();
const SAID_CHARACTERS = 2000;

const STOP_MS = 15_000;
const SAVED_EVERY_MS = 50;
const ADDRESS = /(?:http|esdb):\/\/[\w.]+:\d+(?:\?tls=false)?/;
const PROVED = /every event is proved/;
const COLLECT = fileURLToPath(new URL('collect.ts', import.meta.url));
/** What `npm start` hands to Node: room in which requests end before they are collected. */
const NODE_WORDS = ['--max-semi-space-size=64'];
const SERVICE = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const STAND_IN = fileURLToPath(
  new URL('../../test/support/eventstore/process.ts', import.meta.url),
);
const BARE = fileURLToPath(new URL('bare.ts', import.meta.url));

export type Server = {
  readonly url: string;
  readonly pid: number;
  /** The memory of the service, after all that is no longer used was collected. */
  memory(): Promise<Memory>;
  stop(): Promise<void>;
};

/**
 * Starts the real service, as `npm start` does, on the stream in a folder, and waits until all of
 * that is proved, so that nothing else is going on when it is measured.
 * @param before scripts of this folder that are loaded first
 * @param more settings beside those that every service of the bench has
 */
export async function startService(
  folder: string,
  before: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = runService(folder, before, more);
  const server = await started(child);
  await proved(child);
  return server;
}

/** Starts the same, and waits only until it listens. */
export function startServiceAlone(folder: string): Promise<Server> {
  return started(runService(folder, [], {}));
}

function runService(
  folder: string,
  before: readonly string[],
  more: Readonly<Record<string, string>>,
): ChildProcess {
  // A made-up stream ends long ago, after which a service would doubt its clock.
  const accepted = { ACCEPT_CLOCK: new Date().toISOString().slice(0, 10) };
  const address = { HOST: '127.0.0.1', PORT: '0' };
  const environment = { ...address, ...accepted, DATA_DIR: folder, NETWORK, ...more };
  const first = before.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const imports = [COLLECT, ...first].flatMap((script) => ['--import', script]);
  return run(['--expose-gc', ...imports, SERVICE], environment);
}

/** Waits until the service of a folder has saved its state, as it does after replaying much. */
export async function savedState(folder: string): Promise<void> {
  while (!existsSync(join(folder, 'ledger.state'))) {
    await new Promise((resolve) => setTimeout(resolve, SAVED_EVERY_MS));
  }
}

/** The bytes of a file that nobody has open, with a write-ahead log if one is left. */
export function bytesOf(file: string): number {
  return [file, `${file}-wal`]
    .filter((one) => existsSync(one))
    .reduce((sum, one) => sum + statSync(one).size, 0);
}

/** Starts the bare route. */
export function startBare(): Promise<Server> {
  return started(run([BARE], {}));
}

/** Starts the stand-in for EventStoreDB, a test double over memory. */
export function startStandIn(): Promise<Server> {
  return started(run([STAND_IN], {}));
}

async function started(child: ChildProcess): Promise<Server> {
  return {
    url: await addressOf(child),
    pid: child.pid!,
    async memory() {
      const told = once(child, 'message') as Promise<[Memory]>;
      child.send('collect');
      return (await told)[0];
    },
    async stop() {
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      clearTimeout(late);
    },
  };
}

/** Waits until a server says where it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface(child.stdout!)) {
    const address = ADDRESS.exec(line)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`A process ended too early. ${said.get(child) ?? ''}`);
}

/** Waits until a service says that every event behind it is proved. */
async function proved(child: ChildProcess): Promise<void> {
  while (!PROVED.test(said.get(child) ?? '')) await once(child.stderr!, 'data');
}

/** Runs a script to its end, hands it a question as JSON, and reads its answer as JSON. */
export async function ask<A>(script: string, question: unknown): Promise<A> {
  const child = run([fileURLToPath(new URL(script, import.meta.url))], {});
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.stdin!.end(JSON.stringify(question));
  let text = '';
  for await (const chunk of child.stdout!) text += String(chunk);
  const [status] = await exited;
  if (status !== 0)
    throw new Error(`${script} ended with status ${status}. ${said.get(child) ?? ''}`);
  return JSON.parse(text) as A;
}

function run(words: string[], environment: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [...NODE_WORDS, ...words], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  child.stderr?.on('data', (chunk) => {
    said.set(child, ((said.get(child) ?? '') + String(chunk)).slice(-SAID_CHARACTERS));
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
