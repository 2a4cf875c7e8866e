import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { HttpClient, startService, type ServiceProcess } from '../test/support/process.ts';
import { choicesFrom, type Choices } from './demo/random.ts';
import { enrol, groundIn, type Ground } from './drill/ground.ts';
import { linesFrom, recount } from './drill/recount.ts';
import { send, someWrite, type Write } from './drill/write.ts';

/**
 * The drill of the worst day: a service under load is killed with `kill -9` at a random moment,
 * started again, and compared with what it had answered. Every answered write must be there, once;
 * every other one is sent again and must then be there, once; and every balance must be right.
 */

const MEMBERS = 20;
const CALLERS = 12;
const KILL_AFTER_ANSWERS = 250;
const KILL_AFTER_MS = 15;

export type DrillOptions = {
  readonly rounds: number;
  readonly seed: number;
  readonly dataDirectory: string;
  readonly say: (line: string) => void;
};

export type DrillReport = {
  readonly answered: number;
  /** Those that had no answer when the service was killed, and of them those it had written. */
  readonly unanswered: number;
  readonly landed: number;
  /** A sentence for everything that is not as it was answered. */
  readonly losses: readonly string[];
};

/** Kills and compares, for a number of rounds. */
export async function drillKill(options: DrillOptions): Promise<DrillReport> {
  const choices = choicesFrom(options.seed);
  const { dataDirectory, say } = options;
  const writes: Write[] = [];
  const losses: string[] = [];
  const sums = { answered: 0, unanswered: 0, landed: 0 };
  let adminKey: string | undefined;
  let ground: Ground | undefined;
  for (let round = 1; round <= options.rounds; round += 1) {
    let service = await startService({ dataDirectory });
    try {
      adminKey ??= service.adminKey!;
      const before = new HttpClient(service.url, adminKey);
      ground ??= await groundIn(before);
      const name = `${options.seed}-${round}`;
      const made = await loadUntilKilled(service, before, ground, choices, name);
      writes.push(...made);
      service = await startService({ dataDirectory });
      const admin = new HttpClient(service.url, adminKey);
      const compared = await compare(admin, made);
      losses.push(...compared.losses);
      losses.push(...(await recount(admin, await linesFrom(admin), ground, writes)));
      sums.answered += compared.answered;
      sums.unanswered += compared.unanswered;
      sums.landed += compared.landed;
      const { answered, unanswered, landed } = compared;
      say(`round ${round}: ${answered} answered, ${unanswered} not (${landed} of them written)`);
    } finally {
      await service.end('SIGKILL');
    }
  }
  return { ...sums, losses };
}

/** Sends writes from several callers at once until the service is killed under them. */
async function loadUntilKilled(
  service: ServiceProcess,
  admin: HttpClient,
  ground: Ground,
  choices: Choices,
  name: string,
): Promise<Write[]> {
  const members = await enrol(admin, ground, name, MEMBERS);
  const made: Write[] = [];
  const last = 1 + choices.below(KILL_AFTER_ANSWERS);
  const pause_ms = choices.below(KILL_AFTER_MS);
  let answers = 0;
  const call = async () => {
    for (;;) {
      const write = someWrite(ground, members, choices, `${name}-${made.length}`);
      made.push(write);
      const sent = await send(admin, write);
      if (sent === 'undecided') return;
      answers += 1;
      if (answers === last) setTimeout(() => service.child.kill('SIGKILL'), pause_ms);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  await service.ended;
  return made;
}

/** Asks for every write again, and what became of its key. */
async function compare(admin: HttpClient, made: readonly Write[]): Promise<DrillReport> {
  const before = made.filter(({ answer }) => answer !== undefined).length;
  const losses: string[] = [];
  let landed = 0;
  for (const write of made) {
    const earlier = write.answer;
    const path = `/v1/idempotency-keys/${write.key}`;
    try {
      const known = (await admin.get(path)).status === 200;
      const again = await send(admin, write);
      if (again === 'refused' || again === 'undecided') {
        losses.push(`${write.key}: ${again} ${write.refused ?? ''}`);
      }
      if (known !== (again === 'replayed')) losses.push(`${write.key}: key and replay disagree`);
      if (earlier === undefined && known) landed += 1;
      if (earlier !== undefined && !known) losses.push(`${earlier} was answered and is lost`);
    } catch (error) {
      losses.push((error as Error).message);
    }
  }
  return { answered: before, unanswered: made.length - before, landed, losses };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const [rounds, seed] = [values.rounds, values.seed].map(Number) as [number, number];
  if (!(rounds >= 1) || !Number.isSafeInteger(seed)) {
    say('Usage: npm run drill:kill -- [--rounds 20] [--seed 1]');
    process.exitCode = 2;
    return;
  }
  const dataDirectory = mkdtempSync(join(tmpdir(), 'drill-kill-'));
  say(`Killing the service ${rounds} times, with --seed ${seed}`);
  const { answered, unanswered, landed, losses } = await drillKill({
    rounds,
    seed,
    dataDirectory,
    say,
  });
  for (const loss of losses) say(`  LOST  ${loss}`);
  const asked = `${answered} answered writes, ${unanswered} without an answer (${landed} written)`;
  if (losses.length > 0) {
    say(`${losses.length} not as it should be, of ${asked}. The data is in ${dataDirectory}`);
    process.exitCode = 1;
    return;
  }
  say(`Nothing lost and nothing twice: ${asked}.`);
  rmSync(dataDirectory, { recursive: true });
}

if (import.meta.main) await main();
