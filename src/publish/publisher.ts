import { unverifiedIn } from '../proofs/checkpoint.ts';
import type { Verifier } from '../proofs/note.ts';
import { consistencyProof, type ReadTile } from '../proofs/tiles.ts';
import type { Fetch } from './ask.ts';
import type { Publications } from './publications.ts';
import { publish, type Places, type Turn } from './publish.ts';

/** How soon a turn in which something failed is tried again, unless the next one comes before. */
const AGAIN_MS = 5 * 60_000;
/** How soon after a start the first turn is: one that starts again and again sends no mail. */
const FIRST_MS = 60_000;
/** How often a mailbox gets a mail, since nobody can ask it what it has. */
const MAIL_MS = 24 * 60 * 60_000;

const CONTRADICTED = 'somebody outside holds another history than this ledger shows';

type Log = {
  readonly info: (what: object, message: string) => void;
  readonly warn: (what: object, message: string) => void;
  readonly error: (what: object, message: string) => void;
};

export type PublisherOptions = {
  readonly places: Places;
  readonly every_ms: number;
  /** One over all that is durable by now; nothing where it cannot be made just now. */
  readonly checkpoint: () => Promise<{ readonly note: string } | undefined>;
  /** Keeps what witnesses added to it. */
  readonly keep: (note: string) => void;
  readonly keys: () => readonly Verifier[];
  readonly tile: ReadTile;
  readonly fetch: Fetch;
  /** A clock for durations, which nobody can set. */
  readonly elapsed_ms: () => number;
  /** Counts what comes of it. */
  readonly publications: Publications;
  readonly log: Log;
};

/** Publishes checkpoints while a service runs, apart from what it serves. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #ending = new AbortController();
  /** What was mailed to whom and when: a mailbox alone cannot be asked. */
  readonly #mailed = new Map<string, { readonly size: number; readonly at_ms: number }>();
  #next_ms: number;
  /** How many turns in a row left something to be tried again. */
  #failures = 0;
  #turn: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#next_ms = options.elapsed_ms() + Math.min(FIRST_MS, options.every_ms);
  }

  /** Begins a turn if it is time for one, and waits for nothing. */
  publishIfDue(): void {
    if (this.#turn !== undefined || this.#options.elapsed_ms() < this.#next_ms) return;
    this.#turn = this.#publish().finally(() => {
      this.#turn = undefined;
    });
  }

  /** Resolves when the turn that is under way is over. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  /** Ends a turn that is under way, and begins no other. */
  async close(): Promise<void> {
    this.#next_ms = Infinity;
    this.#ending.abort();
    await this.#turn;
  }

  async #publish(): Promise<void> {
    const { places, checkpoint, keep, keys, tile, fetch, publications } = this.#options;
    try {
      const made = await checkpoint();
      if (made === undefined) {
        this.#failures += 1;
        return;
      }
      const consistency = (from: number, to: number) => consistencyProof(tile, from, to);
      const published = { note: made.note, keys: keys(), consistency };
      const { size } = unverifiedIn(made.note);
      const destinations = places.destinations.filter((one) => this.#isDue(one, size));
      const signal = this.#ending.signal;
      const turn = await publish(published, { ...places, destinations }, { fetch, signal, keep });
      if (signal.aborted) return;
      this.#note(turn);
      this.#failures = publications.failing > 0 ? this.#failures + 1 : 0;
    } catch (error) {
      this.#failures += 1;
      this.#options.log.error({ err: error }, 'publishing checkpoints failed; it is tried again');
    } finally {
      this.#plan();
    }
  }

  /** What fails is tried again soon, then less and less often, as often as ever at the last. */
  #plan(): void {
    if (this.#ending.signal.aborted) return;
    const { every_ms, elapsed_ms } = this.#options;
    const again_ms = this.#failures === 0 ? every_ms : AGAIN_MS * 2 ** (this.#failures - 1);
    this.#next_ms = elapsed_ms() + Math.min(every_ms, again_ms);
  }

  #isDue({ kind, name }: Places['destinations'][number], size: number): boolean {
    const last = this.#mailed.get(name);
    if (kind !== 'mail' || last === undefined) return true;
    return size > last.size && this.#options.elapsed_ms() - last.at_ms >= MAIL_MS;
  }

  /** Counts what came of a turn; a failure is told when it begins, and once when it is over. */
  #note({ size, sent }: Turn): void {
    const { log, elapsed_ms, publications } = this.#options;
    for (const one of sent) {
      const { kind, name, outcome, why } = one;
      if (kind === 'mail' && why === undefined) {
        this.#mailed.set(name, { size, at_ms: elapsed_ms() });
      }
      const news = publications.take(one);
      const told = { kind, name, size, why };
      if (news === 'mended') log.info(told, 'checkpoints are published again');
      else if (news === undefined) continue;
      else if (outcome === 'contradicted') log.error(told, CONTRADICTED);
      else log.warn(told, 'a checkpoint was not published; it is tried again');
    }
  }
}
