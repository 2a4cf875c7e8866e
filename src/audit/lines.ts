import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Some lines in a row, the newline of each with them. */
export type Lines = {
  readonly firstRevision: number;
  readonly count: number;
  readonly bytes: Buffer;
};

/** Full tiles of the tree, so that each piece of work has whole ones. */
export const LINES = 16 * 256;
const PIECE_BYTES = 4 * 1024 * 1024;
/** No line of a ledger has as many; behind one that does not end before, nothing is read. */
export const LINE_BYTES_MAX = 64 * 1024;
/** Of so many lines the place of one is kept. */
const MARK_EVERY = 16;
const NEWLINE = 0x0a;

/**
 * The lines of an auditor's `events.ndjson`: read once from the beginning to the end, some at a
 * time; and single ones again, by their revision, of those that were read.
 */
export class EventsFile {
  readonly #file: string;
  /** Where the first of every few lines begins, and where the last one ends. */
  #marks = new Float64Array(1024);
  #marked = 0;
  #end = 0;
  #descriptor: number | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** A last line that does not end, or not soon, comes with the rest, without its newline. */
  async *read(): AsyncGenerator<Lines> {
    const handle = await open(this.#file);
    let [held, scanned, count, firstRevision] = [Buffer.alloc(0), 0, 0, 0];
    let base = 0;
    try {
      for (;;) {
        const room = Buffer.allocUnsafeSlow(held.length + PIECE_BYTES);
        room.set(held);
        const { bytesRead } = await handle.read(room, held.length, PIECE_BYTES);
        if (bytesRead === 0) break;
        held = room.subarray(0, held.length + bytesRead);
        let start = 0;
        for (;;) {
          const newline = held.indexOf(NEWLINE, scanned);
          if (newline === -1) break;
          this.#mark(firstRevision + count, base + scanned);
          scanned = newline + 1;
          count += 1;
          if (count < LINES) continue;
          this.#end = base + scanned;
          yield { firstRevision, count, bytes: held.subarray(start, scanned) };
          [start, firstRevision, count] = [scanned, firstRevision + count, 0];
        }
        base += start;
        held = held.subarray(start);
        scanned -= start;
        if (held.length - scanned > LINE_BYTES_MAX) break;
      }
    } finally {
      await handle.close();
    }
    if (held.length === 0) return;
    if (scanned < held.length) {
      this.#mark(firstRevision + count, base + scanned);
      count += 1;
    }
    this.#end = base + held.length;
    yield { firstRevision, count, bytes: held };
  }

  /** A line that was read before. */
  line(revision: number): string {
    this.#descriptor ??= openSync(this.#file, 'r');
    const mark = Math.floor(revision / MARK_EVERY);
    const from = this.#marks[mark]!;
    const to = mark + 1 < this.#marked ? this.#marks[mark + 1]! : this.#end;
    const bytes = Buffer.allocUnsafe(to - from);
    readSync(this.#descriptor, bytes, 0, bytes.length, from);
    return bytes.toString('utf8').split('\n')[revision % MARK_EVERY] ?? '';
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #mark(revision: number, offset: number): void {
    if (revision % MARK_EVERY !== 0) return;
    if (this.#marked === this.#marks.length) {
      const grown = new Float64Array(2 * this.#marks.length);
      grown.set(this.#marks);
      this.#marks = grown;
    }
    this.#marks[this.#marked] = offset;
    this.#marked += 1;
  }
}
