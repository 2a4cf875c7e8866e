import type { Page } from '../../../schemas/stream.ts';
import { DamagedJournalError, UnreadableEventError, type Journal } from '../journal.ts';
import { CopyError } from './fault.ts';

/** One side of a copy: which one it is, as people are told. */
export type Side = 'source' | 'target';

/** Reads a stream from a revision on, as many events at a time as are asked for. */
export class SideReader {
  readonly #side: Side;
  readonly #pages: AsyncIterator<Page>;
  #left: readonly string[] = [];
  #ended = false;

  constructor(side: Side, journal: Pick<Journal, 'read'>, fromRevision = 0) {
    this.#side = side;
    this.#pages = journal.read(fromRevision)[Symbol.asyncIterator]();
  }

  /**
   * The next events; fewer than asked for only at the end.
   * @throws CopyError where what is stored cannot be read
   */
  async take(count: number): Promise<readonly string[]> {
    const taken: string[] = [];
    for (;;) {
      const more = this.#left.slice(0, count - taken.length);
      taken.push(...more);
      this.#left = this.#left.slice(more.length);
      if (taken.length === count || !(await this.#next())) return taken;
    }
  }

  /** The next events, as many as come at once; none at the end. */
  async page(): Promise<readonly string[]> {
    if (this.#left.length === 0) await this.#next();
    const page = this.#left;
    this.#left = [];
    return page;
  }

  async #next(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await told(this.#side, () => this.#pages.next());
    this.#ended = next.done === true;
    this.#left = next.done === true ? [] : next.value.lines;
    return !this.#ended;
  }
}

/**
 * Does something with a journal and says of which side it is that cannot be read.
 * @throws CopyError
 */
export async function told<T>(side: Side, does: () => Promise<T>): Promise<T> {
  try {
    return await does();
  } catch (error) {
    const damaged = error instanceof DamagedJournalError || error instanceof UnreadableEventError;
    if (!damaged) throw error;
    const { message, revision } = error;
    throw new CopyError('damaged', `The ${side}: ${message}. Nothing more is copied.`, revision);
  }
}
