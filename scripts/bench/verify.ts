import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sqliteReader } from '../../src/journal/sqlite/index.ts';
import { median, progress, shown, type Part, type Settings } from './figures.ts';
import { writeMirror } from './mirror.ts';
import { ask } from './processes.ts';
import type { Replayed } from './replaySide.ts';
import { seed } from './seed.ts';
import { table } from './table.ts';

const EVENTS = 1_000_000;
const MEMBERS = 100_000;

type Round = { readonly lines: Replayed; readonly one: Replayed; readonly all: Replayed };

/** An auditor's verification of a million events, against reading and parsing their lines. */
export async function verify({ rounds, folder }: Settings): Promise<Part> {
  progress(`verify: ${EVENTS} events, their tiles and a checkpoint are written …`);
  mkdirSync(join(folder, 'verify'));
  const file = join(folder, 'verify', 'ledger.sqlite');
  const directory = join(folder, 'verify', 'mirror');
  const [events] = await seed(MEMBERS, [{ events: EVENTS, file }]);
  const reader = sqliteReader(file);
  await writeMirror(reader, directory);
  await reader.close();
  const cores = availableParallelism();
  const found: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress(`verify: round ${round} of ${rounds}`);
    const lines = () =>
      ask<Replayed>('replaySide.ts', { side: 'lines', file: join(directory, 'events.ndjson') });
    const verified = (helpers: number) => ask<Replayed>('verifySide.ts', { directory, helpers });
    const first = round % 2 === 1 ? await lines() : undefined;
    const [all, one] = [await verified(cores - 1), await verified(0)];
    found.push({ lines: first ?? (await lines()), one, all });
  }
  if (found.some(({ lines, one, all }) => [lines, one, all].some((of) => of.events !== events))) {
    throw new Error('verify: the sides did not see the same events');
  }
  return summary(found, cores);
}

function summary(rounds: readonly Round[], cores: number): Part {
  const sideOf = (side: keyof Round) => ({
    perSecond: median(rounds.map((round) => round[side].events / round[side].seconds)),
    cpu_us: median(rounds.map((round) => (round[side].cpu_s * 1e6) / round[side].events)),
    timesAsLong: median(rounds.map((round) => round[side].seconds / round.lines.seconds)),
    timesTheCpu: median(rounds.map((round) => round[side].cpu_s / round.lines.cpu_s)),
  });
  const sides = { lines: sideOf('lines'), one: sideOf('one'), all: sideOf('all') };
  const row = (name: string, { perSecond, cpu_us, timesAsLong, timesTheCpu }: typeof sides.one) => [
    name,
    ...[perSecond, cpu_us, timesAsLong, timesTheCpu].map((figure) => shown(figure)),
  ];
  const text = table(
    ['verify', 'events /s', 'CPU us an event', 'times as long', 'times the CPU'],
    [
      row('lines read and parsed', sides.lines),
      row(`verified by ${cores} threads`, sides.all),
      row('verified by one', sides.one),
    ],
  );
  return { result: { events: rounds[0]!.lines.events, members: MEMBERS, cores, ...sides }, text };
}
