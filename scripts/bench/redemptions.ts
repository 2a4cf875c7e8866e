import { join } from 'node:path';
import { median, medianOf, progress, shown, type Part, type Settings } from './figures.ts';
import { measure, type Measured, type Plan } from './jobs.ts';
import { startBare, startService, type Server } from './processes.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

export const MEMBERS = 20_000;
/** Enough for all members to be there, with some history behind them. */
export const EVENTS = 3 * MEMBERS;
const WARM_UP_SECONDS = 1;

type Case = {
  readonly name: string;
  readonly plan: Plan;
  readonly connections: number;
  /** Whether the bare route can answer the same requests. */
  readonly compared: boolean;
  /** Whether half as many are sent as were answered in the first case, so that none waits long. */
  readonly atHalf?: true;
};

const CASES: readonly Case[] = [
  { name: 'distinct wallets, 64', plan: 'redemptions', connections: 64, compared: true },
  { name: 'distinct wallets, 256', plan: 'redemptions', connections: 256, compared: true },
  { name: 'one hot wallet, 64', plan: 'hot', connections: 64, compared: true },
  { name: 'mix, 64', plan: 'mix', connections: 64, compared: false },
  {
    name: 'distinct wallets, 64, half the rate',
    ...{ plan: 'redemptions', connections: 64, compared: false, atHalf: true },
  },
];

type Round = { readonly service: Measured; readonly bare?: Measured };

/** Redemptions over HTTP, against a bare route with the same body and answer. */
export async function redemptions({ seconds, rounds, folder }: Settings): Promise<Part> {
  progress(`redemptions: a stream with ${MEMBERS} members is written …`);
  const data = join(folder, 'redemptions');
  await seed(MEMBERS, [{ events: EVENTS, file: join(data, 'ledger.sqlite') }]);
  const service = await startService(data);
  const bare = await startBare();
  for (const { plan, compared } of CASES) {
    const job = { plan, connections: 64, seconds: WARM_UP_SECONDS, members: MEMBERS };
    await measure(service, 'service', job);
    if (compared) await measure(bare, 'bare', job);
  }
  const found = CASES.map((one) => ({ ...one, rounds: [] as Round[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of found) {
      progress(`redemptions: round ${round} of ${rounds}, ${one.name}`);
      const full = one.atHalf && found[0]!.rounds.at(-1)!.service.perSecond;
      const perSecond = full && Math.floor(full / 2);
      const job = { ...one, seconds, members: MEMBERS, perSecond };
      one.rounds.push(await bothSides(service, bare, job, round % 2 === 0));
    }
  }
  await Promise.all([service.stop(), bare.stop()]);
  return { result: found.map(summary), text: words(found) };
}

/** Measures one side and then the other, in turn the one and the other first. */
async function bothSides(
  service: Server,
  bare: Server,
  job: Case & { seconds: number; members: number; perSecond: number | undefined },
  serviceFirst: boolean,
): Promise<Round> {
  if (!job.compared) return { service: await measure(service, 'service', job) };
  if (serviceFirst) {
    const first = await measure(service, 'service', job);
    return { service: first, bare: await measure(bare, 'bare', job) };
  }
  const first = await measure(bare, 'bare', job);
  return { service: await measure(service, 'service', job), bare: first };
}

function summary({ name, plan, connections, rounds }: Case & { rounds: Round[] }) {
  return {
    name,
    plan,
    connections,
    ratio: medianOf(rounds, ratioOf),
    slowest: slowestOf(rounds.map(ratioOf)),
    cpuRatio: medianOf(rounds, ({ service, bare }) =>
      bare?.serverCpu_us === undefined || service.serverCpu_us === undefined
        ? undefined
        : bare.serverCpu_us / service.serverCpu_us,
    ),
    service: sideOf(rounds.map(({ service }) => service)),
    bare: sideOf(rounds.flatMap(({ bare }) => bare ?? [])),
    rounds,
  };
}

function ratioOf({ service, bare }: Round): number | undefined {
  return bare && service.perSecond / bare.perSecond;
}

function slowestOf(ratios: readonly (number | undefined)[]): number | undefined {
  const known = ratios.filter((ratio) => ratio !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The medians of one side, and of all rounds the longest that anybody waited. */
export function sideOf(measured: readonly Measured[]) {
  if (measured.length === 0) return undefined;
  return {
    perSecond: median(measured.map(({ perSecond }) => perSecond)),
    serverCpu_us: medianOf(measured, ({ serverCpu_us }) => serverCpu_us),
    mainThreadCpu_us: medianOf(measured, ({ mainThreadCpu_us }) => mainThreadCpu_us),
    generatorCpu_us: median(measured.map(({ generatorCpu_us }) => generatorCpu_us)),
    p50_ms: median(measured.map(({ p50_ms }) => p50_ms)),
    p99_ms: median(measured.map(({ p99_ms }) => p99_ms)),
    p999_ms: median(measured.map(({ p999_ms }) => p999_ms)),
    longest_ms: Math.max(...measured.map(({ longest_ms }) => longest_ms)),
  };
}

function words(found: readonly (Case & { rounds: Round[] })[]): string {
  const headings = [
    'redemptions over HTTP, connections',
    'service /s',
    'bare /s',
    'ratio',
    'slowest round',
    'CPU ratio',
    'service CPU us (main thread)',
    'bare CPU us',
    'generator CPU us',
    'p99 ms',
    'p99.9 ms',
    'longest ms',
  ];
  const rows = found
    .map(summary)
    .map(({ name, ratio, slowest, cpuRatio, service, bare }) => [
      name,
      shown(service?.perSecond),
      shown(bare?.perSecond),
      shown(ratio),
      shown(slowest),
      shown(cpuRatio),
      `${shown(service?.serverCpu_us, 1)} (${shown(service?.mainThreadCpu_us, 1)})`,
      shown(bare?.serverCpu_us, 1),
      `${shown(service?.generatorCpu_us, 1)} / ${shown(bare?.generatorCpu_us, 1)}`,
      shown(service?.p99_ms, 0),
      shown(service?.p999_ms, 0),
      shown(service?.longest_ms, 0),
    ]);
  return [
    table(headings, rows),
    '  CPU is per request, with all threads of a process; the generator against service / bare.',
    "  CPU ratio is the bare route's CPU over the service's. Every answer was 201 (or 200 to a",
    '  read) and durable before it was given. The mix is 70 % redemptions, 20 % balances, 10 %',
    '  lists of 10; the bare route has nothing to compare it with. The longest wait is that of all',
    '  rounds. At half the rate as many are sent a second, evenly, as half of what was answered in',
    '  the first case of the same round; a late answer counts for those that it held up too.',
  ].join('\n');
}
