import type { Command } from '../../schemas/commands.ts';
import { FORMAT, type Recorded } from '../../schemas/events/index.ts';
import type { CommandId } from '../../schemas/ids.ts';
import { refuse } from '../../schemas/refusals.ts';
import { answerAll, notWriting, refused } from './answers.ts';
import { isDue } from './due.ts';
import { evolve } from './evolve.ts';
import type { Observer } from './observer.ts';
import { recallFor } from './recall.ts';
import { appendUntilKnown } from './resending.ts';
import { Round, type Item, type Outcome } from './round.ts';
import type { Ledger } from './state.ts';
import type { Stream } from './stream.ts';
import type { Timing } from './timing.ts';

export type SequencerOptions = {
  readonly stream: Stream;
  /** The state so far; from here on the sequencer alone changes it. */
  readonly ledger: Ledger;
  readonly now_ms: () => number;
  /** A new id for what the system itself brings about. */
  readonly commandId: () => CommandId;
  /** Told of every event once it is durable, in order, before anybody is answered. */
  readonly published: (recorded: readonly Recorded[]) => void;
  /** Told once, when the journal can no longer be trusted and the process must end. */
  readonly broken: (why: string) => void;
  readonly timing: Timing;
  readonly observer?: Observer | undefined;
};

const QUEUE_MAX = 10_000;
const BATCH_COMMANDS_MAX = 512;
const BATCH_EVENTS_MAX = 2_000;
const QUIET_TURNS_MAX = 16;
const DECISIONS_MAX = 10;
export const PATIENCE_MS = 5_000;
const CLOCK_BEHIND_MS = 5_000;
const TROUBLE_MS = 10_000;

/**
 * The one writer of an instance. It takes all commands that wait, decides them one after another
 * on a draft, appends their events in one durable batch, and only then publishes the draft and
 * answers. While a batch is made durable the next one gathers.
 */
export class Sequencer {
  readonly #options: SequencerOptions;
  #queue: Item[] = [];
  #batch: readonly Item[] = [];
  #running: Promise<void> | undefined;
  #gathered = 0;
  #waiting: { readonly enough: number; readonly resolve: () => void } | undefined;
  #stopped: string | undefined;
  #trouble = { why: '', until_ms: 0 };

  constructor(options: SequencerOptions) {
    this.#options = options;
  }

  /** The published state: durable, and never seen half changed. */
  get ledger(): Readonly<Ledger> {
    return this.#options.ledger;
  }

  /** How many commands wait for the next batch. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Why writes are refused just now; nothing when all is well. */
  get trouble(): string | undefined {
    const { why, until_ms } = this.#trouble;
    const recent = until_ms > this.#options.now_ms() ? why : undefined;
    return this.#stopped ?? recent ?? this.#clockBehind();
  }

  /**
   * Decides a command and makes it durable.
   * @param preview decides it and writes nothing
   * @throws what `decide` threw: a bug, and this caller's alone
   */
  submit(command: Command, preview = false): Promise<Outcome> {
    if (this.#stopped !== undefined) return Promise.resolve(notWriting(this.#stopped));
    if (this.#queue.length >= QUEUE_MAX) return Promise.resolve(refused(refuse('busy')));
    return new Promise((resolve, reject) => {
      const since_ms = this.#options.now_ms();
      this.#queue.push({ command, preview, since_ms, resolve, reject });
      this.#running ??= this.#run();
      if (this.#queue.length >= (this.#waiting?.enough ?? Infinity)) this.#waiting!.resolve();
    });
  }

  /** Brings about what is due, should no command come that would. */
  wake(): void {
    if (this.#running !== undefined || this.#stopped !== undefined) return;
    if (isDue(this.ledger, this.#options.now_ms())) this.#running = this.#run();
  }

  /** Answers those who have waited longer than `PATIENCE_MS`; what they asked may still land. */
  answerImpatient(): void {
    const limit_ms = this.#options.now_ms() - PATIENCE_MS;
    const answer = refused(refuse('outcome_unknown', { seconds: PATIENCE_MS / 1000 }));
    for (const item of [...this.#batch, ...this.#queue]) {
      if (item.since_ms < limit_ms) item.resolve(answer);
    }
  }

  /** Takes no more commands, and ends when those that are being made durable are answered. */
  async stop(why: string): Promise<void> {
    this.#stopped ??= why;
    await this.#running;
  }

  async #run(): Promise<void> {
    await new Promise<void>((resolve) => this.#options.timing.soon(resolve));
    do {
      await this.#gather();
      this.#batch = this.#queue.splice(0, BATCH_COMMANDS_MAX);
      try {
        await this.#settle(this.#batch);
      } catch (bug) {
        for (const item of this.#batch) item.reject(bug);
        this.#break(`the sequencer failed: ${(bug as Error).message}`);
      }
      this.#batch = [];
    } while (this.#queue.length > 0);
    // In the same step as the last look at the queue, so that no command is left behind in it.
    this.#running = undefined;
  }

  /**
   * Lets in those whose requests are just being read, so that one fsync serves them too, but only
   * half of those who are about: while their events are made durable the other half is read, and
   * both threads have work. Ends when turns of the event loop no longer bring any.
   */
  async #gather(): Promise<void> {
    const about = this.#gathered + this.#queue.length;
    const enough = Math.min(Math.ceil(about / 2), BATCH_COMMANDS_MAX);
    let quiet = 0;
    while (this.#queue.length < enough && quiet < QUIET_TURNS_MAX) {
      const before = this.#queue.length;
      await new Promise<void>((resolve) => {
        this.#waiting = { enough, resolve };
        this.#options.timing.soon(resolve);
      });
      quiet = this.#queue.length > before ? 0 : quiet + 1;
    }
    this.#waiting = undefined;
    this.#gathered = Math.min(this.#queue.length, BATCH_COMMANDS_MAX);
  }

  /** Decides a batch until it is written or answered; again on newer state after a conflict. */
  async #settle(batch: readonly Item[]): Promise<void> {
    const { observer } = this.#options;
    const surroundings = {
      ...this.#options,
      note: (why: string) => this.#note(why),
      foundWritten: () => observer?.foundWritten(),
    };
    let items = batch;
    for (let decisions = 1; decisions === 1 || items.length > 0; decisions += 1) {
      const behind = this.#stopped ?? this.#clockBehind();
      if (behind !== undefined) return answerAll(items, notWriting(behind));
      if (decisions > DECISIONS_MAX) return answerAll(items, refused(refuse('busy')));
      const round = await this.#decideAll(items);
      const appended = await appendUntilKnown(surroundings, round, this.ledger.revision);
      observer?.settled(appended.outcome, round.items.size, round.events.length, decisions);
      const waiting = round.onlyDue ? items : [...round.items.keys()];
      switch (appended.outcome) {
        case 'written':
          this.#publish(round);
          if (!round.onlyDue) return;
          decisions = 0;
          break;
        case 'conflict':
          await this.#catchUp();
          items = waiting;
          break;
        case 'malformed': {
          const why = `event ${appended.index} is malformed: ${appended.why}`;
          const faulty = waiting.find((item) => round.made(item, appended.index));
          if (faulty === undefined) throw new Error(`${why}; no caller made it`);
          faulty.reject(new Error(why));
          items = waiting.filter((item) => item !== faulty);
          break;
        }
        case 'unavailable':
          this.#note(appended.why);
          return answerAll(waiting, notWriting(appended.why));
        default: {
          const unknown = refuse('outcome_unknown', { seconds: PATIENCE_MS / 1000 });
          answerAll(waiting, refused(unknown));
          return this.#break(appended.why);
        }
      }
    }
  }

  async #decideAll(items: readonly Item[]): Promise<Round> {
    const commands = items.map(({ command }) => command);
    const recalled = await recallFor(commands, this.ledger, this.#options.stream);
    const now_ms = this.#options.now_ms();
    const round = new Round(this.#options.ledger, now_ms, recalled);
    round.begin(this.#options.commandId);
    if (round.onlyDue) return round;
    for (const [index, item] of items.entries()) {
      if (round.events.length >= BATCH_EVENTS_MAX || !round.take(item)) {
        this.#queue.unshift(...items.slice(index));
        break;
      }
    }
    return round;
  }

  #publish(round: Round): void {
    if (round.events.length > 0) {
      this.#trouble = { why: '', until_ms: 0 };
      round.draft.publish();
      this.#options.published(round.recorded);
    }
    for (const [item, outcome] of round.items) item.resolve(outcome);
  }

  async #catchUp(): Promise<void> {
    for await (const page of this.#options.stream.read(this.ledger.revision + 1)) {
      for (const recorded of page) evolve(this.#options.ledger, recorded);
      this.#options.published(page);
    }
    const { format, revision } = this.ledger;
    if (format > FORMAT) throw new Error(`format ${format} at revision ${revision} is not known`);
  }

  #clockBehind(): string | undefined {
    const behind_ms = this.ledger.recordedAt_ms - this.#options.now_ms();
    if (behind_ms <= CLOCK_BEHIND_MS) return undefined;
    return `its clock is ${Math.round(behind_ms / 1000)} s behind the last event`;
  }

  /** Remembers a failed append for a while, after which the next one is worth trying. */
  #note(why: string): void {
    this.#trouble = { why, until_ms: this.#options.now_ms() + TROUBLE_MS };
  }

  #break(why: string): void {
    if (this.#stopped === undefined) this.#options.broken(why);
    this.#stopped = why;
    answerAll(this.#queue.splice(0), notWriting(why));
  }
}
