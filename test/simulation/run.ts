import { choicesFrom, type Choices } from '../../scripts/demo/random.ts';
import type { Command } from '../../schemas/commands.ts';
import { FORMAT } from '../../schemas/events/index.ts';
import { makeKey } from '../../schemas/keys.ts';
import type { CommandId } from '../../schemas/ids.ts';
import { openService } from '../../src/service.ts';
import { Resolver, type Draw } from '../support/draws.ts';
import { opening } from '../support/modelOpening.ts';
import { idOf, seeded } from '../support/names.ts';
import { testCheckpoints } from '../support/service.ts';
import { Client, idsFrom } from './client.ts';
import { SimulatedJournal } from './journal.ts';
import { Judge } from './judge.ts';
import { News } from './news.ts';
import { newProcess, type Process } from './process.ts';
import { readAll, readBalances, readHeld, readOne } from './readers.ts';
import { Scheduler } from './scheduler.ts';
import { Trace, Wrong } from './trace.ts';
import { Weather } from './weather.ts';

const STARTS = ['2026-03-27T10:00:00Z', '2026-10-23T21:50:00Z', '2026-12-29T20:00:00Z'];
const HOUR_MS = 3_600_000;
const LEAPS_MS = [0, 0, 1_000, 20_000, HOUR_MS / 4, HOUR_MS * 5, HOUR_MS * 23];
const SKEWS_MS = [0, 0, 0, 0, -40, 300, 2_000, -2_500, -6_000];
const READ_PERCENT = 25;
const HEARD_PERCENT = 70;
const TICK_MS = 250;
const ADMIN_KEY = makeKey(new Uint8Array(10).fill(1), new Uint8Array(32).fill(2));

export type Settings = {
  readonly seed: number;
  /** How many wishes the clients have. */
  readonly steps: number;
  readonly tell?: (line: string) => void;
};

/** What a run came to. */
export type Told = {
  readonly digest: string;
  readonly events: number;
  /** How often each thing happened: answers, commands that were accepted, faults. */
  readonly counts: ReadonlyMap<string, number>;
};

/**
 * Some instances over one journal, and the clients that write to them, on a simulated time: phases
 * of work in all weathers, and between them everything is looked at and hours go by.
 */
export class Run {
  readonly choices: Choices;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly weather: Weather;
  readonly judge = new Judge();
  isEnding = false;
  step = 0;
  readonly #settings: Settings;
  readonly #counts = new Map<string, number>();
  readonly #journal: SimulatedJournal;
  /** Nothing, where processes learn of one another only by their appends. */
  readonly #news: News | undefined;
  readonly #resolver = new Resolver(this.judge.books);
  readonly #seats: Process[] = [];
  readonly #shown: ReturnType<typeof testCheckpoints>[] = [];
  readonly #clients: Client[];
  readonly #ids = idsFrom();
  #starts = 0;
  #wall_ms: number;
  #phaseEnds = 0;
  /** The weather is calm, and what went wrong before is over. */
  #isCalm = true;
  #wrong: unknown;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.choices = choicesFrom(settings.seed);
    this.scheduler = new Scheduler(this.choices);
    this.trace = new Trace(settings.tell);
    this.weather = new Weather(this.choices);
    this.#wall_ms = Date.parse(this.choices.pick(STARTS));
    const { scheduler, choices, weather } = this;
    this.#news = choices.chance(HEARD_PERCENT) ? new News(scheduler, choices, weather) : undefined;
    this.#journal = new SimulatedJournal({
      news: this.#news,
      ...{ scheduler, choices, weather, trace: this.trace },
      clock_ms: (process) => this.#clock_ms(process),
      called: (process) => this.#readSoon(process),
      effective: (call, lines) => this.judge.effective(call, lines),
      malformed: (call, index) => this.judge.malformed(call, index),
      end: (process, why) => this.#end(process, why),
    });
    const clients = 2 + this.choices.below(4);
    this.#clients = Array.from({ length: clients }, (_, index) => new Client(`c${index}`, this));
  }

  async go(): Promise<Told> {
    const instances = this.choices.pick([1, 1, 2, 2, 3]);
    for (let seat = 0; seat < instances; seat += 1) this.#start(seat);
    await this.#until(() => this.#isServing());
    await this.#prologue();
    while (this.step < this.#settings.steps) await this.#phase();
    await this.#finish();
    for (const [name, count] of this.weather.struck) this.#counts.set(name, count);
    const counts = this.#counts;
    return { digest: this.trace.digest(), events: this.judge.fold.lines.length, counts };
  }

  processes(): readonly Process[] {
    return this.#seats;
  }

  resolve(draw: Draw): Command {
    const now_ms = this.#wall_ms + Math.floor(this.scheduler.now_ms);
    return this.#resolver.resolve(draw, now_ms, Object.keys(this.judge.books.cards));
  }

  nextId(first: CommandId): CommandId {
    return this.#ids(first);
  }

  /** Whether there is another wish to be had before the phase ends. */
  takeStep(): boolean {
    if (this.step >= this.#phaseEnds) return false;
    this.step += 1;
    this.trace.note(`step ${this.step}`);
    return true;
  }

  /** A request arrives at a process; nobody is there if it has ended meanwhile. */
  submit(
    process: Process,
    command: Command,
    preview: boolean,
    back: (answer: string) => void,
  ): void {
    const { service } = process;
    const paused_ms = process.pausedTo_ms - this.scheduler.now_ms;
    if (process.alive && paused_ms > 0) {
      const arrive = () => this.submit(process, command, preview, back);
      return this.scheduler.after(paused_ms, arrive);
    }
    if (!process.alive || service === undefined) return back('no such process');
    const attempt = this.judge.taken(process, command, preview);
    const { type } = command.ask;
    this.trace.note(`${process.name} takes ${attempt.place}: ${type}${preview ? ' preview' : ''}`);
    this.#tick(process);
    service.sequencer.submit(command, preview).then(
      (outcome) =>
        this.#guarded(() => {
          if (!process.alive) return;
          const code = this.judge.answered(attempt, outcome);
          this.trace.note(`${process.name} answers ${attempt.place}: ${code}`);
          this.#count(code);
          if (code === 'accepted') this.#count(type);
          this.#demandCalm(process, code);
          back(code);
        }),
      (bug: unknown) =>
        this.#guarded(() => {
          if (!process.alive) return;
          this.judge.failed(attempt, bug as Error);
          this.trace.note(`${process.name} fails ${attempt.place}: ${(bug as Error).message}`);
          back('failed');
        }),
    );
  }

  /** In calm weather whoever asks is told. */
  #demandCalm(process: Process, code: string): void {
    if (!this.#isCalm || !['outcome_unknown', 'busy', 'not_writing'].includes(code)) return;
    if (code === 'not_writing' && this.judge.isBehind(this.#clock_ms(process))) return;
    throw new Wrong(`the answer of ${process.name} in calm weather`, 'a decision', code);
  }

  #clock_ms({ skew_ms }: Process): number {
    return this.#wall_ms + Math.floor(this.scheduler.now_ms) + skew_ms;
  }

  /** What each seat has shown of the ledger outlives its processes, as its disk does. */
  #checkpoints(seat: number): ReturnType<typeof testCheckpoints> {
    return (this.#shown[seat] ??= testCheckpoints());
  }

  #start(seat: number): void {
    const { choices, scheduler, trace } = this;
    const name = `i${seat}.${(this.#starts += 1)}`;
    const process = newProcess(name, choices.pick(SKEWS_MS));
    this.#seats[seat] = process;
    const ask = opening(FORMAT)[0]!(this.judge.books);
    if (ask.type !== 'OpenLedger') throw new TypeError('a ledger begins with its opening');
    const { network, timeZone, rules } = ask;
    trace.note(`${name} starts, its clock off by ${process.skew_ms} ms`);
    const acknowledged = this.judge.fold.revision;
    const opened = openService({
      journal: this.#journal.of(process),
      checkpoints: this.#checkpoints(seat),
      opening: { network, timeZone, rules },
      bootstrapAdminKey: ADMIN_KEY,
      now_ms: () => this.#clock_ms(process),
      random: (bytes) => Uint8Array.from({ length: bytes }, () => choices.below(256)),
      cardHmac: () => {
        throw new Error('no card is read here');
      },
      broken: (why) => this.#guarded(() => this.#broken(process, why)),
      timing: scheduler.timing(process),
    });
    opened.then(
      (service) =>
        this.#guarded(() => {
          if (!process.alive) return;
          process.service = service;
          trace.note(`${name} serves from ${service.sequencer.ledger.revision}`);
          if (service.sequencer.ledger.revision < acknowledged) {
            const { revision } = service.sequencer.ledger;
            throw new Wrong(`the revision that ${name} starts from`, acknowledged, revision);
          }
          readBalances(this.judge.fold, service);
        }),
      (error: unknown) => this.#guarded(() => this.#notStarted(process, error as Error)),
    );
  }

  #notStarted(process: Process, error: Error): void {
    if (!process.mayBreak) throw error;
    this.#end(process, error.message);
  }

  #broken(process: Process, why: string): void {
    if (!process.mayBreak) throw new Wrong('a process whose journal is well', 'goes on', why);
    process.stuck = true;
    const end = () => this.#end(process, 'as its journal is broken');
    this.scheduler.after(this.scheduler.between(0, 20), end, process);
  }

  /** A process ends in the middle of whatever it does, and another is started in its place. */
  #end(process: Process, why: string): void {
    if (!process.alive) return;
    process.alive = false;
    this.trace.note(`${process.name} ends ${why}`);
    const seat = this.#seats.indexOf(process);
    this.scheduler.after(this.scheduler.between(1, 3_000), () => this.#start(seat));
  }

  /** What a process does four times a second, as long as anybody waits. */
  #tick(process: Process): void {
    if (process.ticking) return;
    process.ticking = true;
    const tick = () => {
      process.service!.sequencer.answerImpatient();
      process.service!.sequencer.wake();
      process.ticking = process.inside.some(({ answered }) => answered === undefined);
      if (process.ticking) this.scheduler.after(TICK_MS, tick, process);
    };
    this.scheduler.after(TICK_MS, tick, process);
  }

  /** The commands with which every history begins. */
  async #prologue(): Promise<void> {
    for (const [index, make] of opening(FORMAT).slice(1).entries()) {
      const ask = make(this.judge.books);
      let answer = '';
      while (answer !== 'accepted') {
        const parts = seeded(this.#ids(idOf('cmd', `opening ${index}`)));
        answer = '';
        const back = (code: string) => (answer = code);
        this.submit(this.choices.pick(this.#seats), { ...parts, by: 'system', ask }, false, back);
        await this.#until(() => answer !== '');
      }
    }
  }

  async #phase(): Promise<void> {
    const { choices, scheduler, trace, weather } = this;
    trace.note(`weather: ${weather.change()}`);
    this.#isCalm = weather.isCalm;
    this.#phaseEnds = Math.min(this.#settings.steps, this.step + 5 + choices.below(20));
    for (const client of this.#clients) {
      client.isBusy = true;
      scheduler.after(scheduler.between(0, 20), () => client.next());
    }
    this.#disturb();
    await this.#until(() => this.#clients.every(({ isBusy }) => !isBusy));
    await this.#settle();
    this.#wall_ms += choices.pick(LEAPS_MS);
    trace.note(`the time is ${new Date(this.#wall_ms).toISOString()}`);
    for (const process of this.#seats) this.#tick(process);
  }

  /** Ends at any moment, for as long as the phase lasts. */
  #disturb(): void {
    const { choices, scheduler, weather } = this;
    if (this.#clients.every(({ isBusy }) => !isBusy)) return;
    const process = choices.pick(this.#seats);
    if (process.service !== undefined && weather.strikes('crash')) {
      this.#end(process, 'at any moment');
    }
    this.#hinder(choices.pick(this.#seats));
    scheduler.after(scheduler.between(1, 400), () => this.#disturb());
  }

  /** A process stands still, or hears nothing, for a while. */
  #hinder(process: Process): void {
    const { scheduler, trace, weather } = this;
    if (process.pausedTo_ms <= scheduler.now_ms && weather.strikes('pausedProcess')) {
      const pause_ms = scheduler.between(50, 9_000);
      process.pausedTo_ms = scheduler.now_ms + pause_ms;
      trace.note(`${process.name} stands still`);
      scheduler.after(pause_ms, () => trace.note(`${process.name} goes on`));
    }
    if (this.#news !== undefined && weather.strikes('deafInstance')) {
      this.#news.deafen(process);
      trace.note(`${process.name} hears nothing`);
    }
  }

  /** Somebody reads while an append is under way, or just after it. */
  #readSoon(process: Process): void {
    const { choices, scheduler, trace } = this;
    if (!choices.chance(READ_PERCENT) || process.service === undefined) return;
    const read = () => {
      const { fold } = this.judge;
      trace.mark(`${process.name} is read: ${readOne(fold, process.service!, choices)}`);
    };
    scheduler.after(scheduler.between(0, 8), read, process);
  }

  /** Everybody who hangs is started anew, and all is looked at. */
  async #settle(): Promise<void> {
    this.weather.clear();
    this.#news?.clear();
    for (const process of this.#seats) if (process.stuck) this.#end(process, 'because it hung');
    const isDone = () =>
      this.#seats.every(({ inside }) => inside.every(({ answered }) => answered));
    await this.#until(() => !this.#journal.isDown && this.#isServing() && isDone());
    if (this.#news !== undefined) await this.#until(() => this.#isHeard());
    this.#isCalm = true;
    for (const { service } of this.#seats) readBalances(this.judge.fold, service!);
    readAll(this.judge.fold, this.choices.pick(this.#seats).service!);
  }

  /** In the end everything that was ever asked for is known, and every instance tells the same. */
  async #finish(): Promise<void> {
    const { scheduler } = this;
    await this.#settle();
    this.isEnding = true;
    for (const client of this.#clients) client.askAgain();
    await this.#until(() => this.#clients.every(({ isBusy }) => !isBusy));
    for (const process of this.#seats) this.#end(process, 'at the end');
    await this.#until(() => this.#isServing());
    for (const { service } of this.#seats) readAll(this.judge.fold, service!);
    readHeld(this.judge.books, this.#seats[0]!.service!);
    this.trace.note(`the end after ${scheduler.now_ms} ms`);
  }

  /** Whoever is asked for nothing takes in what the others wrote all the same. */
  #isHeard(): boolean {
    const isUpToDate = ({ service }: Process) =>
      service?.sequencer.ledger.revision === this.#journal.revision;
    return this.#news!.areOver && this.#isServing() && this.#seats.every(isUpToDate);
  }

  #isServing(): boolean {
    return this.#seats.every(
      ({ alive, stuck, service, pausedTo_ms }) =>
        alive && !stuck && service && pausedTo_ms <= this.scheduler.now_ms,
    );
  }

  async #until(isSo: () => boolean): Promise<void> {
    await this.scheduler.until(() => this.#wrong !== undefined || isSo());
    if (this.#wrong !== undefined) throw this.#wrong as Error;
  }

  /** What is found wrong where nobody would hear of it ends the run. */
  #guarded(look: () => void): void {
    try {
      look();
    } catch (wrong) {
      this.#wrong ??= wrong;
    }
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }
}
