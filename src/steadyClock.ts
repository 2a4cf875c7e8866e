import { DAY_MS, instant, type Day } from '../schemas/time.ts';

/** A wall clock is put right by less than this, with nobody the worse for it. */
const STEP_MS = 5_000;
/** How long small steps add up to one. */
const ANCHORED_MS = 10 * 60_000;
/** A longer jump is believed by an operator alone. */
const BELIEVED_MS = DAY_MS;
/** Longer than a small scheme rests: a start so long after the last event wants a word. */
const IDLE_DAYS = 31;

/** The clocks of a machine, each in milliseconds. */
export type Clocks = {
  /** The time of day, which somebody may set. */
  readonly wall_ms: () => number;
  /** A clock that nobody sets; it may stand still while the machine sleeps. */
  readonly elapsed_ms: () => number;
  /** The same with the time asleep; slower to ask. */
  readonly sinceBoot_ms: () => number;
};

type Pair = { readonly wall_ms: number; readonly elapsed_ms: number; readonly boot_ms: number };

/**
 * The machine's time of day, as long as it can be believed. One that jumps ahead of what has really
 * passed is held back: what it shows is not recorded, since `recordedAt` never falls and nothing
 * could be written until that time has come. A jump is believed once the clock has stood so for as
 * long as it jumped, a day at the most: whichever of the two is wrong, that costs no more.
 */
export class SteadyClock {
  readonly #clocks: Clocks;
  readonly #accepted: Day | undefined;
  #anchor: Pair;
  #jump: { readonly ahead_ms: number; readonly since_ms: number } | undefined;
  /** The last event at the start, as long as the clock is too far ahead of it. */
  #last_ms: number | undefined;

  /** @param accepted the day on which an operator says that the clock is right, in UTC */
  constructor(clocks: Clocks, accepted?: Day) {
    this.#clocks = clocks;
    this.#accepted = accepted;
    this.#anchor = this.#pair();
  }

  /** The time, held back where the clock has jumped. */
  readonly now_ms = (): number => {
    const wall_ms = this.#clocks.wall_ms();
    const elapsed_ms = this.#clocks.elapsed_ms();
    const passed_ms = elapsed_ms - this.#anchor.elapsed_ms;
    let due_ms = this.#anchor.wall_ms + passed_ms;
    if (wall_ms - due_ms > STEP_MS) due_ms = this.#anchor.wall_ms + this.#awakeOrNot_ms(passed_ms);
    const ahead_ms = wall_ms - due_ms;
    if (ahead_ms <= STEP_MS) {
      if (ahead_ms < -STEP_MS || passed_ms > ANCHORED_MS) this.#anchor = this.#pair();
      this.#jump = undefined;
      return wall_ms;
    }
    if (Math.abs(ahead_ms - (this.#jump?.ahead_ms ?? 0)) > STEP_MS) {
      this.#jump = { ahead_ms, since_ms: elapsed_ms };
    }
    const stood_ms = elapsed_ms - this.#jump!.since_ms;
    if (ahead_ms > BELIEVED_MS || stood_ms < ahead_ms) return due_ms;
    this.#anchor = this.#pair();
    this.#jump = undefined;
    return wall_ms;
  };

  /** Why the time is in doubt, so that nothing may be recorded; nothing while it is not. */
  readonly doubt = (): string | undefined => {
    const now_ms = this.now_ms();
    if (this.#jump !== undefined) return jumped(this.#jump.ahead_ms);
    if (this.#last_ms === undefined) return undefined;
    const idle_ms = now_ms - this.#last_ms;
    if (idle_ms > IDLE_DAYS * DAY_MS) return tooLate(now_ms, idle_ms);
    this.#last_ms = undefined;
    return undefined;
  };

  /** Compares the clock with the last event, at a start, where nothing else is known of it. */
  startsAfter(recordedAt_ms: number): void {
    if (instant(this.now_ms()).slice(0, 'YYYY-MM-DD'.length) === this.#accepted) return;
    this.#last_ms = recordedAt_ms;
  }

  #awakeOrNot_ms(passed_ms: number): number {
    return Math.max(passed_ms, this.#clocks.sinceBoot_ms() - this.#anchor.boot_ms);
  }

  #pair(): Pair {
    const { wall_ms, elapsed_ms, sinceBoot_ms } = this.#clocks;
    return { wall_ms: wall_ms(), elapsed_ms: elapsed_ms(), boot_ms: sinceBoot_ms() };
  }
}

function jumped(ahead_ms: number): string {
  const steady = ahead_ms > BELIEVED_MS ? '' : ', or has stood so for as long';
  return (
    `its clock jumped ${span(ahead_ms)} ahead; it goes on once the clock is back${steady}; ` +
    'where the clock is right now, restart it'
  );
}

function tooLate(now_ms: number, idle_ms: number): string {
  const now = instant(now_ms);
  return (
    `its clock shows ${now}, ${span(idle_ms)} after the last event; set the clock, or, where it ` +
    `is right, restart it with ACCEPT_CLOCK=${now.slice(0, 'YYYY-MM-DD'.length)}`
  );
}

/** A length of time, as an operator reads it. */
function span(time_ms: number): string {
  return time_ms < 2 * DAY_MS
    ? `${Math.round(time_ms / 1000)} s`
    : `${Math.round(time_ms / DAY_MS)} days`;
}
