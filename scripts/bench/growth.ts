import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { median, medianOf, progress, shown, type Part, type Settings } from './figures.ts';
import type { Memory } from './collect.ts';
import { measure, type Measured } from './jobs.ts';
import { peakBytes } from './machine.ts';
import { bytesOf, savedState, startService, type Server } from './processes.ts';
import { sideOf } from './redemptions.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const SIZES = [10_000, 100_000];
const EVENTS = 1_000_000;
/** The same number of members behind every size, so that what differs is history. */
const MEMBERS = 2_000;
const CONNECTIONS = 64;
/** Ten million events then lie within the time that the stream has. */
const COMMAND_MS = 1_000;

type Size = {
  readonly events: number;
  readonly diskBytes: number;
  readonly memory: Memory;
  /** The most it had resident until it had saved its state, which another thread folds anew. */
  readonly peak: number | undefined;
  readonly service: Server;
  readonly rounds: Measured[];
};

/** Redemptions a second with more and more events behind, and what an event costs to keep. */
export async function growth(settings: Settings): Promise<Part> {
  const { seconds, rounds, folder, events: most = EVENTS } = settings;
  const wanted = [...new Set([...SIZES, EVENTS, most])].filter((events) => events <= most);
  progress(`growth: ${most} events are written …`);
  const folders = wanted.map((events) => join(folder, `growth-${events}`));
  for (const one of folders) mkdirSync(one);
  const files = folders.map((one) => join(one, 'ledger.sqlite'));
  const counts = await seed(
    MEMBERS,
    wanted.map((events, index) => ({ events, file: files[index]! })),
    { command_ms: COMMAND_MS },
  );
  const sizes: Size[] = [];
  for (const [index, data] of folders.entries()) {
    const diskBytes = bytesOf(files[index]!);
    progress(`growth: a service starts on ${counts[index]} events`);
    const service = await startService(data);
    await savedState(data);
    const memory = await service.memory();
    const peak = peakBytes(service.pid);
    sizes.push({ events: counts[index]!, diskBytes, memory, peak, service, rounds: [] });
  }
  const job = { plan: 'redemptions', connections: CONNECTIONS, members: MEMBERS } as const;
  for (const { service } of sizes) await measure(service, 'service', { ...job, seconds });
  for (let round = 1; round <= rounds; round += 1) {
    // Each round begins with another size, so that none is always the one that comes first.
    const turn = sizes.map((_, index) => sizes[(index + round) % sizes.length]!);
    for (const size of turn) {
      progress(`growth: round ${round} of ${rounds}, ${size.events} events behind`);
      size.rounds.push(await measure(size.service, 'service', { ...job, seconds }));
    }
  }
  await Promise.all(sizes.map(({ service }) => service.stop()));
  return summary(sizes);
}

function summary(sizes: readonly Size[]): Part {
  const [first, last] = [sizes[0]!, sizes.at(-1)!];
  const perEvent = (bytes: (memory: Memory) => number) =>
    (bytes(last.memory) - bytes(first.memory)) / (last.events - first.events);
  const residentBytesPerEvent = perEvent(({ residentBytes }) => residentBytes);
  const keptBytesPerEvent = perEvent(({ keptBytes }) => keptBytes);
  const found = sizes.map((size) => ({
    events: size.events,
    ratio: median(size.rounds.map((one, at) => one.perSecond / first.rounds[at]!.perSecond)),
    cpuRatio: medianOf(
      size.rounds.map((one, at) => ({ here: one.serverCpu_us, at })),
      ({ here, at }) => {
        const there = first.rounds[at]!.serverCpu_us;
        return here === undefined || there === undefined ? undefined : there / here;
      },
    ),
    diskBytes: size.diskBytes,
    diskBytesPerEvent: size.diskBytes / size.events,
    ...size.memory,
    peakBytes: size.peak,
    service: sideOf(size.rounds)!,
    rounds: size.rounds,
  }));
  const rows = found.map(({ events, ratio, cpuRatio, service, diskBytesPerEvent, ...one }) => [
    shown(events),
    shown(service.perSecond),
    shown(ratio),
    shown(cpuRatio),
    shown(service.serverCpu_us, 1),
    shown(service.generatorCpu_us, 1),
    shown(diskBytesPerEvent),
    shown(one.residentBytes / 1e6, 0),
    shown(one.keptBytes / 1e6, 0),
    shown(one.peakBytes === undefined ? undefined : one.peakBytes / 1e6, 0),
  ]);
  const headings = [
    'growth: events behind',
    'redemptions /s',
    'ratio',
    'CPU ratio',
    'service CPU us',
    'generator CPU us',
    'disk bytes an event',
    'resident MB',
    'kept MB',
    'peak MB',
  ];
  const memory = { resident: shown(residentBytesPerEvent), kept: shown(keptBytesPerEvent) };
  const text = [
    table(headings, rows),
    `  Memory for each event: ${memory.resident} bytes resident; the serving thread keeps`,
    `  ${memory.kept} in objects and typed arrays, the rest is room left over from the replay`,
    '  and the cache of SQLite, which has a limit. The peak is that of a start without a saved',
    '  state, which replays all and folds it again in another thread, to save it. Memory for an',
    '  event is the difference between the first and the',
    `  last service (${MEMBERS} members in each), after start and a full collection. Disk: the`,
    '  database and its log after a checkpoint, before the load.',
  ].join('\n');
  const result = { members: MEMBERS, residentBytesPerEvent, keptBytesPerEvent, sizes: found };
  return { result, text };
}
