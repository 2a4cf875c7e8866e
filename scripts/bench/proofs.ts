import { join } from 'node:path';
import { medianOf, progress, shown, type Part, type Settings } from './figures.ts';
import { measure, type Measured, type Plan } from './jobs.ts';
import { startService, type Server } from './processes.ts';
import { EVENTS, MEMBERS, sideOf } from './redemptions.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 1;

type Round = { readonly [P in 'withTree' | 'withoutTree' | 'inclusions']: Measured };

/** What the Merkle tree costs a redemption, and how many proofs a second it gives. */
export async function proofs({ seconds, rounds, folder }: Settings): Promise<Part> {
  progress(`proofs: a stream with ${MEMBERS} members is written, twice …`);
  const [here, there] = [join(folder, 'proofs'), join(folder, 'proofs-without')];
  for (const data of [here, there]) {
    await seed(MEMBERS, [{ events: EVENTS, file: join(data, 'ledger.sqlite') }]);
  }
  const service = await startService(here);
  const without = await startService(there, ['withoutTree.ts']);
  await roundOf(service, without, WARM_UP_SECONDS, true);
  const found: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`proofs: round ${round} of ${rounds}`);
    found.push(await roundOf(service, without, seconds, round % 2 === 0));
  }
  await Promise.all([service.stop(), without.stop()]);
  const result = {
    connections: CONNECTIONS,
    ratio: medianOf(found, ({ withTree, withoutTree }) => {
      return withTree.perSecond / withoutTree.perSecond;
    }),
    withTree: sideOf(found.map(({ withTree }) => withTree))!,
    withoutTree: sideOf(found.map(({ withoutTree }) => withoutTree))!,
    inclusions: sideOf(found.map(({ inclusions }) => inclusions))!,
    rounds: found,
  };
  return { result, text: words(result) };
}

async function roundOf(
  service: Server,
  without: Server,
  seconds: number,
  treeFirst: boolean,
): Promise<Round> {
  const run = (server: Server, side: string, plan: Plan) =>
    measure(server, side, { plan, seconds, connections: CONNECTIONS, members: MEMBERS });
  const early = treeFirst ? await run(service, 'with the tree', 'redemptions') : undefined;
  const withoutTree = await run(without, 'without the tree', 'redemptions');
  const withTree = early ?? (await run(service, 'with the tree', 'redemptions'));
  return { withTree, withoutTree, inclusions: await run(service, 'proofs', 'inclusions') };
}

type Sides = { readonly [P in keyof Round]: NonNullable<ReturnType<typeof sideOf>> };

function words(result: Sides & { readonly ratio: number | undefined }): string {
  const row = (name: string, side: keyof Sides, ratio?: number) => {
    const { perSecond, serverCpu_us, mainThreadCpu_us, p99_ms } = result[side];
    const cpu = `${shown(serverCpu_us, 1)} (${shown(mainThreadCpu_us, 1)})`;
    return [name, shown(perSecond), shown(ratio), cpu, shown(p99_ms, 0)];
  };
  const headings = [
    `proofs, ${CONNECTIONS} connections`,
    'requests /s',
    'ratio',
    'service CPU us (main thread)',
    'p99 ms',
  ];
  return [
    table(headings, [
      row('redemptions without the tree', 'withoutTree'),
      row('redemptions with the tree', 'withTree', result.ratio),
      row('proofs of inclusion', 'inclusions'),
    ]),
    '  Two services on like streams; tree and checkpoints are taken out of the one. A proof',
    `  is of any of ${shown(EVENTS)} events, under the last checkpoint.`,
  ].join('\n');
}
