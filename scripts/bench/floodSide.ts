import { Agent, request as ask, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Flooding, Heard } from './floods.ts';

/** One side of a flood, in a process of its own: a till, or those who flood. */
const job = (await json(process.stdin)) as Flooding;
const target = new URL(job.url);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const latencies_ms: number[] = [];
const statuses: Record<number, number> = {};
const end_ms = performance.now() + job.seconds * 1000;
let count = 0;

if (job.stalls) stall();
else await Promise.all(Array.from({ length: job.connections }, () => oneAfterAnother()));
if (job.stalls) await pause(end_ms - performance.now());
latencies_ms.sort((one, other) => one - other);
const heard: Heard = { statuses, p50_ms: at(0.5), p99_ms: at(0.99) };
process.stdout.write(JSON.stringify(heard), () => process.exit(0));

async function oneAfterAnother(): Promise<void> {
  while (performance.now() < end_ms) {
    const since_ms = performance.now();
    try {
      const status = await answered();
      statuses[status] = (statuses[status] ?? 0) + 1;
      latencies_ms.push(performance.now() - since_ms);
    } catch {
      statuses[0] = (statuses[0] ?? 0) + 1;
      await pause(1);
    }
    if (job.pause_ms > 0) await pause(job.pause_ms);
  }
}

function answered(): Promise<number> {
  count += 1;
  const { method, path, headers = {}, bodies } = job;
  const body = bodies?.[count % bodies.length];
  const key = { 'idempotency-key': `${job.run}-${count}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = ask(
      target,
      { agent, method, path, headers: { ...headers, ...(body !== undefined && key) } },
      (response: IncomingMessage) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode!));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Opens connections, asks on each, and reads nothing of what is answered. */
function stall(): void {
  for (let index = 0; index < job.connections; index += 1) {
    const socket = connect(Number(target.port), target.hostname, () => {
      socket.pause();
      socket.write(`GET ${job.path} HTTP/1.1\r\nHost: ledger\r\n\r\n`);
    });
    socket.on('error', () => undefined);
  }
}

function at(share: number): number {
  return latencies_ms[Math.floor(latencies_ms.length * share)] ?? Number.NaN;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
