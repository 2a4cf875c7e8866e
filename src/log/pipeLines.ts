import { Socket } from 'node:net';
import { WAITING_BYTES, type Lines, type LinesOptions } from './lines.ts';

/** A named pipe may find another reader: after this a broken one is tried again. */
const AGAIN_MS = 10_000;

/**
 * Lines into a pipe or a socket, such as that of journald. The event loop writes to it whenever it
 * can take something, so that no thread ever stands in a write.
 */
export class PipeLines implements Lines {
  readonly #fd: number;
  readonly #gap: LinesOptions['gap'];
  readonly #most_bytes: number;
  #socket: Socket | undefined;
  #brokenSince_ms = -Infinity;
  #lost = 0;
  #untold = 0;

  constructor(fd: number, { gap, most_bytes = WAITING_BYTES }: LinesOptions) {
    this.#fd = fd;
    this.#gap = gap;
    this.#most_bytes = most_bytes;
    // What is printed past this class must not wait either, so it is opened before the first line.
    this.#open();
  }

  get lost(): number {
    return this.#lost;
  }

  get isBusy(): boolean {
    return (this.#socket?.writableLength ?? 0) > 0;
  }

  write(text: string): void {
    const socket = this.#socket ?? this.#open();
    if (socket === undefined || socket.writableLength + text.length > this.#most_bytes) {
      return this.#lose();
    }
    const told = this.#untold;
    this.#untold = 0;
    socket.write(told === 0 ? text : this.#gap(told) + text, (error) => {
      if (!error) return;
      this.#untold += told;
      this.#lose();
    });
  }

  /** The event loop has written all that the reader took; the rest is lost with the process. */
  last(): boolean {
    return false;
  }

  #lose(): void {
    this.#lost += 1;
    this.#untold += 1;
  }

  /** The descriptor itself stays open where the socket on it fails. */
  #open(): Socket | undefined {
    if (performance.now() < this.#brokenSince_ms + AGAIN_MS) return undefined;
    const socket = new Socket({ fd: this.#fd, readable: false, writable: true });
    socket.on('error', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#brokenSince_ms = performance.now();
    });
    this.#socket = socket;
    return socket;
  }
}
