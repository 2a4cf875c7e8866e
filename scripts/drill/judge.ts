import { setTimeout as elapsed } from 'node:timers/promises';
import { checkStream } from '../../src/check/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { rootAt } from '../../src/proofs/tiles.ts';
import type { Cluster, Instance } from './cluster.ts';
import type { Ground } from './ground.ts';
import { linesFrom, recount } from './recount.ts';
import { send, type Write } from './write.ts';

const CAUGHT_UP_MS = 15_000;
const LOOK_AGAIN_MS = 50;

/**
 * Whether the stream, and every instance, has what was answered, and nothing else: judged by the
 * auditor's model, which shares nothing with what wrote it, and by the drill's own count.
 * @returns a sentence for everything that is not as it must be
 */
export async function judge(
  cluster: Cluster,
  ground: Ground,
  writes: readonly Write[],
): Promise<string[]> {
  const undecided = writes.filter(({ answer, refused }) => answer === refused);
  const losses = undecided.map(({ key }) => `${key} was never decided`);
  const lines = await serverLines(cluster);
  const { findings } = await checkStream(memoryJournal([...lines]));
  losses.push(...findings.map((finding) => `the model finds ${JSON.stringify(finding)}`));
  for (const instance of cluster.instances) {
    const told = await judgeInstance(instance, lines, ground, writes);
    losses.push(...told.map((loss) => `${instance.name}: ${loss}`));
  }
  return losses;
}

async function judgeInstance(
  instance: Instance,
  lines: readonly string[],
  ground: Ground,
  writes: readonly Write[],
): Promise<string[]> {
  const { admin } = instance;
  if (!(await caughtUp(instance, lines.length - 1))) return ['it never caught up'];
  const losses = await recount(admin, lines, ground, writes);
  const own = await linesFrom(admin);
  const other = own.findIndex((line, revision) => line !== lines[revision]);
  if (own.length !== lines.length) losses.push(`it has ${own.length} events of ${lines.length}`);
  if (other !== -1) losses.push(`it has another event at revision ${other}`);
  const { body } = await admin.post<{ note: string }>('/v1/checkpoints', {}, 'judged');
  const [, size, root] = body.note.split('\n');
  const expected = await rootAt((tile) => memoryJournal([...lines]).tile(tile), Number(size));
  if (root !== Buffer.from(expected).toString('base64')) {
    losses.push(`it signs ${root} for ${size} events`);
  }
  return losses.concat(await replays(instance, writes));
}

/** What was made is answered again, by every instance, as it was the first time. */
async function replays({ admin }: Instance, writes: readonly Write[]): Promise<string[]> {
  const losses: string[] = [];
  for (const write of writes.filter(({ answer }) => answer !== undefined).slice(-20)) {
    const again = await send(admin, write);
    if (again !== 'replayed') losses.push(`${write.key} sent again is ${again}`);
  }
  return losses;
}

/** Waits until an instance has a revision. */
export async function caughtUp({ admin }: Instance, revision: number): Promise<boolean> {
  const until_ms = performance.now() + CAUGHT_UP_MS;
  while (performance.now() < until_ms) {
    const { body } = await admin.get<{ revision: number }>('/v1/ledger');
    if (body.revision >= revision) return true;
    await elapsed(LOOK_AGAIN_MS);
  }
  return false;
}

/** Waits until an instance says of its own that it is ready, or that it is not. */
export async function readiness({ admin }: Instance, wanted: boolean): Promise<string> {
  const until_ms = performance.now() + CAUGHT_UP_MS;
  for (;;) {
    const { status, body } = await admin.get<{ why?: string }>('/readyz');
    if ((status === 200) === wanted) return body.why ?? '';
    if (performance.now() > until_ms) throw new Error(`it answers ${status}: ${body.why}`);
    await elapsed(LOOK_AGAIN_MS);
  }
}

/** The stream as the server itself has it, by a client of the drill's own. */
export async function serverLines({
  url,
  stream,
}: Pick<Cluster, 'url' | 'stream'>): Promise<string[]> {
  const { EventStoreDBClient } = await import('@eventstore/db-client');
  const client = EventStoreDBClient.connectionString(url);
  const lines: string[] = [];
  try {
    for await (const { event } of client.readStream(stream))
      lines.push(JSON.stringify(event!.data));
  } finally {
    await client.dispose();
  }
  return lines;
}
