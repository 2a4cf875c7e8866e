import type { Page } from '../../../schemas/stream.ts';
import { UnreadableEventError, type Journal } from '../journal.ts';
import { endOf, openReader } from '../sqlite/file.ts';
import { sqliteJournal } from '../sqlite/index.ts';
import type { Received } from './received.ts';
import type { Time } from './time.ts';
import { WriteBehind, type MirrorError } from './writeBehind.ts';

/** Where an event stands beyond which nothing can be read, and why. */
export type Wall = { readonly revision: number; readonly why: string };

/** Events that the server holds are not those that follow here. */
export class GapError extends Error {
  override readonly name = 'GapError';
}

/**
 * The stream as this instance knows it: an SQLite journal that always holds its beginning, each
 * event once and in order, taken from what was written here and what the server told. The file is
 * a moment behind; what it does not have when the process is killed is read from the server again.
 */
export class Mirror {
  readonly #stored: WriteBehind;
  readonly #time: Time;
  readonly #journal: Journal;
  #wall: Wall | undefined;
  #watcher: ((failure: MirrorError | undefined) => void) | undefined;
  readonly #waiting = new Set<{ readonly past: number; readonly reached: () => void }>();

  private constructor(journal: Journal, end: number, time: Time) {
    const told = (failure: MirrorError | undefined) => this.#watcher?.(failure);
    this.#stored = new WriteBehind({ journal, end, time, told });
    this.#time = time;
    this.#journal = journal;
  }

  /** @throws AlreadyRunningError, UnusableJournalError, DamagedJournalError */
  static async open(file: string, time: Time): Promise<Mirror> {
    const journal = await sqliteJournal(file, { mirror: true });
    const reader = openReader(file);
    const { revision } = endOf(reader);
    reader.close();
    return new Mirror(journal, revision, time);
  }

  /** The revision of the last event that it holds; -1 while it holds none. */
  get end(): number {
    return this.#stored.end;
  }

  /** What it met that is not an event of this ledger. */
  get wall(): Wall | undefined {
    return this.#wall;
  }

  /** Why its file cannot be written just now. */
  get failure(): MirrorError | undefined {
    return this.#stored.failure;
  }

  /** Tells a watcher that its file cannot be written, and that it can be again. */
  watch(watcher: (failure: MirrorError | undefined) => void): void {
    this.#watcher = watcher;
    if (this.failure !== undefined) watcher(this.failure);
  }

  /**
   * Takes lines in a row; those that it holds already are passed over.
   * @throws MirrorError, GapError
   */
  async take(firstRevision: number, lines: readonly string[]): Promise<void> {
    await this.#stored.ready();
    const held = this.end + 1 - firstRevision;
    if (held < 0) throw new GapError(`revision ${this.end + 1} is missing`);
    const fresh = lines.slice(held);
    if (fresh.length === 0) return;
    this.#stored.take(fresh);
    this.#tell();
  }

  /**
   * Takes what the server told, in a row, up to what is not an event of this ledger.
   * @throws MirrorError, GapError
   */
  async receive(events: readonly Received[]): Promise<void> {
    const [first] = events;
    if (first === undefined || this.#wall !== undefined) return;
    const lines: string[] = [];
    for (const [index, event] of events.entries()) {
      const revision = first.revision + index;
      if (event.revision !== revision) {
        throw new GapError(`after revision ${revision - 1} the server told ${event.revision}`);
      }
      if ('foreign' in event) {
        await this.take(first.revision, lines);
        this.#wall = { revision, why: event.foreign };
        this.#tell();
        return;
      }
      lines.push(event.line);
    }
    await this.take(first.revision, lines);
  }

  /** Whether it holds an event after a revision, or comes to its wall there, in some time. */
  grownPast(past: number, limit_ms: number): Promise<boolean> {
    if (this.#isPast(past)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiting = { past, reached: () => settle(true) };
      const cancel = this.#time.later(() => settle(false), limit_ms);
      const settle = (reached: boolean) => {
        cancel();
        this.#waiting.delete(waiting);
        resolve(reached);
      };
      this.#waiting.add(waiting);
    });
  }

  /** The lines at some revisions, in rising order. */
  async linesAt(revisions: readonly number[]): Promise<string[]> {
    const found: string[] = [];
    for await (const lines of this.#stored.pick(revisions)) found.push(...lines);
    return found;
  }

  /** @throws UnreadableEventError at its wall, after what stands before it */
  async *read(fromRevision: number, limit = Infinity): AsyncGenerator<Page> {
    let next = fromRevision;
    for await (const page of this.#stored.read(fromRevision, limit)) {
      next = page.firstRevision + page.lines.length;
      yield page;
    }
    const wall = this.#wall;
    if (wall?.revision === next && next < fromRevision + limit) {
      throw new UnreadableEventError(wall.revision, wall.why);
    }
  }

  readonly pick: Journal['pick'] = (revisions) => this.#stored.pick(revisions);
  readonly tile: Journal['tile'] = (tile) => this.#stored.tile(tile);

  /** Settles once what was in the file when it was opened is compared with its tree. */
  get proved(): Promise<number> {
    return this.#journal.proved!;
  }

  /** Compares what is in the file with its tree once more. */
  prove(): Promise<number> {
    return this.#journal.prove!();
  }

  /** Why its files are no longer those that were opened. */
  gone(): string | undefined {
    return this.#journal.gone!();
  }

  close(): Promise<void> {
    return this.#stored.close();
  }

  #isPast(revision: number): boolean {
    return this.end > revision || (this.#wall?.revision ?? Infinity) === revision + 1;
  }

  #tell(): void {
    for (const { past, reached } of [...this.#waiting]) if (this.#isPast(past)) reached();
  }
}
