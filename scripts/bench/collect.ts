import { isMainThread } from 'node:worker_threads';

export type Memory = {
  /** What the system counts for the process, with what it has room for and does not use. */
  readonly residentBytes: number;
  /** What the thread that serves requests keeps: objects and typed arrays. */
  readonly keptBytes: number;
};

/**
 * Preloaded into a service that the bench measures the memory of: when it is asked, it collects
 * what is no longer used and says how much memory it has after that.
 */
if (isMainThread) {
  process.on('message', () => {
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    process.send?.({ residentBytes: rss, keptBytes: heapUsed + external } satisfies Memory);
  });
}
