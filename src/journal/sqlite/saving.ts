import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const SAVER = new URL('./saver.ts', import.meta.url);

/**
 * Puts what is only in the log of a file into the file itself, behind what is appended.
 * @param tooLong called where the log has grown long, to have the rest of it saved between appends
 */
export function saveBehind(file: string, tooLong: () => void): { stop(): Promise<void> } {
  const worker = new Worker(SAVER, { workerData: file });
  const exited = once(worker, 'exit').catch(() => undefined);
  // Without it the log grows, until the writing thread saves by itself.
  worker.on('error', () => undefined);
  worker.on('message', tooLong);
  worker.unref();
  return {
    async stop() {
      worker.postMessage('stop');
      await exited;
    },
  };
}
