import { canonical } from '../../schemas/canonical.ts';
import type { Command } from '../../schemas/commands.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import type { Outcome } from '../../src/ledger/round.ts';
import { carryOut } from '../support/model.ts';
import { expire } from '../support/modelBookings.ts';
import { emptyBooks, type Books } from '../support/modelBooks.ts';
import { seeded } from '../support/names.ts';
import { Fold } from './fold.ts';
import type { Call } from './journal.ts';
import type { Process } from './process.ts';
import { same, Wrong } from './trace.ts';

/** One sending of one command to one process. */
export type Attempt = {
  readonly command: Command;
  readonly preview: boolean;
  readonly process: Process;
  /** Its place among all that the process took. */
  readonly place: number;
  /** Where its events are, once they are in the stream. */
  landed?: { readonly first: number; readonly count: number };
  /** The naive ledger as it was where the process last had the journal's word for its newest. */
  seen?: { readonly books: Books; readonly now_ms: number };
  /** What it was answered. */
  answered?: string;
  /** Why it must not be in the stream, now or later. */
  mustNotLand?: string;
  malformed?: boolean;
};

const INFRASTRUCTURE: readonly string[] = ['busy', 'not_writing', 'outcome_unknown'];
const CLOCK_BEHIND_MS = 5_000;

/**
 * Follows the stream with the naive ledger of `test/support/model.ts`, which shares no code with
 * the one under test, and judges by it every event that is written and every answer that is given.
 */
export class Judge {
  readonly fold = new Fold();
  readonly books: Books = emptyBooks();
  readonly #attempts = new Map<string, Attempt>();
  readonly #keys = new Map<string, number>();
  #recordedAt_ms = -Infinity;

  /** A process takes a command. */
  taken(process: Process, command: Command, preview: boolean): Attempt {
    const attempt: Attempt = { command, preview, process, place: (process.taken += 1) };
    this.#attempts.set(command.id, attempt);
    process.inside.push(attempt);
    return attempt;
  }

  /** Says of an event that it is malformed, if a client's command made it. */
  malformed({ events }: Call, index: number): boolean {
    const attempt = this.#attempts.get(events[index]?.command.id ?? '');
    if (attempt === undefined) return false;
    attempt.malformed = true;
    attempt.mustNotLand = 'its event was called malformed';
    return true;
  }

  /** Whether the clock of a process is so far behind the stream that it must not write. */
  isBehind(clock_ms: number): boolean {
    return this.#recordedAt_ms - clock_ms > CLOCK_BEHIND_MS;
  }

  /** An append has taken effect: everything in it must be what the naive ledger would do. */
  effective(call: Call, lines: readonly string[]): void {
    same('the revision appended after', this.fold.revision, call.expectedRevision);
    if (this.isBehind(call.clock_ms)) throw new Wrong('a clock too far behind', 'nothing', lines);
    const now_ms = Math.max(call.clock_ms, this.#recordedAt_ms);
    const groups = groupsOf(lines.map((line) => this.#written(line, now_ms)));
    if (lines.length > 0) this.#recordedAt_ms = now_ms;
    this.#open(groups, now_ms);
    this.#due(groups, now_ms);
    this.#decided(call, groups, now_ms);
    same('commands in an append that its process did not take, or in another order', [], groups);
    if (lines.length === 0) return;
    this.fold.check();
    const balances = [...this.fold.balances()].filter(([, balance]) => balance !== 0);
    const expected = Object.entries(this.books.balances).filter(([, balance]) => balance !== 0);
    same('the balances in the stream', expected.toSorted(byName), balances.toSorted(byName));
  }

  #written(line: string, now_ms: number): StreamEvent {
    const event = this.fold.add(line);
    same('when an event was recorded', new Date(now_ms).toISOString(), event.recordedAt);
    const { key } = event.command;
    if (key === undefined) return event;
    const before = this.#keys.get(key);
    if (before !== undefined) throw new Wrong(`a key a second time`, before, this.fold.revision);
    this.#keys.set(key, this.fold.revision);
    return event;
  }

  /** The command that opens the ledger is the system's own, and known from its events. */
  #open(groups: StreamEvent[][], now_ms: number): void {
    const [opened, granted] = groups[0] ?? [];
    if (opened?.type !== 'LedgerOpened' || granted?.type !== 'AccessGranted') return;
    const { network, timeZone, rules } = opened.data;
    const admin = { ...granted.data };
    const ask = { type: 'OpenLedger', network, timeZone, rules, admin } as const;
    const command: Command = { ...seeded(opened.command.id), by: 'system', ask };
    const verdict = carryOut(this.books, command, now_ms);
    same('the opening', { outcome: 'accepted', first: 0, count: 2 }, verdict);
    groups.shift();
  }

  /** What time alone has brought about stands first. */
  #due(groups: StreamEvent[][], now_ms: number): void {
    const due = expire(this.books, now_ms);
    const isOwn = groups.length > 0 && !this.#attempts.has(groups[0]![0]!.command.id);
    const own = isOwn ? groups.shift()! : [];
    same('how many events were due', due, own.length);
  }

  /** Commands are decided in the order in which they came; what is not written was refused. */
  #decided({ process, taken }: Call, groups: StreamEvent[][], now_ms: number): void {
    let books: Books | undefined;
    for (const attempt of process.inside) {
      if (attempt.place > taken) break;
      const { id } = attempt.command;
      if (groups[0]?.[0]!.command.id !== id) {
        if (attempt.answered !== undefined) continue;
        books ??= structuredClone(this.books);
        attempt.seen = { books, now_ms };
        continue;
      }
      books = undefined;
      this.#landed(attempt, groups.shift()!, now_ms);
    }
    process.inside = process.inside.filter(({ landed }) => landed === undefined);
  }

  #landed(attempt: Attempt, events: readonly StreamEvent[], now_ms: number): void {
    const { command, preview, mustNotLand } = attempt;
    const asked = canonical(command);
    if (mustNotLand !== undefined) throw new Wrong(`${asked} in the stream`, mustNotLand, events);
    if (preview) throw new Wrong('a preview in the stream', [], events);
    const first = this.books.events;
    const count = events.length;
    const verdict = carryOut(this.books, command, now_ms);
    same(`what was written of ${asked}`, verdict, { outcome: 'accepted', first, count });
    events.forEach((event, index) => {
      const { key, body } = index === 0 ? command : {};
      same(
        'the command in an event',
        canonical({ id: command.id, index, count, key, body }), //
        canonical(event.command),
      );
      same('whose event it is', command.by, event.by.access);
    });
    attempt.landed = { first, count };
  }

  /** A process has answered: it must be what the naive ledger says, and the stream must agree. */
  answered(attempt: Attempt, outcome: Outcome): string {
    const { process } = attempt;
    const code = outcome.outcome === 'refused' ? outcome.refusal.code : outcome.outcome;
    attempt.answered = code;
    if (code !== 'outcome_unknown') {
      process.inside = process.inside.filter((one) => one !== attempt);
    }
    if (INFRASTRUCTURE.includes(code)) this.#notDecided(attempt, code);
    else if (outcome.outcome === 'accepted') this.#accepted(attempt, outcome);
    else this.#told(attempt, outcome);
    return code;
  }

  /** A process has failed a caller: with an event of that caller alone, or with all it had. */
  failed(attempt: Attempt, bug: Error): void {
    attempt.answered = 'failed';
    const { process, malformed = false } = attempt;
    const isInjected = malformed ? /is malformed/.test(bug.message) : process.mayBreak;
    if (!isInjected) throw new Wrong('a command that failed', 'an answer', bug.stack);
  }

  #notDecided(attempt: Attempt, code: string): void {
    if (code === 'outcome_unknown') return;
    const { landed, command } = attempt;
    const asked = canonical(command);
    if (landed !== undefined) throw new Wrong(`${asked} answered ${code}`, 'not there', landed);
    attempt.mustNotLand = `it was answered ${code}`;
  }

  #accepted(attempt: Attempt, outcome: Extract<Outcome, { recorded: unknown }>): void {
    const { landed, command } = attempt;
    const asked = canonical(command);
    if (landed === undefined) throw new Wrong(`${asked} was accepted`, 'durable', outcome.recorded);
    const lines = this.fold.lines.slice(landed.first, landed.first + landed.count);
    same(
      `what ${asked} was answered`,
      lines,
      outcome.recorded.map(({ event }) => canonical(event)),
    );
    const revisions = outcome.recorded.map(({ revision }) => revision);
    same(
      'and where',
      lines.map((_, index) => landed.first + index),
      revisions,
    );
    this.#published(attempt.process, revisions.at(-1)!);
  }

  #told(attempt: Attempt, outcome: Outcome): void {
    const { command, seen, landed, preview } = attempt;
    const asked = canonical(command);
    if (landed !== undefined)
      throw new Wrong(`the answer to ${asked}`, 'accepted', outcome.outcome);
    if (seen === undefined) throw new Wrong(`${asked} was answered`, 'asked the journal', outcome);
    const verdict = carryOut(
      preview ? structuredClone(seen.books) : seen.books,
      command,
      seen.now_ms,
    );
    attempt.mustNotLand = `it was answered ${String(attempt.answered)}`;
    if (outcome.outcome === 'refused') {
      const { code, errors = [] } = outcome.refusal;
      const faults = errors.map((fault) => `${fault.pointer} ${fault.code}`);
      return same(`the answer to ${asked}`, verdict, { outcome: 'refused', code, faults });
    }
    const { recorded } = outcome;
    const told = { first: recorded[0]!.revision, count: recorded.length };
    const isPreviewed = outcome.outcome === 'previewed';
    const word = isPreviewed ? 'accepted' : outcome.outcome;
    same(`the answer to ${asked}`, verdict, { outcome: word, ...told });
    if (isPreviewed) return;
    const lines = this.fold.lines.slice(told.first, told.first + told.count);
    same(
      `what ${asked} was answered`,
      lines,
      recorded.map(({ event }) => canonical(event)),
    );
    this.#published(attempt.process, told.first + told.count - 1);
  }

  /** Who was answered may read what was written, at the same process. */
  #published({ service }: Process, revision: number): void {
    const { entries } = service!.projections;
    if (entries.revision < revision) {
      throw new Wrong('the revision that readers see', revision, entries.revision);
    }
  }
}

/** The events of each command, in order. */
function groupsOf(events: readonly StreamEvent[]): StreamEvent[][] {
  const groups: StreamEvent[][] = [];
  for (const event of events) {
    const last = groups.at(-1);
    if (last?.[0]!.command.id === event.command.id) last.push(event);
    else groups.push([event]);
  }
  return groups;
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}
