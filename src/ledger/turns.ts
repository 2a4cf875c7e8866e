import type { Timing } from './timing.ts';

/** A bound on any wait, so that ten decisions stay well within the patience of a caller. */
export const WAIT_MAX_MS = 350;
/** How long others are given: as long as they took the last times, to hear and to append. */
const YIELD_MS = 12;
const YIELD_MAX_MS = 60;
const AMPLE = 2;
const FADING = 0.9;
/** How long an instance writes without giving way, where nobody came the last times. */
const TURN_MS = 25;
const TURN_MAX_MS = 1_000;
const TURN_GROWTH = 4;
/** Batches that follow one another as fast can be overtaken by nobody who only hears of them. */
const FAST_MS = 5;
const QUIET_MS = 8;
const BATCH_MAX = 512;
const BATCH_MIN = 32;
const BATCH_GROWTH = 1.5;
/** Who has not written for so long need let nobody go first. */
const SERVED_MS = 200;
/** How long whoever is next is given: somewhat longer than the next took the last times. */
const SLOT_MS = 4;
const SLOT_MAX_MS = 60;
const SLOT_AMPLE = 1.5;
const SPREAD_MS = 4;
/** What is let pass after every second loss in a row: the batch that won, and the next. */
const PASSES = 2;
/** How long it may take until what is known to be there is heard. */
const HEARD_MAX_MS = 100;
/** No timer waits for less. */
const TIMER_MS = 1;

/**
 * When an instance may decide, where others write to the stream too. Of those who append after the
 * same event the first wins, and that is the one who wrote it, since it need not hear of it first:
 * it would win again and again. So whoever has written gives way, and the others go in the order
 * in which they wrote last, each of which knows its place from how many batches it let pass the
 * last time. README.md says more.
 */
export class Turns {
  readonly #now_ms: () => number;
  readonly #dice: () => number;
  #losses = 0;
  /** Batches of others that it lets pass still, having lost. */
  #passes = 0;
  #goAt_ms = 0;
  #most = BATCH_MAX;
  /** When the last batch of others was recorded, and when its beginning was heard, and its end. */
  #recordedAt_ms = -Infinity;
  #begunAt_ms = -Infinity;
  #heardAt_ms = -Infinity;
  /** How long after the batch before it that one began. */
  #gap_ms = Infinity;
  /** How long it was quiet between two batches. */
  #slot_ms = SLOT_MS;
  /** Batches of others since this instance wrote, and how many there were before its last. */
  #before = 0;
  #others = 1;
  /** Up to which revision there certainly are events. */
  #end = -1;
  #wonAt_ms = -Infinity;
  #turnSince_ms: number | undefined;
  #givingWaySince_ms: number | undefined;
  #turn_ms = TURN_MS;
  #yield_ms = YIELD_MAX_MS;

  /** @param dice a number from 0, below 1 */
  constructor({ elapsed_ms }: Pick<Timing, 'elapsed_ms'>, dice: () => number) {
    this.#now_ms = elapsed_ms;
    this.#dice = dice;
  }

  /** How long to wait still; less once something is heard. */
  pause_ms(): number {
    const pause_ms = this.#goAt_ms - this.#now_ms();
    if (pause_ms >= TIMER_MS) return pause_ms;
    if (this.#givingWaySince_ms !== undefined) this.#nobodyCame();
    return 0;
  }

  /** How many commands a batch may have: fewer after losses, for then it is decided sooner. */
  get most(): number {
    return this.#most;
  }

  /** Whether others have written since this instance has. */
  get areShared(): boolean {
    return this.#before > 0;
  }

  /** There are events up to a revision, which will be heard soon: before, nothing can be won. */
  endsAt(revision: number): void {
    this.#end = revision;
    this.#goAt_ms = this.#now_ms() + HEARD_MAX_MS;
  }

  /**
   * Events of others were taken in.
   * @param revision of the last of them
   * @param recordedAt_ms of the last of them: what is written at once has one time, and may yet be
   *   heard in pieces. Batches of several others that have the same time, as where the clock of one
   *   is ahead, are taken for one, which makes turns less fair
   */
  heard(revision: number, recordedAt_ms: number): void {
    const now_ms = this.#now_ms();
    if (recordedAt_ms !== this.#recordedAt_ms) this.#heardNew(now_ms);
    this.#recordedAt_ms = recordedAt_ms;
    this.#heardAt_ms = now_ms;
    this.#goAt_ms = now_ms + (revision < this.#end ? HEARD_MAX_MS : this.#quiet_ms());
  }

  /** Events of this instance were written. */
  won(): void {
    const now_ms = this.#now_ms();
    const since_ms = now_ms - this.#wonAt_ms;
    if (since_ms > this.#yield_ms || this.#turnSince_ms === undefined) this.#turnSince_ms = now_ms;
    this.#wonAt_ms = now_ms;
    this.#losses = 0;
    this.#passes = 0;
    // Not more than one at a time: whoever was passed over would let all pass from then on.
    if (since_ms >= SERVED_MS) this.#others = 1;
    else if (this.#before > 0) this.#others = Math.min(this.#before, this.#others + 1);
    this.#before = 0;
    this.#most = Math.min(BATCH_MAX, Math.ceil(BATCH_GROWTH * this.#most));
    if (now_ms - this.#turnSince_ms < this.#turn_ms) return;
    this.#turnSince_ms = undefined;
    this.#givingWaySince_ms = now_ms;
    this.#goAt_ms = now_ms + this.#yield_ms + this.#random_ms();
  }

  /** Another was before it: what that one wrote is worth waiting for. */
  lost(): void {
    const now_ms = this.#now_ms();
    this.#losses += 1;
    // Whoever loses hears of it later than the others do, and would begin later again and again.
    if (this.#losses % 2 === 0) this.#passes = PASSES;
    this.#turn_ms = 0;
    this.#turnSince_ms = undefined;
    this.#givingWaySince_ms = undefined;
    if (this.#losses > 1) this.#most = Math.max(BATCH_MIN, Math.floor(this.#most / 2));
    // What is heard next has waited for the answer, and says nothing of how long it was quiet.
    this.#heardAt_ms = NaN;
    this.#goAt_ms = now_ms + WAIT_MAX_MS;
  }

  #heardNew(now_ms: number): void {
    const quiet_ms = now_ms - this.#heardAt_ms;
    if (!Number.isNaN(quiet_ms)) {
      this.#slot_ms = bounded(Math.min(quiet_ms, this.#slot_ms / FADING), SLOT_MS, SLOT_MAX_MS);
    }
    this.#gap_ms = now_ms - this.#begunAt_ms;
    this.#begunAt_ms = now_ms;
    this.#before += 1;
    this.#passes = Math.max(0, this.#passes - 1);
    if (this.#givingWaySince_ms !== undefined) {
      const took_ms = AMPLE * (now_ms - this.#givingWaySince_ms);
      this.#yield_ms = yieldOf(Math.max(took_ms, FADING * this.#yield_ms));
    }
    this.#turn_ms = 0;
    this.#givingWaySince_ms = undefined;
    this.#turnSince_ms = undefined;
  }

  /** How long nothing must be heard from now on. */
  #quiet_ms(): number {
    const isServed = this.#begunAt_ms - this.#wonAt_ms < SERVED_MS;
    const place = this.#passes > 0 ? 1 : isServed ? this.#others - this.#before : -1;
    if (place > 0) return place * SLOT_AMPLE * this.#slot_ms + this.#random_ms();
    if (place === 0 || this.#gap_ms >= FAST_MS) return 0;
    return Math.max(QUIET_MS, AMPLE * this.#gap_ms) + this.#random_ms();
  }

  #nobodyCame(): void {
    this.#givingWaySince_ms = undefined;
    this.#yield_ms = yieldOf(2 * this.#yield_ms);
    this.#turn_ms = bounded(TURN_GROWTH * this.#turn_ms, TURN_MS, TURN_MAX_MS);
  }

  #random_ms(): number {
    return SPREAD_MS * this.#dice();
  }
}

function yieldOf(wait_ms: number): number {
  return bounded(wait_ms, YIELD_MS, YIELD_MAX_MS);
}

function bounded(wait_ms: number, least_ms: number, most_ms: number): number {
  return Math.min(most_ms, Math.max(least_ms, wait_ms));
}
