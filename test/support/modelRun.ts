import { linesOf } from '../../schemas/stream.ts';
import { canonical } from '../../schemas/canonical.ts';
import type { Command } from '../../schemas/commands.ts';
import { FORMAT, type EventOf, type StreamEvent } from '../../schemas/events/index.ts';
import { kindOf, type Account } from '../../schemas/ids.ts';
import { memoryJournal, type MemoryJournal } from '../../src/journal/memory.ts';
import { readRecorded } from '../../src/journal/journal.ts';
import { decide } from '../../src/ledger/decide.ts';
import { evolve } from '../../src/ledger/evolve.ts';
import type { Outcome } from '../../src/ledger/round.ts';
import { Sequencer } from '../../src/ledger/sequencer.ts';
import { draftOf, emptyLedger, type Ledger } from '../../src/ledger/state.ts';
import { EVENT_LOOP } from '../../src/ledger/timing.ts';
import { answersAs, digestOf, listedLedger } from './books.ts';
import { previewOf, Resolver, type Draw } from './draws.ts';
import { carryOut, foresee, type Verdict } from './model.ts';
import { expire, totals } from './modelBookings.ts';
import { emptyBooks, type Books } from './modelBooks.ts';
import { opening } from './modelOpening.ts';
import { settledTimes } from './modelSettlement.ts';
import { idOf, newCommand } from './names.ts';
import { TimeGiven } from './timeGiven.ts';

const GUARDED: readonly string[] = ['wallet', 'pot', 'allocation'];
const COUNTERS = [
  ...['dayMinutes', 'memberDayUses', 'memberMonthUses', 'offerDayCredits', 'slotPlaces'],
];

/** What has a newer version, and the format that each of them came with. */
const RENEWED: Readonly<Record<string, readonly number[]>> = {
  CreditsIssued: [3],
  LedgerOpened: [2],
  VenueRegistered: [2],
  CreditsRedeemed: [2, 3],
  TransactionReversed: [2],
};

/** When a stream begins, and in which format. */
export type Start = { readonly at: string; readonly format: number };

/** Commands that arrive together, after some time. */
export type Batch = { readonly after_ms: number; readonly draws: readonly Draw[] };

/** A command on its way, with what the naive ledger says to it. */
type Asked = {
  readonly command: Command;
  readonly expected: Verdict;
  /** Of a preview: what each account would then have. */
  readonly balances?: Readonly<Record<string, number>>;
};

/** The ledger and the naive one, side by side; every difference is thrown. */
export class ModelRun {
  readonly books: Books = emptyBooks();
  readonly outcomes = new Map<string, number>();
  readonly #journal: MemoryJournal = memoryJournal();
  readonly #ledger: Ledger = listedLedger();
  readonly #timeGiven = new TimeGiven();
  readonly #resolver = new Resolver(this.books);
  readonly #sequencer: Sequencer;
  readonly #format: number;
  #now_ms: number;
  #checked = 0;

  constructor({ at, format }: Start) {
    this.#format = format;
    this.#now_ms = Date.parse(at);
    this.#sequencer = new Sequencer({
      stream: {
        append: (lines, expectedRevision) => this.#journal.append(lines, expectedRevision),
        read: (fromRevision, limit) => readRecorded(this.#journal, fromRevision, limit),
      },
      ledger: this.#ledger,
      now_ms: () => this.#now_ms,
      newCommand: () => newCommand(`system ${this.#journal.lines.length}`),
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
    for (const [index, make] of opening(this.#format).entries()) {
      const ask = make(this.books);
      const command: Command = { ...newCommand(`opening ${index}`), by: 'system', ask };
      if (index === 0 && this.#format < FORMAT) await this.#openOlder(command);
      else await this.#compare([this.#ask(command)]);
    }
  }

  async take({ after_ms, draws }: Batch): Promise<void> {
    this.#now_ms += after_ms;
    const due = expire(this.books, this.#now_ms);
    const cards = Object.keys(this.books.cards);
    const asked = draws.flatMap((draw) => {
      const command = this.#resolver.resolve(draw, this.#now_ms, cards);
      const preview = previewOf(draw);
      if (preview === undefined) return [this.#ask(command)];
      const { key: _, body: _body, ...bare } = command;
      return [this.#preview(bare), ...(preview === 'and do' ? [this.#ask(bare)] : [])];
    });
    await this.#compare(asked, due);
    await this.#retry(asked.map(({ command }) => command));
  }

  #ask(command: Command): Asked {
    return { command, expected: carryOut(this.books, command, this.#now_ms) };
  }

  #preview(command: Command): Asked {
    const { verdict, balances } = foresee(this.books, command, this.#now_ms);
    return { command, expected: verdict, balances };
  }

  /** Begins a stream as it was begun while there was no later format than its own. */
  async #openOlder(command: Command): Promise<void> {
    const decision = decide(draftOf(this.#ledger), command, this.#now_ms, () => {
      throw new Error('there is nothing to recall');
    });
    if (decision.outcome !== 'accepted') throw new Error('the ledger was not opened');
    const [opened, granted] = decision.events as [EventOf<'LedgerOpened'>, StreamEvent];
    const data = { ...opened.data, format: this.#format };
    // The types are those of the newest versions.
    const older = { ...opened, v: this.#format, data, salt: undefined } as unknown as StreamEvent;
    const events = [older, { ...granted, salt: undefined }];
    await this.#journal.append(linesOf(events), -1);
    for (const [revision, event] of events.entries()) {
      evolve(this.#ledger, { revision, event });
    }
    carryOut(this.books, command, this.#now_ms);
    this.books.format = this.#format;
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
    this.#checkVersions();
    same('the state rebuilt from the stream', digestOf(listed), digestOf(this.#ledger));
    same('the state in flat tables', answersAs(flat, listed), true);
  }

  /** Every event has the version that its type has in the format of the stream by then. */
  #checkVersions(): void {
    let format = 0;
    for (const line of this.lines) {
      const { type, v, data, salt } = JSON.parse(line) as StreamEvent;
      const salted = type === 'FormatRaised' ? data.format > 3 : format >= 3;
      if (type !== 'LedgerOpened') same(`whether a ${type} has a salt`, salt !== undefined, salted);
      if (type === 'LedgerOpened' || type === 'FormatRaised') format = data.format;
      const newer = (RENEWED[type] ?? []).filter((since) => since <= format);
      same(`the version of a ${type}`, v, 1 + newer.length);
      this.#tally(`${type}.v${v}`);
    }
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

  /** @param due how many bookings expire before the first of the commands */
  async #compare(asked: readonly Asked[], due = 0): Promise<void> {
    const before = digestOf(this.#ledger);
    const lines = this.#journal.lines.length;
    const outcomes = await Promise.all(
      asked.map(({ command, balances }) => this.#sequencer.submit(command, balances !== undefined)),
    );
    for (const [index, { command, expected, balances }] of asked.entries()) {
      const outcome = outcomes[index]!;
      same(`the answer to ${canonical(command)}`, this.#told(outcome), expected);
      if (balances !== undefined) checkBalances(outcome, balances);
      if (asked[index - 1]?.command === command) checkPreview(outcomes[index - 1]!, outcome);
      this.#tally(outcome.outcome);
      if (outcome.outcome === 'accepted') this.#tally(command.ask.type);
      if (outcome.outcome === 'refused') for (const code of codesOf(outcome)) this.#tally(code);
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
    if (probes.length > 0) await this.#compare(probes.map((command) => this.#ask(command)));
  }

  /** An outcome as the naive ledger words it; events must be those in the stream. */
  #told(outcome: Outcome): Verdict {
    if (outcome.outcome === 'refused') {
      const { code, errors = [] } = outcome.refusal;
      const faults = errors.map((fault) => `${fault.pointer} ${fault.code}`);
      return { outcome: 'refused', code, faults };
    }
    const { recorded } = outcome;
    for (const { revision, event } of outcome.outcome === 'previewed' ? [] : recorded) {
      same('an event that was answered', canonical(event), this.#journal.lines[revision]);
    }
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

/** What a preview says of the accounts that it moves is what the naive ledger says. */
function checkBalances(previewed: Outcome, balances: Readonly<Record<string, number>>): void {
  if (previewed.outcome !== 'previewed') return;
  for (const { event } of previewed.recorded) {
    const { debit, credit } = event.data as { debit?: Account; credit?: Account };
    for (const account of [debit ?? [], credit ?? []].flat()) {
      const told = previewed.balanceOf(account);
      same(`the balance of ${account} in a preview`, told, balances[account] ?? 0);
    }
  }
}

/** A preview says what the same command, which follows it at once, then does, or why not. */
function checkPreview(previewed: Outcome, done: Outcome): void {
  const said = 'recorded' in previewed ? previewed.recorded : previewed.refusal;
  same('what was previewed', 'recorded' in done ? done.recorded : done.refusal, said);
}

/** The code of a refusal, and those of its lines. */
function codesOf({ refusal }: Extract<Outcome, { outcome: 'refused' }>): Set<string> {
  return new Set([refusal.code, ...(refusal.errors ?? []).map(({ code }) => code)]);
}

function byName([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return a < b ? -1 : 1;
}

function same(what: string, actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a !== b) throw new Error(`${what} is\n  ${a}\nand not\n  ${b}`);
}
