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
const BATCH_MIN = 64;
const BATCH_GROWTH = 1.5;
/** Who has written as lately lets those go first who have not. */
const SERVED_MS = 100;
const AFTER_OTHERS_MS = 6;
const SPREAD_MS = 4;
const FREE_LOSSES = 3;

/**
 * When an instance may decide, where others write to the stream too. Of those who append after the
 * same event the first wins, and that is the one who wrote it, since it need not hear of it first:
 * it would win again and again. So whoever has written gives way for a moment, those who have lost
 * go before those who have written lately, with fewer commands at once, and nobody appends while
 * the batches of another come faster than they can be answered. README.md says more.
 */
export class Turns {
  readonly #now_ms: () => number;
  readonly #dice: () => number;
  #losses = 0;
  #goAt_ms = 0;
  #passes = 0;
  #most = BATCH_MAX;
  #heardAt_ms = -Infinity;
  #wonAt_ms = -Infinity;
  #isWary = false;
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
    if (pause_ms <= 0 && this.#givingWaySince_ms !== undefined) this.#nobodyCame();
    return Math.max(0, pause_ms);
  }

  /** How many commands a batch may have: fewer after losses, for then it is decided sooner. */
  get most(): number {
    return this.#most;
  }

  /** Events of others were taken in. */
  heard(): void {
    const now_ms = this.#now_ms();
    const gap_ms = now_ms - this.#heardAt_ms;
    this.#heardAt_ms = now_ms;
    if (this.#givingWaySince_ms !== undefined) {
      const took_ms = AMPLE * (now_ms - this.#givingWaySince_ms);
      this.#yield_ms = bounded(Math.max(took_ms, FADING * this.#yield_ms));
      this.#turn_ms = 0;
    }
    this.#givingWaySince_ms = undefined;
    this.#turnSince_ms = undefined;
    this.#passes -= 1;
    // Just after it has heard is when an instance wins; any later, somebody's append is under way.
    this.#goAt_ms = now_ms + (this.#passes >= 0 ? YIELD_MAX_MS : this.#quiet_ms(gap_ms));
  }

  /** Events of this instance were written. */
  won(): void {
    const now_ms = this.#now_ms();
    const wasIdle = now_ms - this.#wonAt_ms > this.#yield_ms;
    if (wasIdle || this.#turnSince_ms === undefined) this.#turnSince_ms = now_ms;
    this.#wonAt_ms = now_ms;
    this.#losses = 0;
    this.#isWary = false;
    this.#passes = 0;
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
    this.#turn_ms = 0;
    this.#turnSince_ms = undefined;
    this.#givingWaySince_ms = undefined;
    if (this.#losses > 1) this.#most = Math.max(BATCH_MIN, Math.floor(this.#most / 2));
    const late = Math.max(0, this.#losses - FREE_LOSSES);
    // One who loses on and on cannot tell whether it was unlucky or hears too late: by turns.
    this.#isWary = late % 2 === 1;
    this.#passes = this.#isWary ? 0 : Math.floor(late * this.#dice());
    this.#goAt_ms = now_ms + WAIT_MAX_MS;
  }

  /** How long nothing must be heard from now on. */
  #quiet_ms(gap_ms: number): number {
    const isFast = gap_ms < FAST_MS || (this.#isWary && gap_ms < YIELD_MAX_MS / 2);
    if (isFast) return Math.max(QUIET_MS, AMPLE * gap_ms) + this.#random_ms();
    const isServed = this.#losses === 0 && this.#heardAt_ms - this.#wonAt_ms < SERVED_MS;
    return isServed ? AFTER_OTHERS_MS + this.#random_ms() : this.#dice();
  }

  #nobodyCame(): void {
    this.#givingWaySince_ms = undefined;
    this.#yield_ms = bounded(2 * this.#yield_ms);
    this.#turn_ms = Math.min(TURN_MAX_MS, Math.max(TURN_MS, TURN_GROWTH * this.#turn_ms));
  }

  #random_ms(): number {
    return SPREAD_MS * this.#dice();
  }
}

function bounded(yield_ms: number): number {
  return Math.min(YIELD_MAX_MS, Math.max(YIELD_MS, yield_ms));
}
