import { REFUSAL_CODES, type RefusalCode } from '../../schemas/refusals.ts';
import type { Appended } from '../../schemas/stream.ts';
import type { Observer } from '../ledger/observer.ts';
import { Publications } from '../publish/publications.ts';
import { Distribution } from './distribution.ts';

const APPEND_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000];
const STATUS_CLASSES = 6;

/** What can become of an append. */
export type AppendOutcome = Appended['outcome'];

const NO_APPENDS: Readonly<Record<AppendOutcome, number>> = {
  written: 0,
  conflict: 0,
  unknown: 0,
  unavailable: 0,
  unsound: 0,
  broken: 0,
  malformed: 0,
};

/** The requests of one route; not a word of who sent them. */
export class RouteFigures {
  readonly method: string;
  /** The pattern of its address, `/v1/members/:id`, never an address that was asked for. */
  readonly route: string;
  /** How many were answered, by the first digit of the status. */
  readonly answered: number[] = new Array<number>(STATUS_CLASSES).fill(0);
  /** From when a request was read and let in until its answer was worded. */
  readonly seconds = new Distribution(REQUEST_SECONDS);

  constructor(method: string, route: string) {
    this.method = method;
    this.route = route;
  }

  answer(status: number): void {
    this.answered[Math.floor(status / 100)]! += 1;
  }
}

/**
 * What an instance has done since it started, in plain numbers that cost next to nothing to keep.
 * They are worded for whoever scrapes them only when they are asked for, by `Metrics`.
 */
export class Figures implements Observer {
  /** A clock for durations, which nobody can set. */
  readonly elapsed_ms: () => number;
  readonly appendSeconds = new Distribution(APPEND_SECONDS);
  readonly appends = { ...NO_APPENDS };
  readonly batchCommands = new Distribution(BATCH_SIZES);
  readonly batchEvents = new Distribution(BATCH_SIZES);
  /** Why something had to be decided again, or an append be looked for. */
  readonly conflicts = { overtaken: 0, stale: 0, lost_reply: 0 };
  readonly refusals = Object.fromEntries(REFUSAL_CODES.map((code) => [code, 0])) as Record<
    RefusalCode,
    number
  >;
  readonly routes: RouteFigures[] = [];
  /** What came of publishing checkpoints, where that is set. */
  readonly publications = new Publications();
  /** What no route of the ledger answers: pages, and addresses that there are not. */
  readonly otherRequests = this.route('any', 'other');
  decisions = 0;
  decisionsAgain = 0;

  constructor(elapsed_ms: () => number) {
    this.elapsed_ms = elapsed_ms;
  }

  settled(outcome: AppendOutcome, commands: number, events: number, decisions: number): void {
    this.decisions += commands;
    if (decisions > 1) this.decisionsAgain += commands;
    if (outcome === 'conflict') this.conflicts[events > 0 ? 'overtaken' : 'stale'] += 1;
    if (outcome !== 'written') return;
    this.batchCommands.add(commands);
    this.batchEvents.add(events);
  }

  foundWritten(): void {
    this.conflicts.lost_reply += 1;
  }

  refused(code: RefusalCode): void {
    this.refusals[code] += 1;
  }

  /** The figures of a route, the same each time. */
  route(method: string, route: string): RouteFigures {
    const known = this.routes.find((one) => one.method === method && one.route === route);
    if (known !== undefined) return known;
    const figures = new RouteFigures(method, route);
    this.routes.push(figures);
    return figures;
  }

  /** The same append, timed. Those that only ask where the stream ends are not counted. */
  timed(
    append: (lines: readonly string[], expectedRevision: number) => Promise<Appended>,
  ): typeof append {
    return async (lines, expectedRevision) => {
      if (lines.length === 0) return append(lines, expectedRevision);
      const since_ms = this.elapsed_ms();
      const appended = await append(lines, expectedRevision);
      this.appendSeconds.add((this.elapsed_ms() - since_ms) / 1000);
      this.appends[appended.outcome] += 1;
      return appended;
    };
  }
}
