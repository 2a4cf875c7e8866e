import type { Choices } from '../../scripts/demo/random.ts';
import type { Watcher } from '../../src/journal/journal.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

type Mirror = { end: number; watcher: Watcher | undefined; deafTo_ms: number; onTheWay: number };

/** Sooner or later everybody asks where the stream ends, and hears what was not delivered. */
const PULSE_MS = 1_000;

/**
 * What each process has of the stream: a mirror, which is behind it by as long as the news are on
 * their way, and which all its reads are answered from.
 */
export class News {
  readonly #scheduler: Scheduler;
  readonly #choices: Choices;
  readonly #weather: Weather;
  readonly #mirrors = new Map<Process, Mirror>();

  constructor(scheduler: Scheduler, choices: Choices, weather: Weather) {
    this.#scheduler = scheduler;
    this.#choices = choices;
    this.#weather = weather;
  }

  /** A process starts with all that is there. */
  open(process: Process, end: number): void {
    const mirror = { end, watcher: undefined, deafTo_ms: 0, onTheWay: 0 };
    this.#mirrors.set(process, mirror);
  }

  watch(process: Process, watcher: Watcher): void {
    this.#mirrors.get(process)!.watcher = watcher;
  }

  /** The last revision that a process can read. */
  endOf(process: Process): number {
    return this.#mirrors.get(process)!.end;
  }

  /** Something is in a mirror because of what the process itself asked, so it is no news. */
  has(process: Process, revision: number): void {
    const mirror = this.#mirrors.get(process);
    if (mirror !== undefined) mirror.end = Math.max(mirror.end, revision);
  }

  /** The stream has grown, which everybody hears some time. */
  announce(revision: number, by: Process): void {
    for (const [process, mirror] of this.#mirrors) {
      if (!process.alive) this.#mirrors.delete(process);
      else this.#send(process, mirror, revision, process === by);
    }
  }

  /** A process hears nothing for a while. */
  deafen(process: Process): void {
    const mirror = this.#mirrors.get(process);
    if (mirror === undefined) return;
    mirror.deafTo_ms = this.#scheduler.now_ms + this.#scheduler.between(100, 7_000);
  }

  /** Nobody is deaf any longer. */
  clear(): void {
    for (const mirror of this.#mirrors.values()) mirror.deafTo_ms = 0;
  }

  /** Whether everybody has heard everything. */
  get areOver(): boolean {
    return [...this.#mirrors].every(([{ alive }, { onTheWay }]) => !alive || onTheWay === 0);
  }

  #send(process: Process, mirror: Mirror, revision: number, isOwn: boolean): void {
    const isTold = !isOwn || this.#choices.chance(50);
    mirror.onTheWay += 1;
    this.#scheduler.after(
      this.#delay_ms(mirror),
      () => {
        mirror.onTheWay -= 1;
        if (mirror.end >= revision) return;
        mirror.end = revision;
        if (isTold) mirror.watcher?.grown(revision);
      },
      process,
    );
  }

  #delay_ms({ deafTo_ms }: Mirror): number {
    const deaf_ms = Math.max(0, deafTo_ms - this.#scheduler.now_ms);
    if (this.#weather.strikes('lostNews')) return deaf_ms + this.#scheduler.between(0, PULSE_MS);
    const late = this.#weather.strikes('lateNews');
    return deaf_ms + this.#scheduler.between(0.5, late ? 3_000 : 6);
  }
}
