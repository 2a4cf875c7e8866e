import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Appended } from '../../../schemas/stream.ts';
import { DamagedJournalError, UnusableJournalError } from '../errors.ts';
import type { Asked, Opening, Ready, Request } from './writer.ts';

const WRITER = new URL('./writer.ts', import.meta.url);

type State = { dead?: string; answer?: (appended: Appended) => void };

/** The writing thread, as the thread that serves requests sees it: one append at a time. */
export class Writing {
  /** How many events there were when it was opened. */
  readonly size: number;
  readonly #worker: Worker;
  readonly #state: State;

  private constructor(worker: Worker, state: State, size: number) {
    this.#worker = worker;
    this.#state = state;
    this.size = size;
  }

  /** @throws UnusableJournalError, DamagedJournalError */
  static async start(workerData: Opening): Promise<Writing> {
    const worker = new Worker(WRITER, { workerData });
    const opened = Promise.withResolvers<Ready>();
    const state: State = {};
    worker.on('message', (message: Ready | Appended) => {
      if ('outcome' in message) state.answer?.(message);
      else opened.resolve(message);
    });
    worker.on('error', (error: Error) => {
      state.dead = `its writing thread failed: ${error.message}`;
      state.answer?.({ outcome: 'broken', why: state.dead });
      opened.reject(error);
    });
    const ready = await opened.promise;
    if ('size' in ready) return new Writing(worker, state, ready.size);
    await worker.terminate();
    if ('failed' in ready) throw new UnusableJournalError(workerData.file, ready.failed);
    throw new DamagedJournalError(ready.damaged.revision, ready.damaged.why);
  }

  append(request: Request): Promise<Appended> {
    const { dead } = this.#state;
    if (dead !== undefined) return Promise.resolve({ outcome: 'broken', why: dead });
    return new Promise((resolve) => {
      this.#state.answer = resolve;
      this.#worker.postMessage(request);
    });
  }

  /** Puts all that is only in the log into the file itself, as far as nobody reads it just now. */
  save(): void {
    this.#worker.postMessage('save' satisfies Asked);
  }

  /** Ends it, after what is being appended. */
  async close(): Promise<void> {
    if (this.#state.dead !== undefined) return;
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage('close' satisfies Asked);
    await exited;
  }
}
