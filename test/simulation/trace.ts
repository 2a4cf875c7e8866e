import { createHash } from 'node:crypto';

const KEPT = 25;

/** What is not as the model says it must be. */
export class Wrong extends Error {
  override readonly name = 'Wrong';

  constructor(what: string, expected: unknown, found: unknown) {
    super(`${what}\n  expected ${text(expected)}\n  found    ${text(found)}`);
  }
}

/** All that happens in a run, as a digest and, for whoever reads of a failure, its last lines. */
export class Trace {
  readonly last: string[] = [];
  readonly #hash = createHash('sha256');
  readonly #tell: ((line: string) => void) | undefined;

  constructor(tell?: (line: string) => void) {
    this.#tell = tell;
  }

  /** Something of no interest to whoever reads of a failure. */
  mark(line: string): void {
    this.#hash.update(`${line}\n`);
  }

  note(line: string): void {
    this.mark(line);
    this.last.push(line);
    if (this.last.length > KEPT) this.last.shift();
    this.#tell?.(line);
  }

  /** Ends the trace: the same run has the same digest. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}

/** Compares by value. @throws Wrong where they differ */
export function same(what: string, expected: unknown, found: unknown): void {
  if (text(expected) !== text(found)) throw new Wrong(what, expected, found);
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
