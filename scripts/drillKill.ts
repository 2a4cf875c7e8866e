import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { credits, hundredths } from '../schemas/amounts.ts';
import { keyDigest } from '../schemas/digest.ts';
import type { StreamEvent } from '../schemas/events/index.ts';
import { HttpClient, startService, type ServiceProcess } from '../test/support/process.ts';

/**
 * The drill of the worst day: a service under load is killed with `kill -9` at a random moment,
 * started again, and compared with what it had answered. Every answered write must be there, once;
 * every other one is sent again and must then be there, once; and every balance must be right.
 */

const MEMBERS = 20;
const CALLERS = 12;
const KILL_AFTER_ANSWERS = 250;
const KILL_AFTER_MS = 15;
const OPENING_CREDITS = '100';
const ISSUE_SHARE = 0.2;
const FUND = 'drill';
const ZONE = 'Europe/London';

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

/** One request, which is sent under its key until it is answered. */
type Write = {
  readonly key: string;
  readonly path: string;
  readonly body: object;
  /** What it moves in a member's wallet, in hundredths. */
  readonly moves: Readonly<Record<string, number>>;
  answer?: string;
};

/** Where the drill takes place: the ids that its requests name. */
type Ground = {
  readonly adminKey: string;
  readonly organisationId: string;
  readonly venueId: string;
  /** What each wallet should have, in hundredths, by the drill's own count. */
  readonly wallets: Map<string, number>;
};

type Random = () => number;

/** Kills and compares, for a number of rounds. */
export async function drillKill(options: DrillOptions): Promise<DrillReport> {
  const random = randomFrom(options.seed);
  const { dataDirectory, say } = options;
  const writes: Write[] = [];
  const losses: string[] = [];
  const sums = { answered: 0, unanswered: 0, landed: 0 };
  let ground: Ground | undefined;
  for (let round = 1; round <= options.rounds; round += 1) {
    let service = await startService({ dataDirectory });
    try {
      ground ??= await groundIn(service);
      const made = await loadUntilKilled(service, ground, random, `${options.seed}-${round}`);
      writes.push(...made);
      service = await startService({ dataDirectory });
      const compared = await compare(service, ground, made);
      losses.push(...compared.losses, ...(await recount(service, ground, writes)));
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

async function groundIn(service: ServiceProcess): Promise<Ground> {
  const adminKey = service.adminKey!;
  const admin = new HttpClient(service.url, adminKey);
  const both = { name: 'Drill', roles: ['earn', 'spend'] };
  const made = await admin.post<{ organisationId: string }>('/v1/organisations', both, 'org');
  const { organisationId } = made.body;
  const named = { organisationId, name: 'Drill' };
  const venue = await admin.post<{ venueId: string }>('/v1/venues', named, 'venue');
  const fund = { organisationId, fund: FUND, credits: '1000000' };
  await admin.post('/v1/allocations', fund, 'fund');
  return { adminKey, organisationId, venueId: venue.body.venueId, wallets: new Map() };
}

/** Enrols members with credits to spend, since a member may give no more than a day in a day. */
async function enrol(admin: HttpClient, { wallets }: Ground, name: string): Promise<string[]> {
  const members = Array.from({ length: MEMBERS }, async (_, index) => {
    const made = await admin.post<{ memberId: string }>('/v1/members', {}, `${name}-m${index}`);
    return made.body.memberId;
  });
  const enrolled = await Promise.all(members);
  const entries = enrolled.map((memberId) => {
    wallets.set(memberId, hundredths(OPENING_CREDITS));
    return { account: `wallet:${memberId}`, credits: OPENING_CREDITS };
  });
  await admin.post('/v1/opening-balances', { entries }, `${name}-opening`);
  return enrolled;
}

/** Sends writes from several callers at once until the service is killed under them. */
async function loadUntilKilled(
  service: ServiceProcess,
  ground: Ground,
  random: Random,
  name: string,
): Promise<Write[]> {
  const admin = new HttpClient(service.url, ground.adminKey);
  const members = await enrol(admin, ground, name);
  const made: Write[] = [];
  const last = 1 + Math.floor(random() * KILL_AFTER_ANSWERS);
  const pause_ms = random() * KILL_AFTER_MS;
  let answers = 0;
  const call = async () => {
    for (;;) {
      const write = writeOf(ground, members, random, `${name}-${made.length}`);
      made.push(write);
      if (!(await answered(send(admin, write)))) return;
      answers += 1;
      if (answers === last) setTimeout(() => service.child.kill('SIGKILL'), pause_ms);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
  await service.ended;
  return made;
}

/** Whether a request was answered at all; `fetch` throws a TypeError where the connection broke. */
async function answered(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function writeOf(ground: Ground, members: readonly string[], random: Random, key: string): Write {
  const { organisationId, venueId } = ground;
  const memberId = members[Math.floor(random() * members.length)]!;
  if (random() >= ISSUE_SHARE) {
    const amount = 1 + Math.floor(random() * 200);
    const body = { venueId, memberId, credits: credits(amount) };
    return { key, path: '/v1/redemptions', body, moves: { [memberId]: -amount } };
  }
  const other = members[(members.indexOf(memberId) + 1) % members.length]!;
  const entries = [memberId, other].map((id) => ({ memberId: id, minutes: 60 }));
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(new Date());
  const body = { organisationId, fund: FUND, occurredOn: day, activity: key, entries };
  return { key, path: '/v1/issues', body, moves: { [memberId]: 100, [other]: 100 } };
}

type Made = { transactionId?: string; issueId?: string; code?: string };

/**
 * Sends a write once, and keeps what it was answered.
 * @throws Error where it is refused, or answered otherwise than before
 */
async function send(admin: HttpClient, write: Write): Promise<'made' | 'replayed'> {
  const { status, headers, body } = await admin.post<Made>(write.path, write.body, write.key);
  if (status !== 201) throw new Error(`${write.key}: ${status} ${body.code}`);
  write.answer ??= body.transactionId ?? body.issueId!;
  if (write.answer !== (body.transactionId ?? body.issueId)) {
    throw new Error(`${write.key} was ${write.answer} and is now ${JSON.stringify(body)}`);
  }
  return headers.get('idempotent-replayed') === 'true' ? 'replayed' : 'made';
}

/** Asks for every write again, and what became of its key. */
async function compare(
  service: ServiceProcess,
  ground: Ground,
  made: readonly Write[],
): Promise<DrillReport> {
  const admin = new HttpClient(service.url, ground.adminKey);
  const before = made.filter(({ answer }) => answer !== undefined).length;
  const losses: string[] = [];
  let landed = 0;
  for (const write of made) {
    const earlier = write.answer;
    const path = `/v1/idempotency-keys/${write.key}`;
    try {
      const became = await admin.get<{ events?: { transactionId: string }[] }>(path);
      const again = await send(admin, write);
      const known = became.status === 200;
      if (known !== (again === 'replayed')) losses.push(`${write.key}: key and replay disagree`);
      if (earlier === undefined && known) landed += 1;
      if (earlier !== undefined && !known) losses.push(`${earlier} was answered and is lost`);
    } catch (error) {
      losses.push((error as Error).message);
    }
  }
  return { answered: before, unanswered: made.length - before, landed, losses };
}

/** Reads the whole stream, and compares it and the balances with the drill's own count. */
async function recount(
  service: ServiceProcess,
  { adminKey, wallets }: Ground,
  writes: readonly Write[],
): Promise<string[]> {
  const admin = new HttpClient(service.url, adminKey);
  const stream = await admin.get<string>('/v1/events', 'application/x-ndjson');
  const events = stream.body.split('\n').filter(Boolean);
  const times = new Map<string, number>();
  const balances = new Map<string, number>();
  const move = (account: string, amount: number) =>
    balances.set(account, (balances.get(account) ?? 0) + amount);
  for (const event of events.map((line) => JSON.parse(line) as StreamEvent)) {
    const { key } = event.command;
    if (key !== undefined) times.set(key, (times.get(key) ?? 0) + 1);
    if (!('debit' in event.data) || !event.data.debit || !event.data.credit) continue;
    move(event.data.debit, -hundredths(event.data.credits ?? '0'));
    move(event.data.credit, hundredths(event.data.credits ?? '0'));
  }
  const losses: string[] = [];
  const expected = new Map(wallets);
  for (const { key, moves } of writes) {
    const found = times.get(keyDigest('network', key)) ?? 0;
    if (found !== 1) losses.push(`${key} is in the stream ${found} times`);
    for (const [id, amount] of Object.entries(moves)) expected.set(id, expected.get(id)! + amount);
  }
  for (const [memberId, amount] of expected) {
    const account = `wallet:${memberId}`;
    const { body } = await admin.get<{ balance: string }>(`/v1/accounts/${account}`);
    if (body.balance !== credits(amount) || balances.get(account) !== amount) {
      const found = `the stream ${balances.get(account)}, the service ${body.balance}`;
      losses.push(`${account} should have ${credits(amount)}; it has by ${found}`);
    }
  }
  const { body } = await admin.get<{ sumOfBalances: string }>('/v1/ledger');
  if (body.sumOfBalances !== '0') losses.push(`the balances sum to ${body.sumOfBalances}`);
  return losses;
}

/** A xorshift generator: the same seed, the same numbers from 0 to 1. */
function randomFrom(seed: number): Random {
  // Small seeds are spread out first: their first numbers would all be near zero.
  let state = Math.imul(seed, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x100000000;
  };
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
