import { canonical } from '../../schemas/canonical.ts';
import type { Command } from '../../schemas/commands.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { kindOf, type Account } from '../../schemas/ids.ts';
import { memoryJournal, type MemoryJournal } from '../../src/journal/memory.ts';
import { readRecorded } from '../../src/journal/journal.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import type { Outcome } from '../../src/ledger/round.ts';
import { Sequencer } from '../../src/ledger/sequencer.ts';
import { emptyLedger, type Ledger } from '../../src/ledger/state.ts';
import { EVENT_LOOP } from '../../src/ledger/timing.ts';
import { answersAs, digestOf, listedLedger } from './books.ts';
import { Resolver, type Draw } from './draws.ts';
import { carryOut, type Verdict } from './model.ts';
import { expire, totals } from './modelBookings.ts';
import { emptyBooks, type Books } from './modelBooks.ts';
import { opening } from './modelOpening.ts';
import { settledTimes } from './modelSettlement.ts';
import { idOf } from './names.ts';
import { TimeGiven } from './timeGiven.ts';

const GUARDED: readonly string[] = ['wallet', 'pot', 'allocation'];
const COUNTERS = [
  ...['dayMinutes', 'memberDayUses', 'memberMonthUses', 'offerDayCredits', 'slotPlaces'],
];

/** Commands that arrive together, after some time. */
export type Batch = { readonly after_ms: number; readonly draws: readonly Draw[] };

/** The ledger and the naive one, side by side; every difference is thrown. */
export class ModelRun {
  readonly books: Books = emptyBooks();
  readonly outcomes = new Map<string, number>();
  readonly #journal: MemoryJournal = memoryJournal();
  readonly #ledger: Ledger = listedLedger();
  readonly #timeGiven = new TimeGiven();
  readonly #resolver = new Resolver(this.books);
  readonly #sequencer: Sequencer;
  #now_ms: number;
  #checked = 0;

  constructor(start_ms: number) {
    this.#now_ms = start_ms;
    this.#sequencer = new Sequencer({
      stream: {
        append: (events, expectedRevision) => this.#journal.append(events, expectedRevision),
        read: (fromRevision, limit) => readRecorded(this.#journal, fromRevision, limit),
      },
      ledger: this.#ledger,
      now_ms: () => this.#now_ms,
      commandId: () => idOf('cmd', `system ${this.#journal.lines.length}`),
      published: () => undefined,
      broken: (why) => {
        throw new Error(why);
      },
      timing: EVENT_LOOP,
    });
  }

  /** The stream so far: the canonical bytes of each event. */
  get lines(): readonly string[] {
    return this.#journal.lines;
  }

  async open(): Promise<void> {
    for (const [index, make] of opening().entries()) {
      const ask = make(this.books);
      await this.#together([{ id: idOf('cmd', `opening ${index}`), by: 'system', ask }]);
    }
  }

  async take({ after_ms, draws }: Batch): Promise<void> {
    this.#now_ms += after_ms;
    const due = expire(this.books, this.#now_ms);
    const cards = Object.keys(this.books.cards);
    const expected: Verdict[] = [];
    const commands = draws.map((draw) => {
      const command = this.#resolver.resolve(draw, this.#now_ms, cards);
      expected.push(carryOut(this.books, command, this.#now_ms));
      return command;
    });
    await this.#compare(commands, expected, due);
    await this.#retry(commands);
  }

  /** What was rebuilt from the stream, with flat tables and without, is what is live. */
  end(): void {
    const [flat, listed] = [emptyLedger(), listedLedger()];
    this.#journal.lines.forEach((line, revision) => {
      const recorded = { revision, event: JSON.parse(line) as StreamEvent };
      evolve(flat, recorded);
      evolve(listed, recorded);
    });
    this.#checkSettlements();
    same('the state rebuilt from the stream', digestOf(listed), digestOf(this.#ledger));
    same('the state in flat tables', answersAs(flat, listed), true);
  }

  /** Settlements say what the naive ledger says; no entry of a till is in two of them. */
  #checkSettlements(): void {
    const events = this.lines.map((line) => JSON.parse(line) as StreamEvent);
    const settlements = events.flatMap((event, at) =>
      event.type === 'TillSettled' ? [{ at, ...event.data }] : [],
    );
    const told = settlements.map(({ debit, credit: _, credits = '0', ...rest }) => {
      const amount = Math.round(Number(credits) * 100) * (debit === 'programme' ? -1 : 1);
      return { ...rest, amount };
    });
    same('the settlements', told, this.books.settlements);
    const entries = events.flatMap(({ type, data }, at) =>
      type === 'TillSettled'
        ? []
        : ['debit', 'credit'].flatMap((side) => {
            const account = String((data as Record<string, unknown>)[side]);
            return account.startsWith('till:') ? [[account, at] as const] : [];
          }),
    );
    const timesSettled = entries.map(([till, at]) => [
      ...[till, at],
      settlements.filter(
        ({ venueId, firstRevision, lastRevision }) =>
          till === `till:${venueId}` && firstRevision <= at && at <= lastRevision,
      ).length,
    ]);
    same('how often the entries of tills are settled', timesSettled, settledTimes(this.books));
  }

  async #together(commands: readonly Command[]): Promise<void> {
    const expected = commands.map((command) => carryOut(this.books, command, this.#now_ms));
    await this.#compare(commands, expected);
  }

  /** @param due how many bookings expire before the first of the commands */
  async #compare(
    commands: readonly Command[],
    expected: readonly Verdict[],
    due = 0,
  ): Promise<void> {
    const before = digestOf(this.#ledger);
    const lines = this.#journal.lines.length;
    const outcomes = await Promise.all(commands.map((one) => this.#sequencer.submit(one)));
    for (const [index, outcome] of outcomes.entries()) {
      const asked = `the answer to ${canonical(commands[index])}`;
      same(asked, this.#told(outcome), expected[index]);
      const kind = outcome.outcome === 'refused' ? outcome.refusal.code : outcome.outcome;
      this.#tally(kind);
      if (kind === 'accepted') this.#tally(commands[index]!.ask.type);
    }
    if (outcomes.every(({ outcome }) => outcome !== 'accepted')) {
      if (due === 0) same('the state after no acceptance', digestOf(this.#ledger), before);
      same('the stream after no acceptance', this.#journal.lines.length, lines + due);
    }
    this.#checkBalances();
    this.#checkCounters();
    this.#checkTotals();
    this.#checkTimeGiven();
  }

  #tally(what: string): void {
    this.outcomes.set(what, (this.outcomes.get(what) ?? 0) + 1);
  }

  /** What was accepted under a key, sent again at once, is answered with the same events. */
  async #retry(commands: readonly Command[]): Promise<void> {
    const keyed = commands.filter(({ key }) => key !== undefined);
    const again = keyed.map((command, index) => ({
      ...command,
      id: idOf('cmd', `again ${this.books.events} ${index} ${command.id}`),
    }));
    const probes = again.filter(({ key }) => this.books.requests[key!] !== undefined);
    if (probes.length > 0) await this.#together(probes);
  }

  /** An outcome as the naive ledger words it; events must be those in the stream. */
  #told(outcome: Outcome): Verdict {
    if (outcome.outcome === 'refused') {
      const { code, errors = [] } = outcome.refusal;
      const faults = errors.map((fault) => `${fault.pointer} ${fault.code}`);
      return { outcome: 'refused', code, faults };
    }
    if (outcome.outcome === 'previewed') throw new Error('nobody asked for a preview');
    for (const { revision, event } of outcome.recorded) {
      same('an event that was answered', canonical(event), this.#journal.lines[revision]);
    }
    const { recorded } = outcome;
    return { outcome: outcome.outcome, first: recorded[0]!.revision, count: recorded.length };
  }

  #checkBalances(): void {
    const balances = this.#ledger.balances as Map<Account, number>;
    const text = (all: Iterable<readonly [string, number]>) =>
      canonical([...all].filter(([, balance]) => balance !== 0).toSorted(byName));
    same('the balances', text(balances), text(Object.entries(this.books.balances)));
    same(
      'the sum of balances',
      [...balances.values()].reduce((sum, one) => sum + one, 0),
      0,
    );
    const below = [...balances].filter(([name, has]) => GUARDED.includes(kindOf(name)) && has < 0);
    same('the guarded accounts below zero', below, []);
  }

  /** What is held is what the naive ledger's open bookings come to; no counter is below zero. */
  #checkCounters(): void {
    const held: Record<string, number> = {};
    for (const { account, amount, ended } of Object.values(this.books.holds)) {
      if (ended === undefined) held[account] = (held[account] ?? 0) + amount;
    }
    const tables = this.#ledger as unknown as Record<string, Map<string | number, number>>;
    const inLedger = Object.fromEntries(tables['held']!);
    same('what is held', inLedger, held);
    for (const name of COUNTERS) {
      const below = [...tables[name]!].filter(([, count]) => count < 0);
      same(`the counters below zero of ${name}`, below, []);
    }
  }

  /** The counters of caps and of days come to what the naive ledger's lists come to. */
  #checkTotals(): void {
    const tables = this.#ledger as unknown as Record<string, Map<number, number>>;
    const inLedger = COUNTERS.map((name) => [
      name,
      [...tables[name]!.values()].reduce((sum, one) => sum + one, 0),
    ]);
    same('the totals of the counters', Object.fromEntries(inLedger), totals(this.books));
  }

  #checkTimeGiven(): void {
    for (; this.#checked < this.#journal.lines.length; this.#checked += 1) {
      this.#timeGiven.take(JSON.parse(this.#journal.lines[this.#checked]!) as StreamEvent);
    }
    same('the rule of time given, broken for', this.#timeGiven.broken(), []);
  }
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}

function same(what: string, actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a !== b) throw new Error(`${what} is\n  ${a}\nand not\n  ${b}`);
}
