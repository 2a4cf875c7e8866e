import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventstoreJournal } from '../../src/journal/eventstore/index.ts';
import { makeSigner, signerText } from '../../src/proofs/note.ts';
import { medianOf, progress, shown, type Part, type Settings } from './figures.ts';
import { loadOnce } from './jobs.ts';
import { startService, startStandIn, type Server } from './processes.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const MEMBERS = 5_000;
const EVENTS = 3 * MEMBERS;
const INSTANCES = 3;
/** As few as elsewhere in the bench, and as many as keep three instances busy at once. */
const CONNECTIONS = [63, 384];
const WARM_UP_SECONDS = 1;
const ORIGIN = 'bench.example/instances';
const MIRROR = 'ledger-mirror.sqlite';
const KEY_BYTES = 32;

/** More than is answered where every write goes over the network. */
const PER_SECOND_MAX = 10_000;

/** What one instance answered in one round: writes, and 503 where it lost too often. */
type Side = { readonly perSecond: number; readonly busy: number; readonly p99_ms: number };
type Round = { readonly one: Side; readonly three: readonly Side[] };

/** Redemptions on an EventStoreDB: by one instance of three, and by all three together. */
export async function instances({ seconds, rounds, folder, url }: Settings): Promise<Part> {
  const standIn = url === undefined ? await startStandIn() : undefined;
  const network = `bench-${randomBytes(5).toString('hex')}`;
  const server = url ?? standIn!.url;
  progress(`instances: a stream with ${MEMBERS} members is written …`);
  const services = await started(server, network, join(folder, 'instances'));
  const cases = CONNECTIONS.map((connections) => ({ connections, rounds: [] as Round[] }));
  for (const service of services) await measured(service, CONNECTIONS[0]!, WARM_UP_SECONDS);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { connections, rounds: found } of cases) {
      progress(`instances: round ${round} of ${rounds}, ${connections} connections`);
      const all = () => together(services, connections, seconds);
      const early = round % 2 === 0 ? await all() : undefined;
      const one = await measured(services[round % INSTANCES]!, connections, seconds);
      found.push({ one, three: early ?? (await all()) });
    }
  }
  await Promise.all(services.map((service) => service.stop()));
  await standIn?.stop();
  const result = {
    server: url === undefined ? 'stand-in' : 'given',
    cases: cases.map((one) => ({ ...one, ...summary(one.rounds) })),
  };
  return { result, text: words(result.server, result.cases) };
}

/** Three instances on one stream, each with a mirror that has it already. */
async function started(url: string, network: string, folder: string): Promise<Server[]> {
  const folders = Array.from({ length: INSTANCES }, (_, index) => join(folder, String(index)));
  for (const one of folders) mkdirSync(one, { recursive: true });
  const [first, ...others] = folders.map((one) => join(one, MIRROR));
  const random = randomBytes;
  const open = (file: string) =>
    eventstoreJournal({ url, network, file, random, log: () => undefined });
  await seed(MEMBERS, [{ events: EVENTS, file: first! }], { open, network });
  for (const other of others) copyFileSync(first!, other);
  const environment = {
    JOURNAL_URL: url,
    NETWORK: network,
    ORIGIN,
    CARD_KEY: randomBytes(KEY_BYTES).toString('hex'),
    SIGNING_KEY: signerText(makeSigner(ORIGIN, randomBytes(KEY_BYTES))),
  };
  return Promise.all(folders.map((one) => startService(one, [], environment)));
}

/** All of them at once, each under a share of the connections. */
function together(
  services: readonly Server[],
  connections: number,
  seconds: number,
): Promise<Side[]> {
  const share = 1 / services.length;
  return Promise.all(
    services.map((service) => measured(service, connections * share, seconds, share)),
  );
}

async function measured(
  service: Server,
  connections: number,
  seconds: number,
  share = 1,
): Promise<Side> {
  const question = { plan: 'redemptions', connections, seconds, members: MEMBERS } as const;
  const load = await loadOnce(service, question, share * PER_SECOND_MAX);
  const count = (wanted: number) =>
    load.statuses.reduce((sum, { status, count }) => sum + (status === wanted ? count : 0), 0);
  const [made, busy] = [count(201), count(503)];
  if (load.failed > 0 || made + busy !== load.answers) {
    throw new Error(`${load.failed} requests failed: ${JSON.stringify(load.statuses)}`);
  }
  return { perSecond: made / load.seconds, busy, p99_ms: load.p99_ms };
}

function summary(found: readonly Round[]) {
  const sum = (sides: readonly Side[]) => sides.reduce((all, { perSecond }) => all + perSecond, 0);
  return {
    one: medianOf(found, ({ one }) => one.perSecond),
    three: medianOf(found, ({ three }) => sum(three)),
    ratio: medianOf(found, ({ one, three }) => sum(three) / one.perSecond),
    /** The least that any instance had of a third of all, in any round. */
    leastShare: Math.min(
      ...found.map(({ three }) => {
        const least = Math.min(...three.map(({ perSecond }) => perSecond));
        return (least * INSTANCES) / sum(three);
      }),
    ),
    busy: found.reduce((all, { three }) => all + three.reduce((of, { busy }) => of + busy, 0), 0),
    one_p99_ms: medianOf(found, ({ one }) => one.p99_ms),
    three_p99_ms: medianOf(found, ({ three }) => Math.max(...three.map(({ p99_ms }) => p99_ms))),
  };
}

type Case = ReturnType<typeof summary> & { readonly connections: number };

function words(server: string, cases: readonly Case[]): string {
  const headings = [
    `redemptions on EventStoreDB (${server})`,
    'connections',
    'requests /s',
    'ratio',
    'least share',
    'busy',
    'p99 ms',
  ];
  const rows = cases.flatMap((one) => {
    const connections = String(one.connections);
    const alone = [shown(one.one), '', '', '', shown(one.one_p99_ms, 0)];
    const all = [shown(one.three), shown(one.ratio), shown(one.leastShare), shown(one.busy, 0)];
    return [
      ['one of three instances', connections, ...alone],
      ['three instances together', connections, ...all, shown(one.three_p99_ms, 0)],
    ];
  });
  return [
    table(headings, rows),
    '  All three always run and follow the stream. The least share is that of the instance that',
    '  got least, of a third of all answers, in any round; busy are answers with 503, told to try',
    '  again.',
    ...(server === 'stand-in'
      ? ['  The stand-in is a test double in memory: it says nothing of how fast a server is.']
      : []),
  ].join('\n');
}
