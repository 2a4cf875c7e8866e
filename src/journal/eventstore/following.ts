import type { ResolvedEvent } from '@eventstore/db-client';
import type { Watcher } from '../journal.ts';
import { compare, differenceAt, goingOn, shorter, type Difference, type End } from './comparing.ts';
import { Inbox } from './inbox.ts';
import type { Mirror } from './mirror.ts';
import type { Received } from './received.ts';
import { ServerError, type Server } from './server.ts';
import { growingWait_ms, Pauses, type Time } from './time.ts';
import { MirrorError } from './writeBehind.ts';

export type FollowingOptions = {
  readonly server: Server;
  readonly mirror: Mirror;
  readonly time: Time;
  readonly random: (bytes: number) => Uint8Array;
  /** Told what the operator should know of the connection, in sentences. */
  readonly log: (line: string) => void;
};

const PULSE_MS = 1_000;
const SILENCE_MS = 5_000;
/** A node that its cluster left behind notices within some seconds; a stream that was cut stays. */
const SHORTER_MS = 10_000;
const TOLD_MS = 10_000;
const BEATS_UNTIL_COMPARED = 30;
const PAGE_EVENTS = 500;

/**
 * Keeps the mirror up to date: a subscription from the mirror's end that is taken up again
 * whenever it ends, and a pulse that asks the leader for the last event once a second, which finds
 * what the subscription did not deliver, a server that is silent, and a stream that is not the one
 * that was read.
 */
export class Following {
  readonly #options: FollowingOptions;
  readonly #watchers: Watcher[] = [];
  #broken: string | undefined;
  #stopped = false;
  #trouble: string | undefined;
  /** When the operator was told last, and whether that is still so. */
  #told = { at_ms: -Infinity, open: false };
  #heard_ms: number;
  /** Since when every answer showed less than was read here. */
  #shorter_ms: number | undefined;
  #behind: { readonly target: number; readonly end: number } | undefined;
  #stuck = false;
  #own: { readonly first: number; readonly lines: readonly string[] } | undefined;
  readonly #inbox: Inbox;
  #ending: Promise<End> | undefined;
  #subscription: { readonly stop: () => void } | undefined;
  #loops: readonly Promise<void>[] = [];
  readonly #pauses: Pauses;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.time);
    this.#inbox = new Inbox({
      take: (events) => this.#take(events),
      failed: (error) => {
        this.#failed(error);
        this.#subscription?.stop();
      },
    });
    this.#heard_ms = options.time.now_ms();
  }

  /** Why nothing may be read or written any more. */
  get broken(): string | undefined {
    return this.#broken;
  }

  /** What went wrong since the leader was last heard. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Begins, on a mirror that was compared with the server just now. */
  begin(): void {
    this.#heard_ms = this.#options.time.now_ms();
    this.#loops = [this.#subscribing(), this.#pulsing()];
  }

  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
    if (this.#broken !== undefined) watcher.broken(this.#broken);
  }

  /** Why the leader was not heard for too long; nothing while it was. */
  silence(): string | undefined {
    if (this.#broken !== undefined) return this.#broken;
    const silent_ms = this.#options.time.now_ms() - this.#heard_ms;
    if (silent_ms < SILENCE_MS) return undefined;
    const { wall, failure } = this.#options.mirror;
    const why = wall?.why ?? failure?.message ?? this.#trouble ?? 'it does not answer';
    return `the stream’s leader was not heard for ${Math.round(silent_ms / 1000)} s: ${why}`;
  }

  /** Notes what may be wrong with the connection, so that the next append asks first. */
  doubt(why: string): void {
    this.#trouble = why;
    const now_ms = this.#options.time.now_ms();
    if (now_ms - this.#told.at_ms < TOLD_MS) return;
    this.#told = { at_ms: now_ms, open: true };
    this.#options.log(`EventStoreDB: ${why}`);
  }

  /** Remembers what this instance sends, which is no news when it comes back. */
  sending(firstRevision: number, lines: readonly string[]): void {
    this.#own = { first: firstRevision, lines };
  }

  /**
   * Asks the leader where the stream ends, and reads up to there; says why it could not be done,
   * if it could not.
   */
  async look(): Promise<string | undefined> {
    const { server, mirror } = this.#options;
    const answer = await this.#ask();
    if ('why' in answer) return answer.why;
    try {
      while (mirror.end < answer.last && mirror.wall === undefined) {
        const events = await goingOn(server, mirror, PAGE_EVENTS);
        if (!Array.isArray(events)) return this.#differs(events);
        if (events.length === 0) return 'what the leader told of is not there to be read';
        await this.#receive(events);
      }
      return undefined;
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** Where the leader says that the stream ends, asked once at a time; nothing if it cannot be. */
  async end(): Promise<number | undefined> {
    this.#ending ??= this.#ask().finally(() => (this.#ending = undefined));
    const answer = await this.#ending;
    return 'last' in answer ? answer.last : undefined;
  }

  /** The stream is not what was read of it, or the mirror failed: nothing goes on. */
  break(why: string): void {
    if (this.#broken !== undefined) return;
    this.#broken = why;
    this.#options.log(`EventStoreDB: ${why}`);
    for (const { broken } of this.#watchers) broken(why);
    this.#end();
  }

  async stop(): Promise<void> {
    this.#end();
    await Promise.all(this.#loops);
    await Promise.all([this.#inbox.empty, this.#ending]);
  }

  #end(): void {
    this.#stopped = true;
    this.#subscription?.stop();
    this.#pauses.end();
  }

  /** Subscribes from the mirror's end, again and again. */
  async #subscribing(): Promise<void> {
    const { server, mirror, random } = this.#options;
    let failures = 0;
    for (let compared = true; this.#follows(); compared = false) {
      const { end } = mirror;
      try {
        if (compared || (await this.#same())) {
          const subscription = server.subscribe(mirror.end, (event) => this.#inbox.add(event));
          this.#subscription = subscription;
          if (!this.#follows()) subscription.stop();
          await subscription.ended;
          await this.#inbox.empty;
        }
      } catch (error) {
        this.#failed(error);
      }
      failures = mirror.end > end ? 0 : failures + 1;
      await this.#pauses.pause(growingWait_ms(failures, random));
    }
  }

  async #pulsing(): Promise<void> {
    for (let beats = 1; !this.#stopped; beats += 1) {
      const answer = await this.#ask();
      if ('last' in answer) this.#judge(answer.last);
      if (beats % BEATS_UNTIL_COMPARED === 0) {
        await this.#same().catch((error: unknown) => this.#failed(error));
      }
      await this.#pauses.pause(PULSE_MS);
    }
  }

  /** Starts the subscription again where it delivers nothing though the leader has more. */
  #judge(last: number): void {
    const { end, wall } = this.#options.mirror;
    const before = this.#behind;
    this.#behind = last > end ? { target: last, end } : undefined;
    this.#stuck = before !== undefined && end < before.target && end === before.end;
    if (!this.#stuck || wall !== undefined) return;
    this.doubt(`nothing is delivered after revision ${end}, though there are events to ${last}`);
    this.#subscription?.stop();
  }

  async #ask(): Promise<End> {
    const { server, mirror, time } = this.#options;
    const asked_ms = time.now_ms();
    const { end } = mirror;
    try {
      const last = await server.last();
      const difference = await this.#differenceOf(last, end);
      if (difference !== undefined) return { why: this.#differs(difference) };
      this.#shorter_ms = undefined;
      if (!this.#stuck) this.#heard(asked_ms);
      return { last: last?.revision ?? -1 };
    } catch (error) {
      this.#shorter_ms = undefined;
      return { why: this.#failed(error) };
    }
  }

  async #differenceOf(last: Received | undefined, end: number): Promise<Difference | undefined> {
    const { mirror } = this.#options;
    const revision = last?.revision ?? -1;
    if (revision < end) return shorter(revision, end);
    if (last === undefined || revision > mirror.end) return undefined;
    const [line] = await mirror.linesAt([revision]);
    return differenceAt(revision, line!, last);
  }

  /** Whether the server's stream still begins, and goes on to the mirror's end, as it was read. */
  async #same(): Promise<boolean> {
    const { server, mirror } = this.#options;
    const difference = await compare(server, mirror, mirror.end < 0 ? [] : [mirror.end]);
    if (difference !== undefined) this.#differs(difference);
    return difference === undefined;
  }

  #differs({ kind, why }: Difference): string {
    const now_ms = this.#options.time.now_ms();
    this.#shorter_ms ??= now_ms;
    if (kind === 'other' || now_ms - this.#shorter_ms >= SHORTER_MS) {
      this.break(`the stream ${this.#options.server.stream} was cut or replaced: ${why}`);
    } else {
      this.doubt(why);
    }
    return why;
  }

  #heard(asked_ms: number): void {
    const silent_ms = asked_ms - this.#heard_ms;
    this.#heard_ms = Math.max(this.#heard_ms, asked_ms);
    this.#trouble = undefined;
    if (!this.#told.open) return;
    this.#told = { ...this.#told, open: false };
    this.#options.log(`EventStoreDB: heard again, after ${Math.round(silent_ms / 1000)} s`);
  }

  #failed(error: unknown): string {
    const { message } = error as Error;
    if (error instanceof ServerError && error.fault.deleted) {
      this.break(`the stream ${this.#options.server.stream} was deleted for good`);
    } else if (!(error instanceof MirrorError)) this.doubt(message);
    return message;
  }

  async #take(heard: readonly ResolvedEvent[]): Promise<void> {
    const { server, mirror } = this.#options;
    const news = heard.filter(({ event }) => Number(event?.revision) > mirror.end);
    await this.#receive(news.flatMap((event) => server.received(event) ?? []));
  }

  /** Mirrors events, and tells of those that this instance has not written itself. */
  async #receive(events: readonly Received[]): Promise<void> {
    const { mirror } = this.#options;
    const others = events.some((event) => event.revision > mirror.end && !this.#isOwn(event));
    await mirror.receive(events);
    if (others) this.#tell();
  }

  #tell(): void {
    const { wall, end } = this.#options.mirror;
    if (wall !== undefined) this.doubt(`the event at revision ${wall.revision}: ${wall.why}`);
    for (const { grown } of this.#watchers) grown(wall?.revision ?? end);
  }

  #isOwn(event: Received): boolean {
    const own = this.#own;
    return (
      own !== undefined && 'line' in event && own.lines[event.revision - own.first] === event.line
    );
  }

  #follows(): boolean {
    return !this.#stopped && this.#options.mirror.wall === undefined;
  }
}
