import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DamagedJournalError, UnusableJournalError } from '../errors.ts';
import type { Verdict } from './prover.ts';

const PROVER = fileURLToPath(new URL('./prover.ts', import.meta.url));

/** A proof that is under way. */
export type Proof = {
  /** How many events were compared with the tree; open for ever where it is stopped before. */
  readonly proved: Promise<number>;
  /** Breaks it off, at once. */
  stop(): Promise<void>;
};

/**
 * Compares the events of a file with its tree, behind what goes on meanwhile.
 * @param size how many of them
 * @param share of a processor that it takes, at most
 */
export function prove(file: string, size: number, share = 1): Proof {
  if (size === 0) return { proved: Promise.resolve(0), stop: async () => undefined };
  // It needs none of the environment, in which keys may be.
  const child = fork(PROVER, [file, String(size), String(share)], {
    env: {},
    execArgv: [],
    stdio: 'ignore',
  });
  const closed = once(child, 'close').catch(() => undefined);
  let stopped = false;
  const proved = new Promise<number>((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new UnusableJournalError(file, `its events could not be compared with its tree: ${why}`),
      );
    child.once('message', (verdict: Verdict) => {
      if ('proved' in verdict) return resolve(verdict.proved);
      if ('failed' in verdict) return fail(verdict.failed);
      reject(new DamagedJournalError(verdict.damaged.revision, verdict.damaged.why));
    });
    child.once('error', ({ message }) => fail(message));
    // Not when it exits: what it said last may come after that.
    child.once('close', (code, signal) => {
      if (!stopped) fail(`the process that does it ended with ${signal ?? code}`);
    });
  });
  // Whoever needs to know listens; nobody must.
  proved.catch(() => undefined);
  return {
    proved,
    async stop() {
      stopped = true;
      child.kill('SIGKILL');
      await closed;
    },
  };
}
