import { join } from 'node:path';
import { accountOf } from '../../schemas/ids.ts';
import { median, progress, shown, type Part, type Settings } from './figures.ts';
import { ask, startService, type Server } from './processes.ts';
import { EVENTS, MEMBERS } from './redemptions.ts';
import { seed } from './seed.ts';
import { COORDINATOR_KEY, FUND, GROUP, memberAt, PARTNER_KEY, VENUE } from './stream.ts';
import { table } from './table.ts';

/** What one process of callers does. */
export type Flooding = {
  readonly url: string;
  readonly run: string;
  readonly seconds: number;
  readonly connections: number;
  readonly pause_ms: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodies?: readonly string[];
  /** They read nothing of what they are answered. */
  readonly stalls?: boolean;
};

/** What they were answered: how many with each status, 0 where the connection was closed. */
export type Heard = {
  readonly statuses: Readonly<Record<string, number>>;
  readonly p50_ms: number;
  readonly p99_ms: number;
};

type Flood = Pick<Flooding, 'path' | 'headers' | 'bodies' | 'stalls'> & {
  readonly name: string;
  readonly connections: number;
};

const LIST_LINES = 1_000;
const FIELDS = 30_000;
/** Tills that ask now and then, whose answers are looked at. */
const TILLS = { connections: 4, pause_ms: 10 };
const BODIES = 997;
const LEAD_MS = 300;

const coordinator = { authorization: `Bearer ${COORDINATOR_KEY}` };
const today = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
const list = JSON.stringify({
  organisationId: GROUP,
  occurredOn: today,
  activity: 'flood',
  entries: Array.from({ length: LIST_LINES }, (_, line) => ({
    memberId: memberAt(line),
    minutes: 1,
  })),
});
const fields = JSON.stringify(
  Object.fromEntries(Array.from({ length: FIELDS }, (_, index) => [`f${index}`, 1])),
);

const FLOODS: readonly Flood[] = [
  { name: '16 ask for the script of /docs', path: '/docs/js/scalar.js', connections: 16 },
  { name: '64 ask for /openapi.json', path: '/openapi.json', connections: 64 },
  {
    name: '300 ask for that script and read nothing',
    path: '/docs/js/scalar.js',
    connections: 300,
    stalls: true,
  },
  {
    name: '64 have a key that is none',
    path: '/v1/me',
    connections: 64,
    headers: { authorization: 'Bearer none' },
  },
  {
    name: '16 of a group ask for 500 entries',
    path: `/v1/accounts/${accountOf.allocation(GROUP, FUND)}/entries?limit=500`,
    connections: 16,
    headers: coordinator,
  },
  {
    name: '16 of a group preview lists of 1,000',
    path: '/v1/issues?preview=true',
    connections: 16,
    headers: coordinator,
    bodies: [list],
  },
  {
    name: '16 of a group send 30,000 fields',
    path: '/v1/issues',
    connections: 16,
    headers: coordinator,
    bodies: [fields],
  },
  {
    name: '128 of a group ask who they are',
    path: '/v1/me',
    connections: 128,
    headers: coordinator,
  },
];

type Round = { readonly quiet: Heard; readonly flooded: Heard; readonly flood: Heard };

/** Redemptions of one organisation, quiet, and while somebody else floods the service. */
export async function floods({ seconds, rounds, folder }: Settings): Promise<Part> {
  const data = join(folder, 'floods');
  await seed(MEMBERS, [{ events: EVENTS, file: join(data, 'ledger.sqlite') }]);
  const service = await startService(data);
  await tills(service, 1, 'warm');
  const found = FLOODS.map((flood) => ({ flood, rounds: [] as Round[] }));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, one] of found.entries()) {
      progress(`floods: round ${round} of ${rounds}, ${one.flood.name}`);
      one.rounds.push(await roundOf(service, one.flood, seconds, `${round}-${index}`));
    }
  }
  const memory = await service.memory();
  await service.stop();
  return { result: { floods: found, memory }, text: words(found) };
}

async function roundOf(
  service: Server,
  { name, connections, ...flood }: Flood,
  seconds: number,
  run: string,
): Promise<Round> {
  const quiet = await tills(service, seconds, `${run}-quiet`);
  const job: Flooding = {
    ...{ url: service.url, run: `flood-${run}`, connections, pause_ms: 0 },
    ...{ seconds: seconds + (2 * LEAD_MS) / 1000, method: flood.bodies ? 'POST' : 'GET' },
    ...flood,
  };
  const flooding = ask<Heard>('floodSide.ts', job);
  await new Promise((resolve) => setTimeout(resolve, LEAD_MS));
  const flooded = await tills(service, seconds, run);
  const heard = await flooding;
  if (Object.keys(quiet.statuses).join() !== '201') {
    throw new Error(`floods: quiet sales were answered ${JSON.stringify(quiet.statuses)}`);
  }
  if (Object.keys(flooded.statuses).join() !== '201') {
    throw new Error(`floods: ${name}: sales were answered ${JSON.stringify(flooded.statuses)}`);
  }
  return { quiet, flooded, flood: heard };
}

function tills({ url }: Server, seconds: number, run: string): Promise<Heard> {
  const bodies = Array.from({ length: BODIES }, (_, index) =>
    JSON.stringify({ venueId: VENUE, memberId: memberAt(index), credits: '1' }),
  );
  const headers = { authorization: `Bearer ${PARTNER_KEY}` };
  const job = { url, run: `till-${run}`, seconds, ...TILLS, headers, bodies };
  return ask<Heard>('floodSide.ts', { ...job, method: 'POST', path: '/v1/redemptions' });
}

function words(found: readonly { flood: Flood; rounds: readonly Round[] }[]): string {
  const rows = found.map(({ flood, rounds }) => {
    const of = (pick: (round: Round) => number) => median(rounds.map(pick));
    const answers = rounds.map((round) =>
      Object.entries(round.flood.statuses).map(([status, count]) => `${count} × ${status}`),
    );
    return [
      flood.name,
      shown(
        of(({ quiet }) => quiet.p50_ms),
        1,
      ),
      shown(
        of(({ flooded }) => flooded.p50_ms),
        1,
      ),
      shown(
        of(({ quiet }) => quiet.p99_ms),
        1,
      ),
      shown(
        of(({ flooded }) => flooded.p99_ms),
        1,
      ),
      shown(of(({ quiet, flooded }) => flooded.p99_ms / quiet.p99_ms)),
      answers.at(-1)!.join(', '),
    ];
  });
  const headings = [
    'sales of a partner while',
    'quiet p50 ms',
    'p50 ms',
    'quiet p99 ms',
    'p99 ms',
    'ratio of p99',
    'the flood was answered',
  ];
  return table(headings, rows);
}
