import { clockFault } from './clockFault.ts';
import type { Ledger } from './state.ts';

const TROUBLE_MS = 10_000;

export type Unsigned = {
  readonly now: () => string | undefined;
  /** The same, having tried again where there was something. */
  readonly again: () => Promise<string | undefined>;
};

export type StandstillOptions = {
  readonly ledger: Pick<Ledger, 'recordedAt_ms'>;
  readonly now_ms: () => number;
  /** Why that time is in doubt; nothing while it is not. */
  readonly doubt?: (() => string | undefined) | undefined;
  /** Why nothing was heard of a server for too long; nothing while all is well. */
  readonly silence: () => string | undefined;
  /** Why nothing can be signed, so that nothing is recorded until it can. */
  readonly unsigned?: Unsigned | undefined;
};

/** Why an instance takes no writes: for good, for now, or because it is about to end. */
export class Standstill {
  /** It has stopped, or must. */
  stopped: string | undefined;
  /** It serves what it has, and writes no more. */
  halted: string | undefined;
  /** It will stop soon; what comes until then is taken. */
  ending: string | undefined;
  readonly #options: StandstillOptions;
  #trouble = { why: '', until_ms: 0 };

  constructor(options: StandstillOptions) {
    this.#options = options;
  }

  /** Why nothing more is written for as long as the process lives. */
  get forGood(): string | undefined {
    return this.stopped ?? this.halted;
  }

  /** Why no batch is begun; nothing where one may be. */
  get now(): string | undefined {
    return this.forGood ?? clockFault(this.#options.ledger, this.#options);
  }

  /** Why nobody should be sent here to write, and be it that the last append failed. */
  get trouble(): string | undefined {
    const { ledger, now_ms, silence, unsigned } = this.#options;
    const { why, until_ms } = this.#trouble;
    const recent = until_ms > now_ms() ? why : undefined;
    const clock = clockFault(ledger, this.#options);
    return this.forGood ?? this.ending ?? recent ?? clock ?? unsigned?.now() ?? silence();
  }

  /** Remembers a failed append for a while, after which the next one is worth trying. */
  note(why: string): void {
    this.#trouble = { why, until_ms: this.#options.now_ms() + TROUBLE_MS };
  }

  /** The last append succeeded. */
  clear(): void {
    this.#trouble = { why: '', until_ms: 0 };
  }
}
