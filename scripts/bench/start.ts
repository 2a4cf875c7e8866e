import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { median, progress, shown, type Part, type Settings } from './figures.ts';
import { peakBytes } from './machine.ts';
import { bytesOf, savedState, startService, startServiceAlone } from './processes.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const EVENTS = 1_000_000;
const MEMBERS = 100_000;
/** Ten million commands then lie within the time that the stream has. */
const COMMAND_MS = 1_000;

type Started = {
  readonly ready_s: number;
  readonly residentBytes: number;
  readonly peakBytes: number | undefined;
};

/** How long a start takes until it is ready: from the stream, and from what was saved of it. */
export async function start({ rounds, folder, events = EVENTS }: Settings): Promise<Part> {
  const data = join(folder, 'start');
  const journal = join(data, 'ledger.sqlite');
  const state = join(data, 'ledger.state');
  mkdirSync(data);
  progress(`start: ${events} events are written …`);
  // The members are enrolled by commands, too; their opening balances are not one command each.
  const [count] = await seed(MEMBERS, [{ events: events + MEMBERS, file: journal }], {
    listLines: 1,
    command_ms: COMMAND_MS,
  });
  progress('start: a service starts on them, and saves its state');
  const first = await startService(data);
  await savedState(data);
  await first.stop();
  copyFileSync(state, `${state}.kept`);
  const found: { stream: Started; saved: Started }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`start: round ${round} of ${rounds}`);
    rmSync(state);
    const stream = await started(data);
    copyFileSync(`${state}.kept`, state);
    found.push({ stream, saved: await started(data) });
  }
  const medians = (side: 'stream' | 'saved') => ({
    ready_s: median(found.map((one) => one[side].ready_s)),
    residentBytes: median(found.map((one) => one[side].residentBytes)),
  });
  const result = {
    ...{ events: count, members: MEMBERS, keys: keysIn(journal), stateBytes: bytesOf(state) },
    ...{ stream: medians('stream'), saved: medians('saved'), rounds: found },
  };
  return { result, text: textOf(result) };
}

/** Starts the service, asks until it is ready, and ends it. */
async function started(data: string): Promise<Started> {
  const began_ms = performance.now();
  const service = await startServiceAlone(data);
  while ((await fetch(`${service.url}/readyz`)).status !== 200);
  const ready_s = (performance.now() - began_ms) / 1000;
  const { residentBytes } = await service.memory();
  const peak = peakBytes(service.pid);
  await service.stop();
  return { ready_s, residentBytes, peakBytes: peak };
}

function keysIn(file: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  const { keys } = database
    .prepare(`SELECT count(*) AS keys FROM event WHERE event -> '$.command.key' IS NOT NULL`)
    .get() as { keys: number };
  database.close();
  return keys;
}

type Side = Pick<Started, 'ready_s' | 'residentBytes'>;

function textOf(result: {
  readonly events: number | undefined;
  readonly keys: number;
  readonly stateBytes: number;
  readonly stream: Side;
  readonly saved: Side;
}): string {
  const { events, keys, stateBytes, stream, saved } = result;
  const row = (name: string, { ready_s, residentBytes }: Side) => [
    name,
    shown(ready_s),
    shown(residentBytes / 1e6, 0),
  ];
  return [
    table(
      ['start: state from', 'seconds until ready', 'resident MB'],
      [row('the stream', stream), row('what was saved', saved)],
    ),
    `  ${shown(events)} events, ${shown(MEMBERS)} members, ${shown(keys)} keys; what is`,
    `  saved of them has ${shown(stateBytes / 1e6, 0)} MB. From the start of the process to the`,
    '  first 200 of /readyz; behind it the state is proved from the whole stream. Resident right',
    '  then, with that at work.',
  ].join('\n');
}
