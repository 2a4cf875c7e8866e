import { FORMAT, type Recorded } from '../../schemas/events/index.ts';
import { UnreadableEventError } from '../../schemas/stream.ts';
import { evolve } from './evolve.ts';
import type { Ledger } from './state.ts';
import type { Stream } from './stream.ts';

/**
 * Whole commands alone, since their events are one fact: a copy of the stream that is still being
 * made may end in the middle of one, whose beginning is left for the next time.
 */
export async function* wholeCommands(
  pages: AsyncIterable<readonly Recorded[]>,
): AsyncGenerator<readonly Recorded[]> {
  let begun: readonly Recorded[] = [];
  for await (const page of pages) {
    const all = [...begun, ...page];
    const end = all.findLastIndex(({ event: { command } }) => command.index + 1 === command.count);
    begun = all.slice(end + 1);
    if (end >= 0) yield all.slice(0, end + 1);
  }
}

/** Takes in what others have written, each event once and in order. */
export class Follower {
  readonly #stream: Stream;
  readonly #ledger: Ledger;
  readonly #published: (recorded: readonly Recorded[]) => void;
  #toldOf = -1;

  constructor(stream: Stream, ledger: Ledger, published: (recorded: readonly Recorded[]) => void) {
    this.#stream = stream;
    this.#ledger = ledger;
    this.#published = published;
  }

  /** Remembers that events can be read up to a revision. */
  hear(revision: number): void {
    this.#toldOf = Math.max(this.#toldOf, revision);
  }

  /** Whether there is something to be read that is not taken in. */
  get hasNews(): boolean {
    return this.#toldOf > this.#ledger.revision;
  }

  /**
   * Reads to the end of the stream, or of the last command that is there as a whole.
   * @returns how many events were new
   * @throws UnreadableEventError, having taken in all before it; an error with words where what is
   *   there cannot be got at
   */
  async takeIn(): Promise<number> {
    const toldOf = this.#toldOf;
    const before = this.#ledger.revision;
    try {
      for await (const page of wholeCommands(this.#stream.read(before + 1))) this.#take(page);
    } catch (error) {
      if (error instanceof UnreadableEventError) throw error;
      const { message } = error as Error;
      throw new Error(`what others wrote cannot be read: ${message}`, { cause: error });
    }
    // What was told of and cannot be read is looked for when it is told of again.
    if (this.#toldOf === toldOf) this.#toldOf = this.#ledger.revision;
    return this.#ledger.revision - before;
  }

  #take(page: readonly Recorded[]): void {
    for (const [index, recorded] of page.entries()) {
      evolve(this.#ledger, recorded);
      const { format, revision } = this.#ledger;
      if (format <= FORMAT) continue;
      this.#published(page.slice(0, index + 1));
      throw new UnreadableEventError(revision, `the ledger has format ${format}`);
    }
    this.#published(page);
  }
}
