import { UnwrittenError, type Appended, type Page } from '../../../schemas/stream.ts';
import { TILE_WIDTH, type Tile } from '../../proofs/tiles.ts';
import { DamagedJournalError, type Journal } from '../journal.ts';
import type { Time } from './time.ts';

/** What is taken within this time is written at once. */
const LATER_MS = 20;
/** After a failure it is tried again. */
const AGAIN_MS = 1_000;
const WAITING_EVENTS_MAX = 5_000;
const PAGE_EVENTS = 1_000;

/** The mirror could not take what it was given: it is full, or its thread failed. */
export class MirrorError extends UnwrittenError {
  override readonly name = 'MirrorError';
  /** Whether it will not take anything any more. */
  readonly broken: boolean;

  constructor({ outcome, why }: { readonly outcome: string; readonly why: string }) {
    super(`the mirror on this machine cannot be written: ${why}`);
    this.broken = outcome !== 'unavailable';
  }
}

export type WriteBehindOptions = {
  readonly journal: Journal;
  /** The last revision in the file; -1 where it has none. */
  readonly end: number;
  readonly time: Time;
  /** Told that the file cannot be written, at first and if it never can be; and that it can. */
  readonly told: (failure: MirrorError | undefined) => void;
};

/**
 * A journal that is written a moment later, for what is kept elsewhere too: what it has taken is
 * read from memory meanwhile, so that nobody waits for the disk.
 */
export class WriteBehind {
  readonly #journal: Journal;
  readonly #time: Time;
  readonly #told: WriteBehindOptions['told'];
  /** The revision of the first line that may not be in the file yet. */
  #first: number;
  #lines: string[] = [];
  #due: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #failure: MirrorError | undefined;

  constructor({ journal, end, time, told }: WriteBehindOptions) {
    this.#journal = journal;
    this.#first = end + 1;
    this.#time = time;
    this.#told = told;
  }

  /** The revision of the last line that was taken; -1 while there is none. */
  get end(): number {
    return this.#first + this.#lines.length - 1;
  }

  /** Why the file could not be written the last time; it is tried again, unless it is broken. */
  get failure(): MirrorError | undefined {
    return this.#failure;
  }

  /**
   * Resolves when more may be taken: at once, but where too much waits to be written.
   * @throws MirrorError where that cannot be written, or nothing ever can
   */
  async ready(): Promise<void> {
    if (this.#failure?.broken === true) throw this.#failure;
    if (this.#lines.length >= WAITING_EVENTS_MAX) await this.written();
  }

  /** Takes lines in a row, after the last. */
  take(lines: readonly string[]): void {
    this.#lines.push(...lines);
    this.#writeAfter(LATER_MS);
  }

  /**
   * Resolves once what was taken until now is in the file.
   * @throws MirrorError
   */
  async written(): Promise<void> {
    const { end } = this;
    while (this.#first <= end) {
      if (this.#failure !== undefined) throw this.#failure;
      await (this.#writing ??= this.#write());
    }
  }

  async *read(fromRevision: number, limit = Infinity): AsyncGenerator<Page> {
    // What is taken while this is read is not read as well: there might be no end of it.
    const end = Math.min(fromRevision + limit, this.end + 1);
    for (let next = fromRevision; next < end;) {
      const from = next;
      for await (const page of this.#from(next, end)) {
        next = page.firstRevision + page.lines.length;
        yield page;
      }
      if (next === from) return;
    }
  }

  async *pick(revisions: readonly number[]): AsyncGenerator<readonly string[]> {
    const count = revisions.findLastIndex((revision) => revision < this.#first) + 1;
    const lines = revisions.slice(count).map((revision) => this.#waiting(revision));
    if (count > 0) yield* this.#journal.pick(revisions.slice(0, count));
    if (lines.length > 0) yield lines;
  }

  async tile(tile: Tile): Promise<Uint8Array> {
    const { level, index, width } = tile;
    const size = (index * TILE_WIDTH + width) * TILE_WIDTH ** level;
    if (size > this.#first) await this.written();
    return this.#journal.tile(tile);
  }

  /** Lets go of the file, having written what can be. */
  async close(): Promise<void> {
    await this.written().catch(() => undefined);
    await this.#writing;
    this.#due?.();
    await this.#journal.close();
  }

  #from(next: number, end: number): AsyncIterable<Page> | Iterable<Page> {
    if (next < this.#first) return this.#journal.read(next, Math.min(end, this.#first) - next);
    const most = Math.min(PAGE_EVENTS, end - next);
    const lines = this.#lines.slice(next - this.#first, next - this.#first + most);
    return lines.length === 0 ? [] : [{ firstRevision: next, lines }];
  }

  #waiting(revision: number): string {
    const line = this.#lines[revision - this.#first];
    if (line === undefined) throw new DamagedJournalError(revision, 'no row is stored there');
    return line;
  }

  #writeAfter(after_ms: number): void {
    this.#due ??= this.#time.later(() => {
      this.#due = undefined;
      this.#writing ??= this.#write();
    }, after_ms);
  }

  async #write(): Promise<void> {
    this.#due?.();
    this.#due = undefined;
    const lines = this.#lines.slice();
    const appended = await this.#appended(lines);
    this.#writing = undefined;
    const before = this.#failure;
    if (appended.outcome !== 'written') {
      this.#failure = new MirrorError({ why: 'it is not as it was left', ...appended });
      if (before === undefined || this.#failure.broken) this.#told(this.#failure);
      if (!this.#failure.broken) this.#writeAfter(AGAIN_MS);
      return;
    }
    this.#failure = undefined;
    this.#lines = this.#lines.slice(lines.length);
    this.#first += lines.length;
    if (before !== undefined) this.#told(undefined);
    if (this.#lines.length > 0) this.#writeAfter(LATER_MS);
  }

  async #appended(lines: readonly string[]): Promise<Appended> {
    try {
      return await this.#journal.append(lines, this.#first - 1);
    } catch (error) {
      return { outcome: 'broken', why: (error as Error).message };
    }
  }
}
