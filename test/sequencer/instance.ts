import { keyDigest } from '../../schemas/digest.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Ask, Command } from '../../schemas/commands.ts';
import type { MemberId, VenueId } from '../../schemas/ids.ts';
import type { Appended } from '../../schemas/stream.ts';
import { canonical } from '../../schemas/canonical.ts';
import type { Journal, Watcher } from '../../src/journal/journal.ts';
import { memoryJournal, type MemoryJournal } from '../../src/journal/memory.ts';
import { seeded } from '../support/names.ts';

const TURNS_MAX = 1_000;

/** What one append was asked to write, in its canonical form. */
export type Asked = { readonly expectedRevision: number; readonly lines: readonly string[] };

export type WatchedJournal = MemoryJournal & {
  /** Every append that was asked for, in order. */
  readonly asked: Asked[];
  /** Lets an append be answered by the test instead; `undefined` leaves it to the journal. */
  answer: ((asked: Asked) => Promise<Appended | undefined>) | undefined;
  /** Revisions that a read leaves out, as if they had not been read. */
  readonly hidden: Set<number>;
  /** Forgets what was asked so far. */
  forget(): void;
};

/** The lines of one stream, and the instances that are told when another one writes to it. */
export class SharedLines {
  readonly lines: string[] = [];
  /** Nobody is told of anything, as if news were late. */
  areNewsLate = false;
  readonly #watchers = new Map<object, Watcher>();

  journal(): WatchedJournal {
    const journal = watchedJournal(this.lines);
    const { append } = journal;
    return Object.assign(journal, {
      append: async (lines: readonly string[], expectedRevision: number) => {
        const appended = await append(lines, expectedRevision);
        if (appended.outcome === 'written') this.tell(journal);
        return appended;
      },
      watch: (watcher: Watcher) => void this.#watchers.set(journal, watcher),
    });
  }

  /** Somebody else writes, who need not be one of ours. */
  write(line: string): void {
    this.lines.push(line);
    this.tell();
  }

  tell(by?: object): void {
    if (this.areNewsLate) return;
    for (const [journal, { grown }] of this.#watchers) {
      if (journal !== by) grown(this.lines.length - 1);
    }
  }

  /** The stream turns out to be another one. */
  break(why: string): void {
    for (const { broken } of this.#watchers.values()) broken(why);
  }
}

/** Lets the event loop turn until something holds, which needs no clock. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX && !holds(); turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A journal in memory that keeps what it was asked, over lines that others may write to. */
export function watchedJournal(lines: string[] = []): WatchedJournal {
  const journal = memoryJournal(lines);
  const asked: Asked[] = [];
  const hidden = new Set<number>();
  const append: Journal['append'] = async (given, expectedRevision) => {
    const lines = given.map((line) => canonical(JSON.parse(line)));
    const one = { expectedRevision, lines };
    asked.push(one);
    return (await watched.answer?.(one)) ?? journal.append(given, expectedRevision);
  };
  const read: Journal['read'] = async function* (fromRevision, limit) {
    for await (const page of journal.read(fromRevision, limit)) {
      if (!hidden.has(page.firstRevision)) yield page;
    }
  };
  const watched: WatchedJournal = {
    ...journal,
    append,
    read,
    asked,
    hidden,
    answer: undefined,
    forget: () => void asked.splice(0),
  };
  return watched;
}

/** Holds appends back until the test lets them go. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #arrived: (() => void) | undefined;

  /** To be awaited by an append. */
  pass(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#waiting.push(() => resolve(undefined));
      this.#arrived?.();
    });
  }

  /** Resolves when an append waits at the gate. */
  async arrival(): Promise<void> {
    if (this.#waiting.length > 0) return;
    await new Promise<void>((resolve) => (this.#arrived = resolve));
  }

  /** Lets those through that wait; others wait anew. */
  open(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}

let commands = 0;

/** A command of the system's own, another one each time. */
export function commandFor(ask: Ask, key?: string): Command {
  commands += 1;
  const parts = seeded(`cmd_${String(commands).padStart(16, '0')}`);
  if (key === undefined) return { ...parts, by: 'system', ask };
  const identity = { key: keyDigest('network', key), body: keyDigest('body', key) };
  return { ...parts, by: 'system', ask, ...identity };
}

export function redemption(venueId: VenueId, memberId: MemberId, credits = '1'): Ask {
  return { type: 'RedeemCredits', venueId, member: { memberId }, credits };
}

/** The events in a stream from a revision on. */
export function eventsIn(lines: readonly string[], fromRevision: number): StreamEvent[] {
  return lines.slice(fromRevision).map((line) => JSON.parse(line) as StreamEvent);
}
