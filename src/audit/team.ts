import { Worker } from 'node:worker_threads';
import { examine, type Examined, type Task } from './examine.ts';

type Waiting = {
  readonly resolve: (examined: Examined) => void;
  readonly reject: (error: Error) => void;
};

/** Threads that examine lines, each its tasks in order; with none, the caller's does it. */
export class Team {
  readonly #workers: readonly { readonly worker: Worker; readonly waiting: Waiting[] }[];
  #next = 0;

  constructor(size: number) {
    this.#workers = Array.from({ length: size }, () => started());
  }

  /** How many tasks keep everyone busy. */
  get ahead(): number {
    return this.#workers.length * 2;
  }

  async examine(task: Task): Promise<Examined> {
    if (this.#workers.length === 0) return examine(task);
    const { worker, waiting } = this.#workers[this.#next]!;
    this.#next = (this.#next + 1) % this.#workers.length;
    const bytes = Uint8Array.from(task.bytes);
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage({ ...task, bytes }, [bytes.buffer]);
    });
  }

  async end(): Promise<void> {
    await Promise.all(this.#workers.map(({ worker }) => worker.terminate()));
  }
}

function started(): { readonly worker: Worker; readonly waiting: Waiting[] } {
  const worker = new Worker(new URL('./worker.ts', import.meta.url));
  const waiting: Waiting[] = [];
  worker.on('message', (examined: Examined) => waiting.shift()!.resolve(examined));
  worker.on('error', (error: Error) => {
    for (const { reject } of waiting.splice(0)) reject(error);
  });
  return { worker, waiting };
}
