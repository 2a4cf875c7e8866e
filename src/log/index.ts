import { fstatSync } from 'node:fs';
import { Writable } from 'node:stream';
import { FileLines } from './fileLines.ts';
import type { Lines, LinesOptions } from './lines.ts';
import { PipeLines } from './pipeLines.ts';

const LOOK_MS = 20;

/** Lines to a descriptor that the process was started with: 1, its output, or 2, its log. */
export function linesTo(fd: 1 | 2, options: LinesOptions): Lines {
  const stat = fstatSync(fd);
  if (!stat.isFIFO() && !stat.isSocket()) return new FileLines(fd, options);
  return new PipeLines(fd, options);
}

/** Waits until all lines are taken, but no longer than the limit. */
export async function taken(all: readonly Lines[], limit_ms: number): Promise<void> {
  const until_ms = performance.now() + limit_ms;
  while (all.some(({ isBusy }) => isBusy) && performance.now() < until_ms) {
    await new Promise<void>((resolve) => void setTimeout(resolve, LOOK_MS));
  }
}

/**
 * Sends there whatever else prints, such as a worker, a dependency or the runtime's console: the
 * streams of Node wait, in the thread that serves, until somebody has read what they print.
 */
export function printsTo(name: 'stdout' | 'stderr', lines: Lines): void {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      lines.write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      done();
    },
  });
  Object.defineProperty(process, name, { value: stream, configurable: true });
}
