import type { Choices } from '../../scripts/demo/random.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Appended, Page } from '../../schemas/stream.ts';
import { encode } from '../../src/journal/encode.ts';
import { UnusableJournalError, type Journal } from '../../src/journal/journal.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import type { News } from './news.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import { same, type Trace } from './trace.ts';
import type { Weather } from './weather.ts';

/** What the journal is among: the time, the dice, and those who watch. */
export type Surroundings = {
  readonly scheduler: Scheduler;
  readonly choices: Choices;
  readonly trace: Trace;
  readonly weather: Weather;
  readonly clock_ms: (process: Process) => number;
  /** Told of every append as it is asked for. */
  readonly called: (process: Process) => void;
  /** Told of every append as it takes effect, also of one without events. */
  readonly effective: (call: Call, lines: readonly string[]) => void;
  /** Told of an event that is said to be malformed; whether anybody made it. */
  readonly malformed: (call: Call, index: number) => boolean;
  readonly end: (process: Process, why: string) => void;
  /** What each process has heard, where processes are told of what others write. */
  readonly news: News | undefined;
};

/** One append, as it was asked for. */
export type Call = {
  readonly number: number;
  readonly process: Process;
  readonly expectedRevision: number;
  readonly events: readonly StreamEvent[];
  readonly given: readonly string[];
  /** The clock of the process when it decided what it sends, here or the first time. */
  readonly clock_ms: number;
  /** How many commands the process had taken by then. */
  readonly taken: number;
};

/** What is on the disk: a line of a batch, and which of how many. */
type Frame = { readonly line: string; readonly index: number; readonly count: number };
type Reply = (appended: Appended, least_ms?: number, most_ms?: number) => void;

const WHY = 'the simulation wants it so';
const UNKNOWN = { outcome: 'unknown', why: WHY } as const;
const UNAVAILABLE = { outcome: 'unavailable', why: WHY } as const;

/**
 * A journal that several instances write to. What it acknowledged it keeps; whatever else a journal
 * may do, it does. It is seen only when it is durable, and a batch is there whole or not at all.
 */
export class SimulatedJournal {
  readonly #in: Surroundings;
  readonly #frames: Frame[] = [];
  #calls = 0;
  #downUntil_ms = 0;

  constructor(surroundings: Surroundings) {
    this.#in = surroundings;
  }

  get revision(): number {
    return this.#frames.length - 1;
  }

  get isDown(): boolean {
    return this.#in.scheduler.now_ms < this.#downUntil_ms;
  }

  /** The journal as one process sees it. */
  of(process: Process): Journal {
    const { news } = this.#in;
    news?.open(process, this.revision);
    return {
      ...(news && { watch: (watcher) => news.watch(process, watcher) }),
      append: (lines, expectedRevision) => this.#append(process, lines, expectedRevision),
      read: (fromRevision, limit) => this.#read(process, fromRevision, limit),
      pick: (revisions) => this.#pick(process, revisions),
      tile: (tile) => memoryJournal(this.#frames.map(({ line }) => line)).tile(tile),
      close: async () => undefined,
    };
  }

  #append(process: Process, given: readonly string[], expectedRevision: number): Promise<Appended> {
    const { scheduler, trace, clock_ms, called } = this.#in;
    const number = (this.#calls += 1);
    const events = given.map((line) => JSON.parse(line) as StreamEvent);
    const { again } = process;
    const now = { clock_ms: clock_ms(process), taken: process.taken };
    const { clock_ms: decided_ms, taken } = again ?? now;
    const call: Call = {
      ...{ number, process, expectedRevision, events, given },
      ...{ clock_ms: decided_ms, taken },
    };
    if (again !== undefined) {
      const before = [again.expectedRevision, again.given];
      same('what is sent after an unknown outcome', before, [expectedRevision, given]);
    }
    trace.note(
      `${process.name} append ${number}: ${events.length} events after ${expectedRevision}`,
    );
    called(process);
    return new Promise((resolve) => {
      const reply: Reply = (appended, least_ms = 0.1, most_ms = 3) => {
        const doubtful =
          appended.outcome === 'unavailable' && again !== undefined && events.length > 0;
        process.again = appended.outcome === 'unknown' || doubtful ? call : undefined;
        const answer = () => {
          trace.note(`${process.name} append ${number} is answered: ${appended.outcome}`);
          resolve(appended);
        };
        scheduler.after(scheduler.between(least_ms, most_ms), answer, process);
      };
      this.#befall(call, reply);
    });
  }

  /** What becomes of a call. */
  #befall(call: Call, reply: Reply): void {
    const { weather, choices } = this.#in;
    const { process } = call;
    const isDoubtful = process.again !== undefined;
    if (this.isDown) {
      return choices.chance(50) ? reply(UNAVAILABLE) : reply(UNKNOWN, 5, 1500);
    }
    if (weather.strikes('lostRequest')) return reply(UNKNOWN, 5, 1500);
    if (weather.strikes('lostReply')) {
      this.#later(call, 0.5, 10);
      return reply(UNKNOWN, 1, 1500);
    }
    if (weather.strikes('lateAppend')) {
      this.#later(call, 20, choices.pick([200, 20_000]));
      return reply(UNKNOWN, 10, 300);
    }
    if (weather.strikes('noReply')) {
      if (choices.chance(50)) this.#later(call, 0.5, 20_000);
      return this.#hang(process);
    }
    if (weather.strikes('unavailable')) return reply(UNAVAILABLE);
    // After an unknown outcome, wrong revision must mean that the append can no longer land.
    if (!isDoubtful && weather.strikes('falseConflict')) return reply({ outcome: 'conflict' });
    if (weather.strikes('broken')) {
      if (choices.chance(50)) this.#execute(call);
      process.mayBreak = true;
      return reply({ outcome: 'broken', why: WHY });
    }
    const index = choices.below(Math.max(1, call.events.length));
    if (!isDoubtful && weather.strikes('malformed') && this.#in.malformed(call, index)) {
      return reply({ outcome: 'malformed', index, why: WHY });
    }
    this.#befallDone(call, reply);
  }

  /** What becomes of a call that is carried out. */
  #befallDone(call: Call, reply: Reply): void {
    const { weather, choices, scheduler, end } = this.#in;
    const { process } = call;
    if (weather.strikes('tornWrite')) {
      scheduler.after(scheduler.between(0.5, 4), () => this.#tear(call));
      if (choices.chance(30)) return this.#hang(process);
      return reply(UNKNOWN, 5, 1500);
    }
    if (weather.strikes('crashBefore')) {
      if (choices.chance(50)) this.#later(call, 0.5, 3000);
      return end(process, 'after it sent an append');
    }
    const dies = weather.strikes('crashAfter');
    const most_ms = weather.strikes('slowAppend') ? choices.pick([60, 300, 6_000]) : 4;
    scheduler.after(scheduler.between(0.5, most_ms), () => {
      const appended = this.#execute(call);
      const { outcome } = appended;
      // Whoever hears of either can read it.
      if (outcome === 'written') this.#in.news?.has(process, this.revision);
      if (outcome === 'conflict') this.#in.news?.has(process, call.expectedRevision + 1);
      if (dies) end(process, 'before it heard of its append');
      else reply(appended);
    });
  }

  /** Somebody will look after it and start it anew. */
  #hang(process: Process): void {
    const { scheduler, end } = this.#in;
    process.stuck = true;
    const restart = () => end(process, 'because it hung');
    scheduler.after(scheduler.between(6_000, 20_000), restart, process);
  }

  #later(call: Call, least_ms: number, most_ms: number): void {
    const { scheduler } = this.#in;
    scheduler.after(scheduler.between(least_ms, most_ms), () => {
      if (this.isDown) this.#later(call, 100, 6000);
      else this.#execute(call);
    });
  }

  #execute(call: Call): Appended {
    const { trace, effective } = this.#in;
    if (call.expectedRevision !== this.revision) return { outcome: 'conflict' };
    const encoded = encode(call.given);
    if ('malformed' in encoded) return { outcome: 'malformed', ...encoded.malformed };
    const { lines } = encoded;
    this.#frames.push(...lines.map((line, index) => ({ line, index, count: lines.length })));
    trace.note(`append ${call.number} takes effect, and the stream ends at ${this.revision}`);
    effective(call, lines);
    if (lines.length > 0) this.#in.news?.announce(this.revision, call.process);
    return { outcome: 'written' };
  }

  /** The journal fails in the middle of a write, and comes back without half a batch. */
  #tear(call: Call): void {
    const { trace, scheduler, choices } = this.#in;
    this.#downUntil_ms = scheduler.now_ms + scheduler.between(50, 6_000);
    const encoded = encode(call.given);
    if (call.expectedRevision !== this.revision || 'malformed' in encoded) return;
    const count = encoded.lines.length;
    const written = choices.below(count + 1);
    trace.note(`append ${call.number} is torn after ${written} of ${count} lines`);
    if (written === count) {
      this.#execute(call);
      return;
    }
    const torn = encoded.lines.slice(0, written);
    this.#frames.push(...torn.map((line, index) => ({ line, index, count })));
    while ((this.#frames.at(-1)?.index ?? 0) + 1 < (this.#frames.at(-1)?.count ?? 0)) {
      this.#frames.pop();
    }
  }

  async *#read(process: Process, fromRevision: number, limit = Infinity): AsyncGenerator<Page> {
    const pageEvents = this.#in.choices.pick([2, 7, 1000]);
    const end = fromRevision + limit;
    for (let next = fromRevision; next < end;) {
      await this.#turn(process);
      const there = this.#in.news?.endOf(process) ?? this.revision;
      const frames = this.#frames.slice(next, Math.min(end, next + pageEvents, there + 1));
      if (frames.length === 0) return;
      yield { firstRevision: next, lines: frames.map(({ line }) => line) };
      next += frames.length;
    }
  }

  async *#pick(process: Process, revisions: readonly number[]): AsyncGenerator<string[]> {
    await this.#turn(process);
    yield revisions.map((revision) => this.#frames[revision]!.line);
  }

  /** Waits as long as one page takes. */
  async #turn(process: Process): Promise<void> {
    const { scheduler, weather } = this.#in;
    if (weather.strikes('stuckRead')) {
      this.#hang(process);
      await new Promise<never>(() => undefined);
    }
    const slow = weather.strikes('slowRead');
    await scheduler.wait(scheduler.between(0.1, slow ? 2_000 : 1), process);
    if (!weather.strikes('failedRead')) return;
    process.mayBreak = true;
    throw new UnusableJournalError('simulated', WHY);
  }
}
