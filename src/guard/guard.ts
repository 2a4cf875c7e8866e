import { DamagedJournalError, type Journal } from '../journal/journal.ts';
import type { Soundness } from './soundness.ts';

/** Files are looked at so often, and what is not looked at has had so long to be lost. */
const LOOK_MS = 1_000;
/** From the end of one proof of everything to the beginning of the next. */
const REST_MS = 10_000;

/** A proof of everything that came to its end, and found nothing. */
export type Proved = { readonly events: number; readonly at_ms: number };

export type GuardOptions = {
  readonly journal: Pick<Journal, 'proved' | 'prove' | 'gone'>;
  /** Why other files are no longer those that were opened; nothing while they are. */
  readonly othersGone?: () => string | undefined;
  readonly soundness: Soundness;
  readonly now_ms: () => number;
  /** A clock that nobody can set. */
  readonly elapsed_ms: () => number;
  /** Told why a proof could not be made, which says nothing against what is stored. */
  readonly unproved?: ((why: string) => void) | undefined;
};

/**
 * Looks after what is stored while a service runs: whether the files that are open are those that
 * are there, and, from beginning to end and over again, whether every event is the one that was
 * written.
 */
export class Guard {
  readonly #options: GuardOptions;
  #last: Proved | undefined;
  #isProving = true;
  #proveAt_ms = 0;
  #lookAt_ms = -Infinity;

  /** Waits for the proof that goes on behind the start. */
  constructor(options: GuardOptions) {
    this.#options = options;
    const { proved } = options.journal;
    if (proved === undefined) return;
    proved.then(
      (events) => this.#ended(events),
      // Whoever started the process ends it for that.
      () => undefined,
    );
  }

  /** The last proof of everything; nothing before the first has ended. */
  get proved(): Proved | undefined {
    return this.#last;
  }

  /** To be called several times a second. */
  tick(): void {
    const { journal, othersGone, soundness, elapsed_ms } = this.#options;
    const now_ms = elapsed_ms();
    if (now_ms - this.#lookAt_ms >= LOOK_MS) {
      this.#lookAt_ms = now_ms;
      const gone = journal.gone?.() ?? othersGone?.();
      if (gone !== undefined) soundness.found(gone);
    }
    if (this.#isProving || now_ms < this.#proveAt_ms || soundness.damage !== undefined) return;
    this.#isProving = true;
    void this.#prove();
  }

  async #prove(): Promise<void> {
    const { journal, soundness, unproved } = this.#options;
    try {
      this.#ended(await journal.prove!());
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof DamagedJournalError) return soundness.found(message);
      unproved?.(message);
      this.#rest();
    }
  }

  #ended(events: number): void {
    this.#last = { events, at_ms: this.#options.now_ms() };
    if (this.#options.journal.prove !== undefined) this.#rest();
  }

  #rest(): void {
    this.#isProving = false;
    this.#proveAt_ms = this.#options.elapsed_ms() + REST_MS;
  }
}
