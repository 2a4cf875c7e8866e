import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteReader } from '../../src/journal/sqlite/index.ts';
import { median, progress, shown, type Part, type Settings } from './figures.ts';
import { ask } from './processes.ts';
import type { Replayed, ReplayJob } from './replaySide.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const EVENTS = 1_000_000;
const MEMBERS = 100_000;

/** A million events to balances, against reading and parsing them from a file of lines. */
export async function replay({ rounds, folder }: Settings): Promise<Part> {
  progress(`replay: ${EVENTS} events are written …`);
  const file = join(folder, 'replay', 'ledger.sqlite');
  const lines = join(folder, 'replay', 'events.ndjson');
  mkdirSync(join(folder, 'replay'));
  const [events] = await seed(MEMBERS, [{ events: EVENTS, file }]);
  await writeLines(file, lines);
  const found: { stream: Replayed; lines: Replayed }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`replay: round ${round} of ${rounds}`);
    const stream = () => side({ side: 'stream', file });
    const parsed = () => side({ side: 'lines', file: lines });
    if (round % 2 === 0) found.push({ stream: await stream(), lines: await parsed() });
    else {
      const first = await parsed();
      found.push({ stream: await stream(), lines: first });
    }
  }
  if (found.some(({ stream, lines }) => stream.events !== events || lines.events !== events)) {
    throw new Error('replay: the two sides did not see the same events');
  }
  if (found.some(({ stream }) => stream.sum !== 0)) {
    throw new Error('replay: the balances do not sum to zero');
  }
  const rate = ({ events, seconds }: Replayed) => events / seconds;
  const result = {
    events,
    members: MEMBERS,
    ratio: median(found.map(({ stream, lines }) => rate(stream) / rate(lines))),
    cpuRatio: median(found.map(({ stream, lines }) => lines.cpu_s / stream.cpu_s)),
    stream: medians(found.map(({ stream }) => stream)),
    lines: medians(found.map(({ lines }) => lines)),
    rounds: found,
  };
  const cells = ({ perSecond, cpu_us }: ReturnType<typeof medians>) => [
    shown(perSecond),
    shown(cpu_us),
  ];
  const text = table(
    ['replay', 'events', 'events /s', 'CPU us an event', 'ratio', 'CPU ratio'],
    [
      ['lines read and parsed', shown(events), ...cells(result.lines), '1.00', '1.00'],
      [
        `stream to balances of ${shown(MEMBERS)} members`,
        shown(events),
        ...cells(result.stream),
        shown(result.ratio),
        shown(result.cpuRatio),
      ],
    ],
  );
  return { result, text };
}

function side(job: ReplayJob): Promise<Replayed> {
  return ask<Replayed>('replaySide.ts', job);
}

function medians(sides: readonly Replayed[]) {
  return {
    perSecond: median(sides.map(({ events, seconds }) => events / seconds)),
    cpu_us: median(sides.map(({ events, cpu_s }) => (cpu_s * 1e6) / events)),
  };
}

async function writeLines(file: string, target: string): Promise<void> {
  const reader = sqliteReader(file);
  const descriptor = openSync(target, 'w');
  for await (const { lines } of reader.read(0)) writeSync(descriptor, `${lines.join('\n')}\n`);
  closeSync(descriptor);
  await reader.close();
}
