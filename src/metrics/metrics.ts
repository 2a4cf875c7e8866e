import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Projections } from '../../projections/index.ts';
import type { Checkpoints } from '../checkpoints/checkpoints.ts';
import type { Awaited } from '../ledger/awaited.ts';
import type { Guard } from '../guard/guard.ts';
import type { Soundness } from '../guard/soundness.ts';
import type { Sequencer } from '../ledger/sequencer.ts';
import type { Figures } from './figures.ts';
import { PlainHistogram, type Labelled } from './histogram.ts';
import { Recount } from './recount.ts';

/** What is looked at when somebody asks. */
export type Watched = {
  readonly figures: Figures;
  readonly sequencer: Pick<Sequencer, 'ledger' | 'queued' | 'trouble'>;
  readonly projections: Pick<Projections, 'entries' | 'holds'>;
  readonly checkpoints: Pick<Checkpoints, 'latest'>;
  readonly guard: Pick<Guard, 'proved'>;
  readonly soundness: Pick<Soundness, 'damage'>;
  readonly awaited: Pick<Awaited, 'waiting'>;
  /** Why nothing was heard of the journal's server, or nothing. */
  readonly silence: () => string | undefined;
  /** How many lines of the log nobody took. */
  readonly linesLost: () => number;
};

type Counted = { readonly labels: Readonly<Record<string, string>>; readonly count: number };

/**
 * The metrics of an instance, in the text form of Prometheus. No label says anything of a person,
 * an organisation or a venue: routes are shown by their patterns, refusals by their codes.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #watched: Watched;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.#ofWrites();
    this.#ofRequests();
    this.#ofLedger();
    this.#ofPublishing();
    this.#ofHealth();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Measures the process as well, for as long as it lives. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #ofWrites(): void {
    const { figures, sequencer } = this.#watched;
    this.#distribution('append_duration_seconds', 'From asking the journal to its answer.', () => [
      { labels: {}, distribution: figures.appendSeconds },
    ]);
    this.#counter('appends_total', 'Appends of events, by what became of them.', ['outcome'], () =>
      counted('outcome', figures.appends),
    );
    this.#distribution('batch_commands', 'Commands decided in a batch that was settled.', () => [
      { labels: {}, distribution: figures.batchCommands },
    ]);
    this.#distribution('batch_events', 'Events that a settled batch made.', () => [
      { labels: {}, distribution: figures.batchEvents },
    ]);
    this.#counter(
      'conflicts_total',
      'Decisions that came too late. overtaken: another instance wrote first; stale: nothing was ' +
        'to be written, but there was something newer; lost_reply: it was our own write.',
      ['cause'],
      () => counted('cause', figures.conflicts),
    );
    this.#counter('decisions_total', 'Commands decided, each time.', [], () => [
      { labels: {}, count: figures.decisions },
    ]);
    this.#counter('decisions_again_total', 'Commands decided a second time or later.', [], () => [
      { labels: {}, count: figures.decisionsAgain },
    ]);
    this.#gauge('queued_commands', 'Commands that wait for the next batch.', () => {
      return sequencer.queued;
    });
  }

  #ofRequests(): void {
    const { figures, awaited } = this.#watched;
    this.#counter('refusals_total', 'Refusals, by their code.', ['code'], () =>
      counted('code', figures.refusals),
    );
    this.#counter(
      'http_requests_total',
      'Requests answered, by route and class of status; pages of the docs count where refused.',
      ['method', 'route', 'status'],
      () =>
        figures.routes.flatMap(({ method, route, answered }) =>
          answered.flatMap((count, digit) =>
            count === 0 ? [] : [{ labels: { method, route, status: `${digit}xx` }, count }],
          ),
        ),
    );
    this.#distribution(
      'http_request_duration_seconds',
      'From when a request was read and let in until its answer was worded.',
      () =>
        figures.routes
          .filter(({ seconds }) => seconds.counts.some((count) => count > 0))
          .map(({ method, route, seconds }) => ({
            labels: { method, route },
            distribution: seconds,
          })),
    );
    this.#gauge('waiting_reads', 'Reads that wait for Ledger-Revision-At-Least.', () => {
      return awaited.waiting;
    });
  }

  #ofLedger(): void {
    const { figures, sequencer, projections, checkpoints } = this.#watched;
    const { entries, holds } = projections;
    const recount = new Recount(entries, figures.elapsed_ms);
    const held = () => [...holds.open()].reduce((sum, { amount }) => sum + amount, 0);
    this.#gauge('ledger_revision', 'The revision of the last event, from 0.', () => {
      return sequencer.ledger.revision;
    });
    this.#gauge('projection_lag_revisions', 'Events that are durable and not yet read.', () => {
      return sequencer.ledger.revision - entries.revision;
    });
    this.#gauge('balances_sum_credits', 'All balances, counted anew; must be 0.', async () => {
      return (await recount.sum()) / 100;
    });
    this.#gauge('open_holds', 'Bookings that are open.', () => [...holds.open()].length);
    this.#gauge('held_credits', 'Credits that open bookings hold.', () => held() / 100);
    this.#gauge('checkpoint_size_events', 'Events that the last checkpoint covers.', () => {
      return checkpoints.latest?.size ?? 0;
    });
    this.#gauge('checkpoint_timestamp_seconds', 'When the last checkpoint was made.', () => {
      return Date.parse(checkpoints.latest?.recordedAt ?? '1970-01-01') / 1000;
    });
  }

  #ofPublishing(): void {
    const { publications } = this.#watched.figures;
    this.#counter(
      'publications_total',
      'Attempts to publish a checkpoint. already: it was there; contradicted: somebody outside ' +
        'holds another history than this ledger shows.',
      ['to', 'outcome'],
      () =>
        Object.entries(publications.count).flatMap(([to, outcomes]) =>
          Object.entries(outcomes).map(([outcome, count]) => ({ labels: { to, outcome }, count })),
        ),
    );
    this.#gauge('publications_failing', 'Places where the last attempt to publish failed.', () => {
      return publications.failing;
    });
  }

  #ofHealth(): void {
    const { sequencer, silence, guard, soundness, linesLost } = this.#watched;
    this.#counter('log_lines_lost_total', 'Lines that nobody took: see the log.', [], () => [
      { labels: {}, count: linesLost() },
    ]);
    this.#gauge('damaged', '1 where what is stored was found damaged or gone; else 0.', () => {
      return soundness.damage === undefined ? 0 : 1;
    });
    this.#gauge('proof_timestamp_seconds', 'When every event was last proved; 0: never.', () => {
      return (guard.proved?.at_ms ?? 0) / 1000;
    });
    this.#gauge('proof_size_events', 'How many events that were.', () => {
      return guard.proved?.events ?? 0;
    });
    this.#gauge('ready', '1 where this instance takes writes, as /readyz says; else 0.', () => {
      return (sequencer.trouble ?? silence()) === undefined ? 1 : 0;
    });
    this.#gauge('journal_silent', "1 where the journal's server was not heard for 5 s.", () => {
      return silence() === undefined ? 0 : 1;
    });
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const collect = async (gauge: Gauge) => gauge.set(await read());
    new Gauge({
      ...this.#shown(name, help),
      registers: [this.#registry],
      collect() {
        return collect(this);
      },
    });
  }

  #counter(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => readonly Counted[],
  ): void {
    new Counter({
      ...this.#shown(name, help),
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { labels, count } of read()) this.inc(labels, count);
      },
    });
  }

  #distribution(name: string, help: string, read: () => readonly Labelled[]): void {
    new PlainHistogram(this.#registry, this.#shown(name, help), read);
  }

  #shown(name: string, help: string) {
    return { name: `timecredits_${name}`, help };
  }
}

function counted(label: string, counts: Readonly<Record<string, number>>): Counted[] {
  return Object.entries(counts).map(([value, count]) => ({ labels: { [label]: value }, count }));
}
