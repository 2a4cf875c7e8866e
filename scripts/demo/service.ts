import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const ADDRESS = /http:\/\/[\w.]+:\d+/;

export const NETWORK = 'demo-medway';

export type DemoService = { readonly url: string; readonly child: ChildProcess };

/**
 * Starts the service as `npm start` does, on a free port and on data of its own, with a clock that
 * shows some time long ago.
 */
export async function startService(
  folder: string,
  adminKey: string,
  clock: string,
): Promise<DemoService> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      DATA_DIR: folder,
      NETWORK,
      CLOCK: clock,
      BOOTSTRAP_ADMIN_KEY: adminKey,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.on('exit', () => child.kill());
  for await (const line of createInterface(child.stdout)) {
    const url = ADDRESS.exec(line)?.[0];
    if (url !== undefined) {
      child.stdout.resume();
      return { url, child };
    }
  }
  throw new Error('The service did not start.');
}

/** Stops the service and waits until it has let go of its data. */
export async function stopService({ child }: DemoService): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
