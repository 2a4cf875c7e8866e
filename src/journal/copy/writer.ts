import type { Appended } from '../../../schemas/stream.ts';
import type { Journal } from '../journal.ts';
import { CopyError } from './fault.ts';
import { SideReader, told, type Side } from './reader.ts';

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** How often an append that is refused for now is tried: half a minute or so in all. */
const TRIES_MAX = 12;
/** How often it is looked for what an append that was not answered may have written. */
const LOOKS_MAX = 20;
const LOOK_MS = 250;

export type WriterOptions = {
  readonly target: Journal;
  readonly trouble: (why: string) => void;
  readonly wait: (time_ms: number) => Promise<void>;
};

/** Appends to a stream that nobody else writes to, each append until it is known to be there. */
export class Writer {
  readonly #options: WriterOptions;
  #size: number;

  constructor(options: WriterOptions, size: number) {
    this.#options = options;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  /** @throws CopyError */
  async append(lines: readonly string[]): Promise<void> {
    const { target, trouble, wait } = this.#options;
    let wait_ms = FIRST_WAIT_MS;
    let unanswered = false;
    for (let tries = 1; ; tries += 1) {
      const appended = await told('target', () => target.append(lines, this.#size - 1));
      const done =
        appended.outcome === 'written' ||
        (appended.outcome === 'conflict' && unanswered && (await this.#isThere(lines)));
      if (done) {
        this.#size += lines.length;
        return;
      }
      const why = this.#forNow(appended);
      unanswered ||= appended.outcome === 'unknown';
      // What may have been written yet is sent until it is known; there is no other way to know.
      if (appended.outcome === 'unavailable' && tries >= TRIES_MAX)
        throw unreachable('target', why);
      trouble(why);
      await wait(wait_ms);
      wait_ms = Math.min(LONGEST_WAIT_MS, wait_ms * 2);
    }
  }

  /** Why it is to be tried again. */
  #forNow(appended: Exclude<Appended, { outcome: 'written' }>): string {
    switch (appended.outcome) {
      case 'unknown':
      case 'unavailable':
        return appended.why;
      case 'conflict':
        throw new CopyError(
          'overtaken',
          `Somebody else writes to the target: it no longer ends at revision ${this.#size - 1}. ` +
            'Nothing of it was overwritten. Stop every service on it; then run this again, which ' +
            'compares what is there.',
          this.#size,
        );
      case 'malformed': {
        const revision = this.#size + appended.index;
        throw new CopyError(
          'unknown_event',
          `The event of the source at revision ${revision} is none that this version knows: ` +
            `${appended.why}. Everything before its command may be copied by now. Run this with ` +
            'the version that wrote it; it goes on where it was.',
          revision,
        );
      }
      case 'unsound':
      case 'broken':
        throw new CopyError(
          'broken',
          `The target cannot tell what it holds: ${appended.why}. Run this again; it compares ` +
            'what is there and goes on.',
        );
    }
  }

  /** Whether the stream goes on with these very events and ends with them. */
  async #isThere(lines: readonly string[]): Promise<boolean> {
    const { target, wait } = this.#options;
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const found = await new SideReader('target', target, this.#size).take(lines.length + 1);
      if (found.length > lines.length || found.some((line, index) => line !== lines[index])) {
        return false;
      }
      if (found.length === lines.length) return true;
      await wait(LOOK_MS);
    }
    return false;
  }
}

/**
 * Whether a stream still ends where it was read to, which an append of nothing tells.
 * @throws CopyError where it does not
 */
export async function requireEnd(
  side: Side,
  journal: Pick<Journal, 'append'>,
  size: number,
  { wait, trouble }: Pick<WriterOptions, 'wait' | 'trouble'>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const appended = await journal.append([], size - 1);
    if (appended.outcome === 'written') return;
    if (appended.outcome === 'conflict') {
      throw new CopyError(
        'overtaken',
        `Somebody else writes to the ${side}: it no longer ends at revision ${size - 1}. Stop ` +
          'every service on it, then run this again; it goes on where it was.',
        size,
      );
    }
    if (tries >= TRIES_MAX) throw unreachable(side, appended.why);
    trouble(appended.why);
    await wait(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
  }
}

function unreachable(side: Side, why: string): CopyError {
  return new CopyError(
    'unreachable',
    `The ${side} does not answer as it should: ${why}. What was copied is there; run this again ` +
      'once it does, and it goes on where it was.',
  );
}
