import { COMMAND_EVENTS_MAX } from '../../../schemas/events/envelope.ts';

/**
 * What one append may have in all: with what a server adds to each event it stays below the 1 MiB
 * that EventStoreDB takes. No command alone has as much, in bytes or in events.
 */
const APPEND_BYTES_MAX = 896 * 1024;
const APPEND_EVENTS_MAX = 2 * COMMAND_EVENTS_MAX;

type Lines = { readonly lines: readonly string[]; readonly bytes: number };

/** Events in a row, gathered into appends that never split what one command made. */
export class Appends {
  #whole: string[] = [];
  #bytes = 0;
  #command: { readonly id: string; readonly lines: string[]; bytes: number } | undefined;

  /**
   * @param id that of the command which made the event
   * @returns what is to be appended before more is gathered, if anything
   */
  take(line: string, id: string): readonly string[] {
    let full: readonly string[] = [];
    if (this.#command?.id !== id) {
      full = this.#keep(this.#command);
      this.#command = { id, lines: [], bytes: 0 };
    }
    this.#command.lines.push(line);
    this.#command.bytes += Buffer.byteLength(line);
    return full;
  }

  /** What is left, at the end: first the appends that are full, then the last one. */
  rest(): (readonly string[])[] {
    const full = this.#keep(this.#command);
    this.#command = undefined;
    const last = this.#whole;
    this.#whole = [];
    this.#bytes = 0;
    return [full, last].filter((lines) => lines.length > 0);
  }

  #keep({ lines, bytes }: Lines = { lines: [], bytes: 0 }): readonly string[] {
    const fits =
      this.#bytes + bytes <= APPEND_BYTES_MAX &&
      this.#whole.length + lines.length <= APPEND_EVENTS_MAX;
    const full = fits ? [] : this.#whole;
    if (!fits) {
      this.#whole = [];
      this.#bytes = 0;
    }
    this.#whole.push(...lines);
    this.#bytes += bytes;
    return full;
  }
}
