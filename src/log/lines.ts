/**
 * Lines of text on their way out of the process. A reader that has gone, one that is stopped, or a
 * disk that is full costs lines and nothing else: nobody waits for one to be taken.
 */
export type Lines = {
  /** Takes a text that ends with a line's end; never throws, never waits. */
  write(text: string): void;
  /** How many texts are lost so far. */
  readonly lost: number;
  /** Whether some are still on their way. */
  readonly isBusy: boolean;
  /** The process ends: writes what can be written at once, and tells whether a write hangs. */
  last(): boolean;
};

export type LinesOptions = {
  /** Words for the reader once lines are taken again after some were lost. */
  readonly gap: (count: number) => string;
  /** How much may wait to be taken; what comes beyond is lost. */
  readonly most_bytes?: number;
};

/** A mebibyte: hours of a log, or a few seconds of one that a fault fills. */
export const WAITING_BYTES = 1024 * 1024;
