import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Verdict } from './judging.ts';

const JUDGING = fileURLToPath(new URL('./judging.ts', import.meta.url));
/** Its memory is given back when it ends; a stream that needs more is for `timecredits check`. */
const MEMORY = '--max-old-space-size=1536';

export type BehindOptions = {
  /** The stream, which is only read. */
  readonly file: string;
  /** A file of breaches that somebody accepted. */
  readonly accepted?: string | undefined;
  /** How long whoever starts is left alone before it begins. */
  readonly after_ms: number;
  readonly told: (verdict: Verdict) => void;
};

/**
 * Judges a whole stream by every rule, in a process of its own, once and behind what goes on: what
 * is folded at a start is believed, and a stream that breaks a rule must not be written to unseen.
 */
export function judgeBehind({ file, accepted, after_ms, told }: BehindOptions): {
  stop(): Promise<void>;
} {
  let stop = async (): Promise<void> => undefined;
  const waiting = setTimeout(() => {
    // It needs none of the environment, in which keys may be.
    const words = accepted === undefined ? [file] : [file, accepted];
    const child = fork(JUDGING, words, { env: {}, execArgv: [MEMORY], stdio: 'ignore' });
    let verdict: Verdict | undefined;
    child.once('message', (said: Verdict) => (verdict = said));
    let isStopped = false;
    const closed = once(child, 'close').catch(() => undefined);
    void closed.then((end) => {
      if (isStopped) return;
      told(verdict ?? { failed: `the process that does it ended with ${String(end?.[1])}` });
    });
    stop = async () => {
      isStopped = true;
      child.kill('SIGKILL');
      await closed;
    };
  }, after_ms);
  waiting.unref();
  return {
    async stop() {
      clearTimeout(waiting);
      await stop();
    },
  };
}
