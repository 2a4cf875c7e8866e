import { Agent, request as ask, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { latenciesOf } from './latencies.ts';
import { bodyOf } from './requests.ts';
import type { Job, Load } from './jobs.ts';

/**
 * Sends requests evenly, as many a second as it is told, whatever is answered meanwhile. Each is
 * timed from when it was due, so that one that is held up counts for those that wait behind it.
 */

/** Not measured: connections are opened, and both sides warm up. */
const WARM_UP_MS = 1_000;
const TICK_MS = 1;

const job = (await json(process.stdin)) as Job & { readonly perSecond: number };
const target = new URL(job.url);
const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
const all_ms: number[] = [];
const statuses = new Map<number, number>();
let failed = 0;

const began_ms = performance.now();
const measured_ms = began_ms + WARM_UP_MS;
const end_ms = measured_ms + job.seconds * 1000;
let usage = process.cpuUsage();
const sent: Promise<void>[] = [];
for (let now_ms = began_ms; now_ms < end_ms; now_ms = performance.now()) {
  const due = Math.floor(((now_ms - began_ms) / 1000) * job.perSecond);
  while (sent.length < due) {
    sent.push(one(sent.length, began_ms + (sent.length * 1000) / job.perSecond));
  }
  if (all_ms.length === 0) usage = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
await Promise.all(sent);
const { user, system } = process.cpuUsage(usage);
const load: Load = {
  answers: all_ms.length,
  seconds: job.seconds,
  cpu_s: (user + system) / 1e6,
  failed,
  statuses: [...statuses].map(([status, count]) => ({ status, count })),
  ranDry: false,
  ...latenciesOf(all_ms),
};
process.stdout.write(JSON.stringify(load), () => process.exit(0));

async function one(number: number, due_ms: number): Promise<void> {
  try {
    const status = await answered(number);
    if (due_ms < measured_ms) return;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    all_ms.push(performance.now() - due_ms);
  } catch {
    failed += 1;
  }
}

function answered(number: number): Promise<number> {
  const { method, path, key, body } = bodyOf(job, number);
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': `${job.run}-${number}`,
  };
  return new Promise((resolve, reject) => {
    const asked = ask(target, { agent, method, path, headers }, (response: IncomingMessage) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}
