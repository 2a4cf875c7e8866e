import { canonical } from '../../schemas/canonical.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { golden, STREAM, STREAM_2 } from '../schemas/goldenStreams.ts';
import { histories } from '../support/histories.ts';

/** Streams of every kind, each with a name, as their lines. */
export async function streams(): Promise<[name: string, lines: readonly string[]][]> {
  const random = (await histories()).map((stream, index): [string, string[]] => [
    `random history ${index}`,
    stream.map(({ event }) => canonical(event)),
  ]);
  return [['busy world', await busyLines()], ['golden stream', goldenLines()], ...random];
}

/** The golden events as one stream; where one was recorded before the last it is moved on. */
function goldenLines(): string[] {
  let latest = '';
  return [...STREAM, ...STREAM_2].map((name) => {
    const event = JSON.parse(golden(name)) as StreamEvent;
    if (event.recordedAt > latest) latest = event.recordedAt;
    return canonical({ ...event, recordedAt: latest });
  });
}

export function eventsIn(lines: readonly string[]): StreamEvent[] {
  return lines.map((line) => JSON.parse(line) as StreamEvent);
}

/** What every account has in the end, in hundredths, as a naive reader adds it up. */
export function balancesIn(lines: readonly string[]): Record<string, number> {
  const balances: Record<string, number> = {};
  for (const { data } of eventsIn(lines)) {
    const { debit, credit, credits } = data as Record<string, string | undefined>;
    if (debit === undefined || credit === undefined) continue;
    const amount = Math.round(Number(credits) * 100);
    balances[debit] = (balances[debit] ?? 0) - amount;
    balances[credit] = (balances[credit] ?? 0) + amount;
  }
  return balances;
}
