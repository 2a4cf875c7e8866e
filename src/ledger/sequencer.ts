import type { Command, NewCommand } from '../../schemas/commands.ts';
import type { Recorded } from '../../schemas/events/index.ts';
import { refuse } from '../../schemas/refusals.ts';
import { DamagedJournalError, UnreadableEventError, type Appended } from '../../schemas/stream.ts';
import { answerAll, notWriting, outcomeUnknown, refused } from './answers.ts';
import { isDue } from './due.ts';
import { Follower } from './follower.ts';
import type { Observer } from './observer.ts';
import { laneOf, Queue } from './queue.ts';
import { recallFor } from './recall.ts';
import { appendUntilKnown, type Surroundings } from './resending.ts';
import { Round, type Item, type Outcome } from './round.ts';
import { Standstill, type Unsigned } from './standstill.ts';
import type { Ledger } from './state.ts';
import type { Stream } from './stream.ts';
import { Taking } from './taking.ts';
import type { Timing } from './timing.ts';
import type { Turns } from './turns.ts';

export type SequencerOptions = {
  readonly stream: Stream;
  /** The state so far; from here on the sequencer alone changes it. */
  readonly ledger: Ledger;
  readonly now_ms: () => number;
  /** The random parts of what the system itself brings about. */
  readonly newCommand: () => NewCommand;
  /** Why that time is in doubt, so that nothing may be recorded; nothing while it is not. */
  readonly doubt?: (() => string | undefined) | undefined;
  /** Told of every event once it is durable, in order, before anybody is answered. */
  readonly published: (recorded: readonly Recorded[]) => void;
  /** Told once, when the journal can no longer be trusted and the process must end. */
  readonly broken: (why: string) => void;
  /** Told once, when an event is met that this code cannot read: no more is written or read. */
  readonly halted?: ((why: string) => void) | undefined;
  /** Told where what is stored is damaged or gone: no more is written. */
  readonly unsound?: ((why: string) => void) | undefined;
  /** Why nothing can be signed just now, so that nothing is recorded until it can. */
  readonly unsigned?: Unsigned | undefined;
  readonly timing: Timing;
  /** Where others write to the stream too: when this instance may. */
  readonly turns?: Turns | undefined;
  readonly observer?: Observer | undefined;
};

const DECISIONS_MAX = 10;
export const PATIENCE_MS = 5_000;

/**
 * The one writer of an instance. It takes all commands that wait, decides them one after another
 * on a draft, appends their events in one durable batch, and only then publishes the draft and
 * answers. While a batch is made durable the next one gathers.
 */
export class Sequencer {
  /** Whether other instances write to the stream too. */
  readonly isOneOfSeveral: boolean;
  readonly #options: SequencerOptions;
  readonly #follower: Follower;
  readonly #taking: Taking;
  readonly #surroundings: Surroundings;
  readonly #queue: Queue;
  #batch: readonly Item[] = [];
  /** More was due than one batch takes. */
  #isMoreDue = false;
  #running: Promise<void> | undefined;
  readonly #standstill: Standstill;

  constructor(options: SequencerOptions) {
    const { stream, timing, ledger, published, observer, turns } = options;
    this.#options = options;
    this.#standstill = new Standstill({ ...options, silence: () => stream.silence?.() });
    this.isOneOfSeveral = turns !== undefined;
    this.#queue = new Queue(timing);
    const follower = new Follower(stream, ledger, published);
    const hasNews = () => this.#hasNews;
    this.#follower = follower;
    this.#taking = new Taking({ stream, ledger, follower, timing, turns, hasNews });
    this.#surroundings = {
      ...{ stream, timing },
      note: (why) => this.#standstill.note(why),
      foundWritten: () => observer?.foundWritten(),
      isGivenUp: false,
    };
  }

  /** The published state: durable, and never seen half changed. */
  get ledger(): Readonly<Ledger> {
    return this.#options.ledger;
  }

  get #isWriting(): boolean {
    return this.#standstill.forGood === undefined;
  }

  get #hasNews(): boolean {
    return this.#isWriting && this.#follower.hasNews;
  }

  #isDue(): boolean {
    return this.#isWriting && isDue(this.ledger, this.#options.now_ms());
  }

  /** How many commands wait for the next batch. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Why writes are refused just now; nothing when all is well. */
  get trouble(): string | undefined {
    return this.#standstill.trouble;
  }

  /**
   * Decides a command and makes it durable.
   * @param preview decides it and writes nothing
   * @throws what `decide` threw: a bug, and this caller's alone
   */
  submit(command: Command, preview = false): Promise<Outcome> {
    const { forGood } = this.#standstill;
    if (forGood !== undefined) return Promise.resolve(notWriting(forGood));
    const lane = laneOf(this.ledger, command);
    if (this.#queue.isFull(lane)) return Promise.resolve(refused(refuse('busy')));
    return new Promise((resolve, reject) => {
      const since_ms = this.#options.now_ms();
      this.#queue.push({ command, preview, lane, since_ms, decisions: 0, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Brings about what is due, should no command come that would. */
  wake(): void {
    if (this.#running === undefined && this.#isDue()) this.#running = this.#run();
  }

  /** What others wrote can be read up to a revision: it is taken in before the next batch. */
  grown(revision: number): void {
    this.#follower.hear(revision);
    if (!this.#hasNews) return;
    this.#taking.heard();
    this.#running ??= this.#run();
  }

  /** The stream is not the one that was read, so that nothing here counts. */
  broken(why: string): void {
    this.#break(why);
  }

  /** What is stored is not sound: no more is written, for ever, while what is known is served. */
  halt(why: string): void {
    this.#standstill.halted ??= why;
    // What is being made durable is answered when it is known what became of it.
    answerAll(this.#queue.takeAll(), notWriting(why));
  }

  /** Answers those who have waited longer than `PATIENCE_MS`; what they asked may still land. */
  answerImpatient(): void {
    const limit_ms = this.#options.now_ms() - PATIENCE_MS;
    const all = [...this.#batch, ...this.#queue.all()];
    const impatient = all.filter(({ since_ms }) => since_ms < limit_ms);
    answerAll(impatient, outcomeUnknown(PATIENCE_MS));
  }

  /** Says that it stops soon, so that nobody is sent here; what comes all the same is taken. */
  announceStop(why: string): void {
    this.#standstill.ending = why;
  }

  /** Takes no more commands, and ends when those that are being made durable are answered. */
  async stop(why: string): Promise<void> {
    this.#standstill.stopped ??= why;
    await this.#running;
  }

  /** Answers all who wait, since the process must end; what is under way may still land. */
  giveUp(why: string): void {
    this.#standstill.stopped ??= why;
    this.#surroundings.isGivenUp = true;
    answerAll(this.#batch, outcomeUnknown(PATIENCE_MS));
    answerAll(this.#queue.takeAll(), notWriting(this.#standstill.stopped));
  }

  async #run(): Promise<void> {
    await new Promise<void>((resolve) => this.#options.timing.soon(resolve));
    do {
      try {
        if (this.#queue.length > 0) await this.#queue.gather();
        await this.#taking.turn(() => this.#queue.length > 0 && this.#isWriting);
        this.#batch = this.#queue.takeBatch(this.#options.turns?.most);
        this.#isMoreDue = false;
        if (this.#batch.length > 0 || this.#isDue()) await this.#settle(this.#batch);
      } catch (error) {
        if (error instanceof UnreadableEventError) this.#halt(error.message);
        else if (error instanceof DamagedJournalError) this.#unsound(error.message);
        else {
          for (const item of this.#batch) item.reject(error);
          this.#break(`the sequencer failed: ${(error as Error).message}`);
        }
      }
      this.#batch = [];
    } while (this.#queue.length > 0 || this.#hasNews || this.#isMoreDue);
    // In the same step as the last look at the queue, so that no command is left behind in it.
    this.#running = undefined;
  }

  /**
   * Decides a batch and appends it. Whoever is not done by then stands first in the queue again,
   * to be decided on newer state, beside those who have come meanwhile.
   */
  async #settle(batch: readonly Item[]): Promise<void> {
    const { observer, turns } = this.#options;
    const why = this.#standstill.now ?? (await this.#options.unsigned?.again());
    if (why !== undefined) return answerAll(batch, notWriting(why));
    const isTired = ({ decisions }: Item) => decisions >= DECISIONS_MAX;
    answerAll(batch.filter(isTired), refused(refuse('busy')));
    const items = batch.filter((item) => !isTired(item));
    if (items.length === 0 && !this.#isDue()) return;
    const round = await this.#decideAll(items);
    const { halted } = this.#standstill;
    if (halted !== undefined) return answerAll(items, notWriting(halted));
    const appended = await appendUntilKnown(this.#surroundings, round, this.ledger.revision);
    const decisions = Math.max(1, ...items.map((item) => item.decisions));
    observer?.settled(appended.outcome, round.items.size, round.events.length, decisions);
    const waiting = round.onlyDue ? items : [...round.items.keys()];
    switch (appended.outcome) {
      case 'written':
        this.#publish(round);
        if (round.events.length > 0) turns?.won();
        this.#isMoreDue = round.onlyDue;
        if (round.onlyDue) this.#queue.putBack(items);
        return;
      case 'conflict':
        this.#queue.putBack(waiting);
        turns?.lost();
        this.#follower.hear(this.ledger.revision + 1);
        return;
      case 'malformed':
        return this.#reject(appended, round, waiting);
      case 'unavailable':
        this.#standstill.note(appended.why);
        return answerAll(waiting, notWriting(appended.why));
      case 'unsound':
        return this.#unsound(appended.why);
      default:
        answerAll(waiting, outcomeUnknown(PATIENCE_MS));
        return this.#break(appended.why);
    }
  }

  /** Fails the one who made an event that is not what its schema says; the others go on. */
  #reject(
    { index, why: fault }: Extract<Appended, { outcome: 'malformed' }>,
    round: Round,
    waiting: readonly Item[],
  ): void {
    const why = `event ${index} is malformed: ${fault}`;
    const faulty = waiting.find((item) => round.made(item, index));
    if (faulty === undefined) throw new Error(`${why}; no caller made it`);
    faulty.reject(new Error(why));
    this.#queue.putBack(waiting.filter((item) => item !== faulty));
  }

  async #decideAll(items: readonly Item[]): Promise<Round> {
    const commands = items.map(({ command }) => command);
    const { ledger, stream, now_ms } = this.#options;
    const recalled = await recallFor(commands, ledger, stream, now_ms());
    const round = new Round(ledger, now_ms(), recalled);
    round.begin(this.#options.newCommand);
    if (round.onlyDue) return round;
    this.#queue.putBack(round.takeAll(items));
    return round;
  }

  #publish(round: Round): void {
    if (round.events.length > 0) {
      this.#standstill.clear();
      round.draft.publish();
      this.#options.published(round.recorded);
    }
    for (const [item, outcome] of round.items) item.resolve(outcome);
  }

  /** Takes no more writes, for ever, while what is known is served. */
  #halt(why: string): void {
    this.#standstill.halted = why;
    this.#options.halted?.(why);
    answerAll([...this.#batch, ...this.#queue.takeAll()], notWriting(why));
  }

  /** Damage came in the way of a batch, of which nobody can say what became. */
  #unsound(why: string): void {
    answerAll(this.#batch, outcomeUnknown(PATIENCE_MS));
    this.halt(why);
    this.#options.unsound?.(why);
  }

  #break(why: string): void {
    if (this.#standstill.stopped === undefined) this.#options.broken(why);
    this.#standstill.stopped = why;
    answerAll(this.#queue.takeAll(), notWriting(why));
  }
}
