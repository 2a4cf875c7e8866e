import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { addDays, monthOf } from '../../schemas/time.ts';
import { checkpointsAt } from '../../src/checkpoints/checkpoints.ts';
import { configFrom } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { openService } from '../../src/service.ts';
import { median, progress, shown, type Part, type Settings } from './figures.ts';
import { seed } from './seed.ts';
import { NETWORK, PARTNER_KEY, VENUE } from './stream.ts';
import { table } from './table.ts';

/** At a command every 20 seconds this is three months, one of them whole at least. */
const EVENTS = 750_000;
const MEMBERS = 1_000;
/** So many that each has a little more than ten thousand redemptions in a month. */
const VENUES = 12;
const STATEMENTS_A_ROUND = 5;
const FORMS = { JSON: 'application/json', CSV: 'text/csv' } as const;

type Form = keyof typeof FORMS;
type Measured = {
  readonly took_ms: number;
  /** Of the serving thread, which on a busy machine is less than what it took. */
  readonly cpu_ms: number;
  readonly blocked_ms: number;
};

/**
 * A month of a venue with ten thousand entries, other venues' between them: from the request to
 * the last byte of the answer, in the serving process, without a network.
 */
export async function statements({ rounds, folder }: Settings): Promise<Part> {
  progress(`statements: ${EVENTS} events are written …`);
  mkdirSync(join(folder, 'statements'));
  const file = join(folder, 'statements', 'ledger.sqlite');
  const [events = 0] = await seed(MEMBERS, [{ events: EVENTS, file }], { venues: VENUES });
  const { read, period, close } = await served(file);
  const found: Readonly<Record<Form, Measured[]>> = { JSON: [], CSV: [] };
  let entries = 0;
  for (let round = 0; round <= rounds; round += 1) {
    progress(round === 0 ? 'statements: warming up' : `statements: round ${round} of ${rounds}`);
    for (const form of ['JSON', 'CSV'] as const) {
      for (let count = 0; count < STATEMENTS_A_ROUND; count += 1) {
        const { body, ...measured } = await read(FORMS[form]);
        if (form === 'JSON') entries = (JSON.parse(body) as { lines: unknown[] }).lines.length;
        if (round > 0) found[form].push(measured);
      }
    }
  }
  await close();
  const middle = (all: readonly Measured[]) => ({
    took_ms: median(all.map(({ took_ms }) => took_ms)),
    worst_ms: Math.max(...all.map(({ took_ms }) => took_ms)),
    cpu_ms: median(all.map(({ cpu_ms }) => cpu_ms)),
    blocked_ms: median(all.map(({ blocked_ms }) => blocked_ms)),
  });
  const result = { events, period, entries, JSON: middle(found.JSON), CSV: middle(found.CSV) };
  const rows = (['JSON', 'CSV'] as const).map((form) => {
    const { took_ms, worst_ms, cpu_ms, blocked_ms } = result[form];
    const figures = [took_ms, worst_ms, cpu_ms, blocked_ms].map((figure) => shown(figure, 1));
    return [`a month as ${form}`, shown(entries), shown(events), ...figures];
  });
  const headings = ['statements', 'entries', 'events behind', 'ms', 'worst', 'CPU', 'blocked'];
  return { result: { ...result, rounds: found }, text: table(headings, rows) };
}

/** The service on a stream, in this process, and its first whole month. */
async function served(file: string) {
  const journal = await sqliteJournal(file);
  const config = configFrom({ NETWORK, JOURNAL_URL: 'memory:' });
  const random = (bytes: number) => new Uint8Array(bytes);
  const service = await openService({
    journal,
    checkpoints: checkpointsAt(config, random),
    opening: config.opening,
    now_ms: Date.now,
    random,
    cardHmac: String,
    broken: progress,
  });
  const app = await buildApp(service);
  await app.ready();
  const first = await service.eventAt(0);
  const period = monthOf(addDays(`${monthOf(first.occurredOn)}-01`, 31));
  const url = `/v1/venues/${VENUE}/statements/${period}`;
  const read = async (accept: string) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const before = process.threadCpuUsage();
    const began_ms = performance.now();
    const headers = { authorization: `Bearer ${PARTNER_KEY}`, accept };
    const { body, statusCode } = await app.inject({ url, headers });
    const took_ms = performance.now() - began_ms;
    const { user, system } = process.threadCpuUsage(before);
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    if (statusCode !== 200) throw new Error(`statements: ${statusCode} ${body}`);
    const cpu_ms = (user + system) / 1000;
    return { body, took_ms, cpu_ms, blocked_ms: delay.max / 1e6 };
  };
  const close = async () => {
    await app.close();
    await journal.close();
  };
  return { read, period, close };
}
