import { json } from 'node:stream/consumers';
import autocannon, { type Client, type Context, type Request } from 'autocannon';
import { latenciesOf } from './latencies.ts';
import { bodyOf, LAST_HOLD } from './requests.ts';
import type { Job, Load } from './jobs.ts';

/**
 * The load generator, in a process of its own. Every request is made before the clock starts, with
 * an idempotency key of its own, and none is sent twice: a connection that has sent all of its
 * requests stops, and the bench says so.
 */
/** All connections end about then; one that ends earlier has sent all that it had. */
const ENDING_MS = 100;

/** Of requests that book and capture in turn: the one keeps the booking's id for the other. */
const booking: Partial<Request> = {
  onResponse: (_status, body, context) => {
    context.holdId = (JSON.parse(body) as Context).holdId ?? '';
  },
};

const capturing: Partial<Request> = {
  setupRequest: (request, { holdId = '' }) => ({
    ...request,
    path: request.path.replace(LAST_HOLD, holdId),
  }),
};

const job = (await json(process.stdin)) as Job;
process.stdout.write(JSON.stringify(await load(job)));

function load(job: Job): Promise<Load> {
  let connection = 0;
  let started_ms = Infinity;
  let started = process.cpuUsage();
  let ranDry = false;
  const begun = new Set<Client>();
  const all_ms: number[] = [];
  return new Promise((resolve, reject) => {
    const running = autocannon(
      {
        url: job.url,
        connections: job.connections,
        duration: job.seconds,
        maxConnectionRequests: job.prepared,
        sampleInt: 100,
        setupClient: (client) => {
          client.setRequests(requestsOf(job, connection));
          connection += 1;
          client.on('done', () => {
            ranDry ||= performance.now() - started_ms < job.seconds * 1000 - ENDING_MS;
          });
        },
      },
      (error, result) => {
        const { user, system } = process.cpuUsage(started);
        const seconds = (performance.now() - started_ms) / 1000;
        if (error !== null) return reject(error);
        const { errors, timeouts, statusCodeStats } = result;
        const statuses = Object.entries(statusCodeStats).map(([status, { count }]) => ({
          status: Number(status),
          count,
        }));
        const answers = statuses.reduce((sum, { count }) => sum + count, 0);
        const cpu_s = (user + system) / 1e6;
        const failed = errors + timeouts;
        const latencies = latenciesOf(all_ms);
        resolve({ answers, seconds, cpu_s, failed, statuses, ranDry, ...latencies });
      },
    );
    running.on('response', (client: Client, _status: number, _bytes: number, time_ms: number) => {
      // The first one of each waited while the requests of the others were made ready.
      if (begun.has(client)) all_ms.push(time_ms);
      begun.add(client);
    });
    running.on('start', () => {
      started = process.cpuUsage();
      started_ms = performance.now();
    });
  });
}

function requestsOf(job: Job, connection: number): Request[] {
  return Array.from({ length: job.prepared }, (_, index) => {
    const number = index * job.connections + connection;
    const { method, path, key, body } = bodyOf(job, number);
    const authorization = `Bearer ${key}`;
    if (body === undefined) return { method, path, headers: { authorization } };
    return {
      method,
      path,
      ...(job.plan === 'captures' && (path.includes(LAST_HOLD) ? capturing : booking)),
      headers: {
        authorization,
        'content-type': 'application/json',
        'idempotency-key': `${job.run}-${number}`,
      },
      body: JSON.stringify(body),
    };
  });
}
