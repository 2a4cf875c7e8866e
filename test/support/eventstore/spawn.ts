import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Command } from './commands.ts';

const PROCESS = fileURLToPath(new URL('process.ts', import.meta.url));

/** A stand-in in a process of its own. */
export type StandInProcess = {
  readonly url: string;
  readonly child: ChildProcess;
  /**
   * Tells it something and waits for the answer.
   * @throws Error in its words, where it could not be done
   */
  tell<Answer = unknown>(command: Command): Promise<Answer>;
  /** Ends it with a signal and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
};

type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string };

/** Starts a stand-in as a process of its own, which ends with the test. */
export async function standInProcess(
  t: Test,
  options: { readonly port?: number; readonly batches?: boolean } = {},
): Promise<StandInProcess> {
  const { port = 0, batches = true } = options;
  const words = [PROCESS, '--port', String(port), ...(batches ? [] : ['--without-batches'])];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill(signal);
    await ended;
  };
  t.teardown(() => end());
  const first = await lines.next();
  if (first.done === true) throw new Error('the stand-in ended before it listened');
  const waiting = new Map<number, (reply: Reply) => void>();
  void (async () => {
    for await (const line of { [Symbol.asyncIterator]: () => lines }) {
      const reply = JSON.parse(line) as Reply;
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    }
    for (const [id, answer] of waiting) answer({ id, error: 'the stand-in ended' });
  })();
  let ids = 0;
  const ask = async (command: Command): Promise<unknown> => {
    const id = (ids += 1);
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    child.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
    const { answer, error } = await reply;
    if (error !== undefined) throw new Error(error);
    return answer;
  };
  return {
    url: first.value,
    child,
    tell: <Answer>(command: Command) => ask(command) as Promise<Answer>,
    end,
  };
}
