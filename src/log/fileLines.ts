import { constants, openSync, write, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { WAITING_BYTES, type Lines, type LinesOptions } from './lines.ts';

/** How long a terminal that takes nothing just now is left alone. */
const AGAIN_MS = 50;
/** A write that takes longer than this when the process ends is not waited for. */
const HANGS_MS = 1_000;
const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * Lines into a file or a terminal. Another thread writes them, one at a time; what a full disk
 * does not take is lost, and the next line is tried all the same.
 */
export class FileLines implements Lines {
  readonly #fd: number;
  /** A terminal that could not be opened anew. */
  readonly #mayHang: boolean;
  readonly #gap: LinesOptions['gap'];
  readonly #most_bytes: number;
  #waiting: string[] = [];
  #waiting_bytes = 0;
  #rest: Buffer | undefined;
  #writingSince_ms: number | undefined;
  #again: NodeJS.Timeout | undefined;
  #lost = 0;
  #untold = 0;
  /** How many lost ones the text says that is being written. */
  #told = 0;

  constructor(fd: number, { gap, most_bytes = WAITING_BYTES }: LinesOptions) {
    this.#fd = isatty(fd) ? unblocked(fd) : fd;
    this.#mayHang = isatty(fd) && this.#fd === fd;
    this.#gap = gap;
    this.#most_bytes = most_bytes;
  }

  get lost(): number {
    return this.#lost;
  }

  get isBusy(): boolean {
    return this.#rest !== undefined || this.#waiting.length > 0;
  }

  write(text: string): void {
    if (this.#waiting_bytes + text.length > this.#most_bytes) return this.#lose();
    this.#waiting.push(text);
    this.#waiting_bytes += text.length;
    this.#next();
  }

  last(): boolean {
    clearTimeout(this.#again);
    const since_ms = this.#writingSince_ms;
    if (since_ms !== undefined && performance.now() > since_ms + HANGS_MS) return true;
    if (this.#mayHang) return since_ms !== undefined;
    try {
      if (since_ms === undefined && this.#rest !== undefined) writeSync(this.#fd, this.#rest);
      for (const text of this.#waiting) writeSync(this.#fd, text);
    } catch {
      // There is nowhere left to say it.
    }
    return false;
  }

  #lose(): void {
    this.#lost += 1;
    this.#untold += 1;
  }

  #next(): void {
    if (this.#writingSince_ms !== undefined || this.#again !== undefined) return;
    if (this.#rest === undefined) {
      const text = this.#waiting.shift();
      if (text === undefined) return;
      this.#waiting_bytes -= text.length;
      this.#told = this.#untold;
      this.#rest = Buffer.from(this.#told === 0 ? text : this.#gap(this.#told) + text);
    }
    const rest = this.#rest;
    this.#writingSince_ms = performance.now();
    write(this.#fd, rest, 0, rest.length, null, (error, count) => {
      this.#writingSince_ms = undefined;
      if (error?.code === 'EAGAIN') return this.#later();
      if (error) this.#lose();
      else if (count < rest.length) {
        this.#rest = rest.subarray(count);
        return this.#next();
      } else this.#untold -= this.#told;
      this.#rest = undefined;
      this.#next();
    });
  }

  #later(): void {
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#next();
    }, AGAIN_MS);
  }
}

/**
 * The same terminal, opened so that it refuses what it cannot take: one that is stopped (Ctrl-S)
 * would hold the thread that writes. The descriptor itself belongs to the shell as well.
 */
function unblocked(fd: number): number {
  for (const path of [`/proc/self/fd/${fd}`, '/dev/tty']) {
    try {
      return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    } catch {
      // Another user's terminal cannot be opened anew.
    }
  }
  return fd;
}
