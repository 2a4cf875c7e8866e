import type { Latencies } from './latencies.ts';
import { cpuTime } from './machine.ts';
import { ask, type Server } from './processes.ts';

export type Plan =
  'redemptions' | 'hot' | 'mix' | 'issues' | 'offers' | 'holds' | 'captures' | 'inclusions';

/** What the load generator is asked for. */
export type Job = {
  readonly plan: Plan;
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** As many requests a second are sent, whatever is answered; as many as are answered, without. */
  readonly perSecond?: number | undefined;
  /** The requests made ready for each connection. */
  readonly prepared: number;
  readonly members: number;
  /** Begins every idempotency key of this run, so that none was used before. */
  readonly run: string;
  readonly today: string;
};

/** What the load generator saw. */
export type Load = Latencies & {
  readonly answers: number;
  readonly seconds: number;
  readonly cpu_s: number;
  readonly failed: number;
  readonly statuses: readonly { readonly status: number; readonly count: number }[];
  readonly ranDry: boolean;
};

/** One side's figures in one round. */
export type Measured = Latencies & {
  readonly perSecond: number;
  /** CPU microseconds for each request, all threads; nothing where they cannot be read. */
  readonly serverCpu_us: number | undefined;
  /** Of these, the thread's that serves requests. */
  readonly mainThreadCpu_us: number | undefined;
  readonly generatorCpu_us: number;
};

/** Requests a second that a side is taken to answer at first, until it was measured. */
const FIRST_GUESS = 45_000;
/** How many times as many requests are made ready as were needed before. */
const MARGIN = 1.5;
const ATTEMPTS = 3;

type Question = Pick<Job, 'plan' | 'connections' | 'seconds' | 'members' | 'perSecond'>;

let runs = 0;
const fastest = new Map<string, number>();

/**
 * Loads a server and measures both processes. Should the requests made ready run out, because the
 * machine has become faster, the whole measurement is made again with more.
 * @throws if any request failed or was refused
 */
export async function measure(server: Server, side: string, question: Question): Promise<Measured> {
  const known = `${side} ${question.plan}`;
  const generator = question.perSecond === undefined ? 'load.ts' : 'paced.ts';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = cpuTime(server.pid);
    const load = await ask<Load>(generator, jobFor(server, known, question));
    const after = cpuTime(server.pid);
    requireClean(known, load);
    const perSecond = load.answers / load.seconds;
    const seen = load.ranDry ? perSecond * MARGIN : perSecond;
    fastest.set(known, Math.max(seen, fastest.get(known) ?? 0));
    if (load.ranDry) continue;
    const { answers, cpu_s, p50_ms, p99_ms, p999_ms, longest_ms } = load;
    const microseconds = (used_s: number) => (used_s * 1e6) / answers;
    const used = before &&
      after && { all_s: after.all_s - before.all_s, main_s: after.main_s - before.main_s };
    return {
      perSecond,
      serverCpu_us: used && microseconds(used.all_s),
      mainThreadCpu_us: used && microseconds(used.main_s),
      generatorCpu_us: microseconds(cpu_s),
      p50_ms,
      p99_ms,
      p999_ms,
      longest_ms,
    };
  }
  throw new Error(`${known}: the requests made ready ran out each time`);
}

/**
 * Loads a server once, which may refuse some of it, and measures nothing but the answers.
 * @param perSecond_max more than it will ever answer
 */
export async function loadOnce(
  { url }: Server,
  question: Question,
  perSecond_max: number,
): Promise<Load> {
  const load = await ask<Load>('load.ts', jobOf(url, question, perSecond_max));
  if (load.ranDry) throw new Error('the requests made ready ran out');
  return load;
}

function jobFor({ url }: Server, known: string, question: Question): Job {
  return jobOf(url, question, (fastest.get(known) ?? FIRST_GUESS) * MARGIN);
}

function jobOf(url: string, question: Question, perSecond: number): Job {
  runs += 1;
  const { connections, seconds } = question;
  const prepared = Math.ceil((perSecond * (seconds + 0.25)) / connections);
  const today = new Date().toISOString().slice(0, 10);
  return { ...question, url, prepared, run: `bench-${runs}`, today };
}

function requireClean(what: string, { failed, statuses, answers }: Load): void {
  const refused = statuses.filter(({ status }) => status !== 201 && status !== 200);
  if (failed === 0 && refused.length === 0 && answers > 0) return;
  const seen = refused.map(({ status, count }) => `${count} answers with ${status}`);
  throw new Error(`${what}: ${[`${failed} failed requests`, ...seen].join(', ')}`);
}
