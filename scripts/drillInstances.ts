import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { StandIn } from '../test/support/eventstore/index.ts';
import { Cluster } from './drill/cluster.ts';
import { DAYS, type Day } from './drill/days.ts';

/**
 * The drill of the bad days of several instances: real processes on one EventStoreDB, the stand-in
 * of the tests or a real one, while servers go away, replies are lost, instances are stopped and
 * killed, and strangers write. Each day ends with a judgement of every event and every answer.
 */

/** Longer than anything that an instance believes only after a while. */
const TROUBLE_MS = 12_000;

export type PlayOptions = {
  readonly seed: number;
  readonly directory: string;
  /** A real server to play on; the stand-in where none is given. */
  readonly url?: string | undefined;
  readonly trouble_ms: number;
  readonly say: (line: string) => void;
};

/** Plays one day on a ledger of its own, and tells a sentence for all that is not as it must be. */
export async function playDay(day: Day, options: PlayOptions): Promise<string[]> {
  const { seed, directory, url, trouble_ms, say } = options;
  const standIn = url === undefined ? new StandIn() : undefined;
  await standIn?.start();
  const network = `drill-${randomBytes(5).toString('hex')}`;
  let cluster: Cluster | undefined;
  try {
    const address = url ?? standIn!.url;
    cluster = await Cluster.open({ url: address, network, directory, count: day.instances });
    return await day.play({ cluster, seed, standIn, trouble_ms, say });
  } catch (error) {
    return [(error as Error).stack ?? String(error)];
  } finally {
    await cluster?.close();
    await standIn?.close();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '1' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      url: { type: 'string' },
      only: { type: 'string', default: '' },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const [times, first] = [values.times, values.seed].map(Number) as [number, number];
  if (!(times >= 1) || !Number.isSafeInteger(first)) {
    say(
      'Usage: npm run drill:instances -- [--times 20] [--seed 1] [--only words] [--url esdb://…]',
    );
    process.exitCode = 2;
    return;
  }
  const days = DAYS.filter(({ name }) => name.includes(values.only));
  say(values.url === undefined ? 'On the stand-in of the tests.' : 'On the server at --url.');
  let faults = 0;
  for (let time = 0; time < times; time += 1) {
    for (const day of days) {
      if (day.needsFaults && values.url !== undefined) {
        say(`skipped, since it needs the faults of the stand-in: ${day.name}`);
        continue;
      }
      const seed = first + time;
      const directory = mkdtempSync(join(tmpdir(), 'drill-instances-'));
      const options = { seed, directory, url: values.url, trouble_ms: TROUBLE_MS };
      const told: string[] = [];
      const losses = await playDay(day, { ...options, say: (line) => void told.push(line) });
      faults += losses.length;
      const verdict = losses.length === 0 ? 'as it must be' : 'NOT AS IT MUST BE';
      say(`${time + 1}/${times} --seed ${seed}  ${day.name}: ${[verdict, ...told].join('; ')}`);
      for (const loss of losses) say(`    ${loss}`);
      if (losses.length === 0) rmSync(directory, { recursive: true });
      else say(`    The data is in ${directory}`);
    }
  }
  if (faults > 0) process.exitCode = 1;
}

if (import.meta.main) {
  await main();
  process.exit();
}
