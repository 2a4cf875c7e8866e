import { createReadStream } from 'node:fs';
import { json } from 'node:stream/consumers';
import { Balances } from '../../projections/balances.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { readRecorded } from '../../src/journal/journal.ts';
import { sqliteReader } from '../../src/journal/sqlite/index.ts';

/** One side of the replay, in a fresh process: the stream to balances, or lines read and parsed. */
export type ReplayJob = { readonly side: 'stream' | 'lines'; readonly file: string };
export type Replayed = {
  readonly seconds: number;
  readonly cpu_s: number;
  readonly events: number;
  /** What must come to zero: the sum of balances. */
  readonly sum: number;
};

const CHUNK_BYTES = 1024 * 1024;

const { side, file } = (await json(process.stdin)) as ReplayJob;
const started_ms = performance.now();
const before = process.cpuUsage();
const counted = side === 'stream' ? await replay() : await parseLines();
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - started_ms) / 1000;
const answer: Replayed = { seconds, cpu_s: (user + system) / 1e6, ...counted };
process.stdout.write(JSON.stringify(answer));

async function replay(): Promise<{ events: number; sum: number }> {
  const balances = new Balances();
  const reader = sqliteReader(file);
  for await (const page of readRecorded(reader, 0)) {
    for (const recorded of page) balances.apply(recorded);
  }
  await reader.close();
  return { events: balances.revision + 1, sum: balances.sum() };
}

/** Reads in large pieces and parses every line; nothing is made of what is read. */
async function parseLines(): Promise<{ events: number; sum: number }> {
  let events = 0;
  let rest = '';
  for await (const chunk of createReadStream(file, {
    encoding: 'utf8',
    highWaterMark: CHUNK_BYTES,
  })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { type } = JSON.parse(line) as Partial<StreamEvent>;
      if (type !== undefined) events += 1;
    }
  }
  return { events, sum: 0 };
}
