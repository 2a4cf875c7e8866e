import { renameSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Journal } from '../journal/journal.ts';
import { codeHash } from './code.ts';
import type { Derived } from './derived.ts';
import { partOf, type Header } from './file.ts';
import { loaded } from './load.ts';
import type { Done, Task } from './task.ts';

/** A start replays no more events than a second takes, and saving costs a share of each event. */
const FEWEST_DUE = 100_000;
const SHARE_DUE = 10;
/** After a start, when the stream was folded anyway. */
const FEWEST_AT_START = 10_000;
/** Under load it is saved no more often: folding and writing take from what serves requests. */
const REST_MS = 60_000;
/** A proof that could not be made is tried again even where nothing more is recorded. */
const AGAIN_MS = 60 * 1000;

type Log = (facts: object, words: string) => void;

export type SavedStateOptions = {
  /** Where the state is saved, beside the stream. */
  readonly file: string;
  /** A secret of this ledger, with which it knows the file as its own. */
  readonly key: string;
  /** The SQLite file of the stream. */
  readonly journalFile: string;
  readonly logger: { readonly info: Log; readonly warn: Log; readonly error: Log };
  /** Told when what is served may be wrong: the process must end before it answers any more. */
  readonly inDoubt: (error: Error) => void;
  /** How many events a file lacks before it is written anew; tests ask for fewer. */
  readonly due?: (revision: number) => number;
  readonly dueAtStart?: number;
  /** How long nothing is saved after it was. */
  readonly rest_ms?: number;
  /** How long after a proof that could not be made it is tried again. */
  readonly again_ms?: number;
};

/** A service started with what the stream does not say; tells what that means and what to do. */
export class WrongStateError extends Error {
  override readonly name = 'WrongStateError';

  constructor(file: string, revision: number, wrong: readonly string[]) {
    super(
      'The saved state that this process started with is not what the stream makes of revision ' +
        `${revision} (${wrong.join(', ')}). What was answered and accepted since the start may ` +
        `be wrong. The file is put aside as ${file}.wrong; start again, and all is replayed. ` +
        'Then look at the disk and the memory, and at what was recorded since (timecredits check).',
    );
  }
}

/** What is derived from the stream, saved so that a start need not replay all of it. */
export class SavedState {
  readonly #options: SavedStateOptions;
  readonly #code = codeHash();
  #unproved: Header | undefined;
  /** The revision at which a worker was last asked for, or of the file; none before `begin`. */
  #asked = Infinity;
  #worker: Worker | undefined;
  #again: NodeJS.Timeout | undefined;
  #resting: NodeJS.Timeout | undefined;

  constructor(options: SavedStateOptions) {
    this.#options = options;
  }

  /** What was saved, where it fits the stream; what does not is thrown away. */
  async load(journal: Pick<Journal, 'read'>): Promise<Derived | undefined> {
    const { file, key, logger } = this.#options;
    discard(partOf(file));
    try {
      const saved = await loaded(file, this.#code, key, journal);
      if (saved === undefined) return undefined;
      this.#unproved = saved.header;
      const { revision } = saved.header;
      logger.info({ revision }, 'the saved state is used; behind, it is proved from the stream');
      return saved.derived;
    } catch (error) {
      const why = (error as Error).message;
      logger.warn({ file, why }, 'the saved state does not fit: all is replayed from the stream');
      discard(file);
      return undefined;
    }
  }

  /** Why nothing may be signed over so many events: what they were decided on is not proved. */
  unproved(size: number): string | undefined {
    const { revision } = this.#unproved ?? {};
    if (revision === undefined || size <= revision + 1) return undefined;
    return `the saved state of revision ${revision}, which this start took up, is not yet proved`;
  }

  /** Once, after a start: proves what was loaded, and saves where much was replayed. */
  begin(revision: number): void {
    const { dueAtStart = FEWEST_AT_START } = this.#options;
    const replayed = revision - (this.#unproved?.revision ?? -1);
    this.#asked = revision - replayed;
    if (this.#unproved !== undefined || replayed >= dueAtStart) this.#ask(revision, dueAtStart);
  }

  /** Saves again when there is enough that a start would have to replay. */
  saveIfDue(revision: number): void {
    if (this.#resting !== undefined) return;
    const { due = dueAt } = this.#options;
    const fewest = due(revision);
    if (revision - this.#asked >= fewest) this.#ask(revision, 1);
  }

  /** Ends what is under way, which leaves the file as it was. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    clearTimeout(this.#resting);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #ask(revision: number, fewest: number): void {
    if (this.#worker !== undefined) return;
    const { file, key, journalFile } = this.#options;
    const [code, unproved] = [this.#code, this.#unproved];
    const task: Task = { file, key, journalFile, code, unproved, fewest };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
    this.#asked = revision;
    this.#worker = worker;
    worker.unref();
    const over = () => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('exit', over);
    worker.on('error', (error: Error) => {
      over();
      this.#failed(error);
    });
    worker.on('message', (done: Done) => {
      over();
      this.#done(done);
    });
  }

  #done({ wrong, saved, unsaved }: Done): void {
    const { file, logger } = this.#options;
    if (this.#unproved !== undefined) {
      if (wrong.length > 0) return this.#wrong(this.#unproved, wrong);
      logger.info({ revision: this.#unproved.revision }, 'the saved state is proved');
      this.#unproved = undefined;
    }
    if (saved !== undefined) {
      logger.info({ file, ...saved }, 'the state is saved');
      this.#rest();
    }
    if (unsaved !== undefined) this.#unsaved(unsaved);
  }

  #rest(): void {
    const { rest_ms = REST_MS } = this.#options;
    const over = () => (this.#resting = undefined);
    this.#resting = setTimeout(over, rest_ms).unref();
  }

  #failed(error: Error): void {
    const { inDoubt, logger, dueAtStart = FEWEST_AT_START, again_ms = AGAIN_MS } = this.#options;
    if (error.name === 'DamagedJournalError') return inDoubt(error);
    if (this.#unproved === undefined) return this.#unsaved(error.message);
    logger.error({ why: error.message }, 'the saved state could not be proved: it is tried again');
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#ask(this.#asked, dueAtStart), again_ms).unref();
  }

  #unsaved(why: string): void {
    this.#options.logger.error({ why }, 'the state could not be saved: it is tried again');
  }

  /** Puts the file aside, so that the next start does without it. */
  #wrong({ revision }: Header, wrong: readonly string[]): void {
    const { file, inDoubt } = this.#options;
    try {
      renameSync(file, `${file}.wrong`);
    } catch {
      discard(file);
    }
    inDoubt(new WrongStateError(file, revision, wrong));
  }
}

/** What cannot be thrown away is not used either. */
function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}

function dueAt(revision: number): number {
  return Math.max(FEWEST_DUE, revision / SHARE_DUE);
}
