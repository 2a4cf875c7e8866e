import { join } from 'node:path';
import { medianOf, progress, shown, type Part, type Settings } from './figures.ts';
import { measure, type Measured, type Plan } from './jobs.ts';
import { startService, type Server } from './processes.ts';
import { EVENTS, MEMBERS, sideOf } from './redemptions.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;

type Round = { readonly [P in 'offers' | 'redemptions' | 'holds' | 'captures']: Measured };

/** Redemptions under offers with caps against those without, and bookings, on one service. */
export async function bookings({ seconds, rounds, folder }: Settings): Promise<Part> {
  progress(`bookings: a stream with ${MEMBERS} members is written …`);
  const data = join(folder, 'bookings');
  await seed(MEMBERS, [{ events: EVENTS, file: join(data, 'ledger.sqlite') }]);
  const service = await startService(data);
  await roundOf(service, WARM_UP_SECONDS, true);
  const found: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`bookings: round ${round} of ${rounds}`);
    found.push(await roundOf(service, seconds, round % 2 === 0));
  }
  await service.stop();
  const result = {
    connections: CONNECTIONS,
    ratio: medianOf(found, ({ offers, redemptions }) => offers.perSecond / redemptions.perSecond),
    offers: sideOf(found.map(({ offers }) => offers))!,
    redemptions: sideOf(found.map(({ redemptions }) => redemptions))!,
    holds: sideOf(found.map(({ holds }) => holds))!,
    captures: sideOf(found.map(({ captures }) => captures))!,
    rounds: found,
  };
  return { result, text: words(result) };
}

/** Every plan once; of the two that are compared in turn the one and the other first. */
async function roundOf(service: Server, seconds: number, offersFirst: boolean): Promise<Round> {
  const run = (plan: Plan) =>
    measure(service, 'service', { plan, seconds, connections: CONNECTIONS, members: MEMBERS });
  const early = offersFirst ? await run('offers') : undefined;
  const redemptions = await run('redemptions');
  const offers = early ?? (await run('offers'));
  return { offers, redemptions, holds: await run('holds'), captures: await run('captures') };
}

type Sides = { readonly [P in keyof Round]: NonNullable<ReturnType<typeof sideOf>> };

function words(result: Sides & { readonly ratio: number | undefined }): string {
  const row = (name: string, side: keyof Sides, ratio?: number) => {
    const { perSecond, serverCpu_us, generatorCpu_us, p99_ms } = result[side];
    const cpu = [shown(serverCpu_us, 1), shown(generatorCpu_us, 1)];
    return [name, shown(perSecond), shown(ratio), ...cpu, shown(p99_ms, 0)];
  };
  const headings = [
    `offers and bookings, ${CONNECTIONS} connections`,
    'requests /s',
    'ratio',
    'service CPU us',
    'generator CPU us',
    'p99 ms',
  ];
  return [
    table(headings, [
      row('redemptions without an offer', 'redemptions'),
      row('redemptions under offers with caps', 'offers', result.ratio),
      row('holds', 'holds'),
      row('holds, each captured next', 'captures'),
    ]),
    '  Distinct wallets, one service. Every sale under an offer counts a member, the credits of a',
    '  day and the places of a slot. Of the last row one request in two captures what the one',
    '  before it held, so that half as many bookings were made and captured.',
  ].join('\n');
}
