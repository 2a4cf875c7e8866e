import type { Timing } from '../ledger/timing.ts';

/** Everybody without a key, who share what one organisation has. */
export const NOBODY = 'nobody';

/** Requests of one asker that are answered at once, where no other organisation asks anything. */
const ALONE = 512;
/** The same while others do: few enough that theirs wait a few milliseconds and no longer. */
const AMONG_OTHERS = 24;
/** For those without a key, always. */
const WITHOUT_KEY = 12;
/** Requests with a long body or a long answer, which hold memory until they are answered. */
const LONG = 16;
/** Others count as asking until they have asked nothing for this long. */
const OTHERS_MS = 1_000;
const WAITING_MAX = 1_024;
export const PATIENCE_MS = 10_000;
const SWEEP_MS = 1_000;
/** An asker rests this many times as long as its last piece took, while others ask. */
const REST = 3;

type Waiter = { readonly since_ms: number; readonly go: () => void; readonly refuse: () => void };

/** The requests of one asker that are of a kind. */
class Line {
  underWay = 0;
  readonly waiting: Waiter[] = [];
}

class Asker {
  readonly short = new Line();
  readonly long = new Line();
  readonly pieces: (() => void)[] = [];
  /** It waits for a turn of the event loop, or rests after one. */
  isQueued = false;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * Shares out the thread that serves. Each organisation (or access without one, or all who have no
 * key) is an asker with lines of its own: who asks more than is answered at once waits behind its
 * own requests, not in front of others'. Nobody is refused before waiting, since who is refused at
 * once asks again at once. An asker that is alone has all.
 */
export class Shares {
  readonly #timing: Timing;
  readonly #askers = new Map<string, Asker>();
  /** The last organisation that asked, and the last one before that was another. */
  #last = { asker: '', at_ms: -Infinity };
  #before = { asker: '', at_ms: -Infinity };
  readonly #ready: Asker[] = [];
  #isGranting = false;
  #isSweeping = false;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  /**
   * Begins a request once it is its asker's turn. Whoever begins must say `left` when it is over.
   * @param refuse called instead, where too many wait already or it has waited too long
   */
  enter(asker: string, isLong: boolean, go: () => void, refuse: () => void): void {
    const now_ms = this.#timing.elapsed_ms();
    const one = this.#askerOf(asker);
    this.#note(asker, now_ms);
    const line = isLong ? one.long : one.short;
    if (line.underWay < this.#most(asker, isLong, now_ms)) {
      line.underWay += 1;
      return go();
    }
    if (line.waiting.length >= WAITING_MAX) return refuse();
    line.waiting.push({ since_ms: now_ms, go, refuse });
    this.#sweepLater();
  }

  /** A request that began is over, so that the next one may begin. */
  left(asker: string, isLong: boolean): void {
    const one = this.#askerOf(asker);
    const line = isLong ? one.long : one.short;
    line.underWay -= 1;
    if (line.waiting.length === 0) return;
    const most = this.#most(asker, isLong, this.#timing.elapsed_ms());
    while (line.underWay < most && line.waiting.length > 0) {
      line.underWay += 1;
      line.waiting.shift()!.go();
    }
  }

  /**
   * Ends when an asker may hold the thread for one more piece of work, some milliseconds long. One
   * piece is done in each turn of the event loop, of each asker in turn; between two of its own an
   * asker rests while others ask, so that a request of theirs meets one piece and not many.
   */
  piece(asker: string): Promise<void> {
    const one = this.#askerOf(asker);
    return new Promise((resolve) => {
      one.pieces.push(resolve);
      if (one.isQueued) return;
      one.isQueued = true;
      this.#ready.push(one);
      this.#grant();
    });
  }

  #grant(): void {
    if (this.#isGranting) return;
    const one = this.#ready.shift();
    if (one === undefined) return;
    this.#isGranting = true;
    const since_ms = this.#timing.elapsed_ms();
    one.pieces.shift()?.();
    this.#timing.soon(() => {
      const now_ms = this.#timing.elapsed_ms();
      this.#isGranting = false;
      if (this.#hasOthers(one.name, now_ms)) {
        this.#timing.later(() => this.#rested(one), (now_ms - since_ms) * REST);
      } else this.#rested(one);
      this.#grant();
    });
  }

  #rested(one: Asker): void {
    one.isQueued = one.pieces.length > 0;
    if (!one.isQueued) return;
    this.#ready.push(one);
    this.#grant();
  }

  #askerOf(asker: string): Asker {
    const known = this.#askers.get(asker);
    if (known !== undefined) return known;
    const one = new Asker(asker);
    this.#askers.set(asker, one);
    return one;
  }

  #note(asker: string, now_ms: number): void {
    if (asker === NOBODY) return;
    if (this.#last.asker !== asker) {
      this.#before = this.#last;
      this.#last = { asker, at_ms: now_ms };
    } else this.#last.at_ms = now_ms;
  }

  /** Whether an organisation other than an asker has asked something lately. */
  #hasOthers(asker: string, now_ms: number): boolean {
    const other = this.#last.asker === asker ? this.#before : this.#last;
    return now_ms - other.at_ms < OTHERS_MS;
  }

  #most(asker: string, isLong: boolean, now_ms: number): number {
    if (isLong) return LONG;
    if (asker === NOBODY) return WITHOUT_KEY;
    return this.#hasOthers(asker, now_ms) ? AMONG_OTHERS : ALONE;
  }

  #sweepLater(): void {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    this.#timing.later(() => this.#sweep(), SWEEP_MS);
  }

  /** Refuses those who have waited too long; who came first waits at the front. */
  #sweep(): void {
    this.#isSweeping = false;
    const limit_ms = this.#timing.elapsed_ms() - PATIENCE_MS;
    for (const { short, long } of this.#askers.values()) {
      for (const { waiting } of [short, long]) {
        while (waiting[0] !== undefined && waiting[0].since_ms <= limit_ms) {
          waiting.shift()!.refuse();
        }
        if (waiting.length > 0) this.#sweepLater();
      }
    }
  }
}
