import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HttpClient, startService, type ServiceProcess } from '../test/support/process.ts';

/**
 * The drill of the other worst day: the data is gone. A service under load is backed up while it
 * runs and mirrored by an auditor, is killed with `kill -9`, and its data deleted. It is restored
 * from the backup alone, which must be refused where a later checkpoint was shown, and with the
 * end from the mirror; each time every answered write is looked for.
 */

const CLI = fileURLToPath(new URL('../src/cli/timecredits.ts', import.meta.url));
const MEMBERS = 10;
const CALLERS = 8;
const OPENING_CREDITS = '1000';

export type DrillOptions = {
  /** Writes before the backup, as many more before the mirror, and before the end. */
  readonly writes: number;
  readonly directory: string;
  readonly say: (line: string) => void;
};

/** What a restore brought back, of all that was answered. */
export type Brought = {
  readonly revision: number;
  /** Answered and not there: all of it after that revision, or `faults` says so. */
  readonly lost: number;
  readonly restored_ms: number;
  readonly started_ms: number;
};

export type DrillReport = {
  readonly answered: number;
  readonly backup: { readonly revision: number; readonly took_ms: number };
  /** The refusal of the backup alone, where a later checkpoint was shown. */
  readonly refused: string;
  readonly alone: Brought;
  readonly withTail: Brought;
  /** A sentence for everything that is not as it must be. */
  readonly faults: readonly string[];
};

/** A write that was answered, and where it stood. */
type Answered = { readonly key: string; readonly transactionId: string; readonly revision: number };

type Ran = { readonly status: number; readonly body: Record<string, unknown> };

/** Backs up, mirrors, kills, restores twice, and compares. */
export async function drillRestore(options: DrillOptions): Promise<DrillReport> {
  const { directory, say } = options;
  const path = (name: string) => join(directory, name);
  const { answered, adminKey, made } = await untilKilled(options);
  rmSync(path('data'), { recursive: true });
  say(`killed and deleted after ${answered.length} answered writes`);

  const from = ['--from', path('backup')];
  const later = ['--checkpoint', path('mirror/checkpoint'), '--data', path('refused')];
  const { error } = (await timecredits('restore', ...from, ...later)).body;
  const refused = (error as { code?: string } | undefined)?.code ?? 'not refused';
  say(`the backup alone, where a later checkpoint was shown: ${refused}`);

  const faults: string[] = [];
  const restored = async (name: string, ...more: readonly string[]): Promise<Brought> => {
    const argv = [...from, '--data', path(name), ...more];
    const { status, body } = await timecredits('restore', ...argv);
    if (status !== 0) throw new Error(`not restored: ${JSON.stringify(body)}`);
    const began_ms = performance.now();
    const service = await startService({ dataDirectory: path(name) });
    const started_ms = Math.round(performance.now() - began_ms);
    const { revision, took_ms } = body as { revision: number; took_ms: number };
    try {
      const compared = await compare(service, adminKey, answered, revision);
      faults.push(...compared.faults.map((fault) => `${name}: ${fault}`));
      const brought = { revision, lost: compared.lost, restored_ms: took_ms, started_ms };
      say(`${name}: ${inWords(brought)}`);
      return brought;
    } finally {
      await service.end('SIGKILL');
    }
  };
  const alone = await restored('from the backup alone');
  const tail = ['--tail-from', path('mirror'), '--beyond-checkpoint'];
  const withTail = await restored('with the end from the mirror', ...tail);
  if (refused !== 'shorter_than_shown') faults.push('a shorter history was not refused');
  if (alone.revision !== made.revision) faults.push('the backup is not as long as it said');
  return { answered: answered.length, backup: made, refused, alone, withTail, faults };
}

function inWords({ revision, lost, restored_ms, started_ms }: Brought): string {
  const took = `restored in ${restored_ms} ms, started in ${started_ms} ms`;
  return `${took}; up to revision ${revision}, ${lost} answered writes after it are lost`;
}

async function untilKilled({ writes, directory, say }: DrillOptions) {
  const service = await startService({ dataDirectory: join(directory, 'data') });
  try {
    const admin = new HttpClient(service.url, service.adminKey);
    const load = new Load(admin);
    await load.start();
    await load.more(writes);
    const to = join(directory, 'backup');
    const data = ['--data', join(directory, 'data')];
    const { body } = await timecredits('backup', '--to', to, '--with-keys', ...data);
    const made = body as { revision: number; took_ms: number };
    say(`backed up in ${made.took_ms} ms, at revision ${made.revision}`);
    await load.more(writes);
    say(`mirrored up to revision ${await mirror(admin, join(directory, 'mirror'))}`);
    await load.more(writes);
    service.child.kill('SIGKILL');
    await load.ended();
    return { answered: load.answered, adminKey: service.adminKey!, made };
  } finally {
    await service.end('SIGKILL');
  }
}

/** Redemptions of several callers at once, until the service is gone. */
class Load {
  readonly answered: Answered[] = [];
  readonly #admin: HttpClient;
  #calls: Promise<void>[] = [];
  #sent = 0;
  #awaited: { answers: number; resolve: () => void } | undefined;

  constructor(admin: HttpClient) {
    this.#admin = admin;
  }

  async start(): Promise<void> {
    const admin = this.#admin;
    const both = { name: 'Drill', roles: ['earn', 'spend'] };
    const made = await admin.post<{ organisationId: string }>('/v1/organisations', both, 'org');
    const named = { organisationId: made.body.organisationId, name: 'Drill' };
    const { venueId } = (await admin.post<{ venueId: string }>('/v1/venues', named, 'venue')).body;
    const members: string[] = [];
    for (let index = 0; index < MEMBERS; index += 1) {
      const { body } = await admin.post<{ memberId: string }>('/v1/members', {}, `member-${index}`);
      members.push(body.memberId);
    }
    const entries = members.map((id) => ({ account: `wallet:${id}`, credits: OPENING_CREDITS }));
    await admin.post('/v1/opening-balances', { entries }, 'opening');
    this.#calls = Array.from({ length: CALLERS }, () => this.#call(venueId, members));
  }

  /** Resolves once so many more writes are answered. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { answers: this.answered.length + count, resolve };
    });
  }

  async ended(): Promise<void> {
    await Promise.all(this.#calls);
  }

  async #call(venueId: string, members: readonly string[]): Promise<void> {
    for (;;) {
      this.#sent += 1;
      const key = `sale-${this.#sent}`;
      const body = { venueId, memberId: members[this.#sent % MEMBERS]!, credits: '0.01' };
      try {
        const made = await this.#admin.post<Omit<Answered, 'key'>>('/v1/redemptions', body, key);
        if (made.status !== 201) throw new Error(`${key}: ${JSON.stringify(made.body)}`);
        const { transactionId, revision } = made.body;
        this.answered.push({ key, transactionId, revision });
      } catch (error) {
        // What `fetch` throws where the connection broke.
        if (error instanceof TypeError) return;
        throw error;
      }
      if (this.answered.length === this.#awaited?.answers) this.#awaited.resolve();
    }
  }
}

/**
 * Fetches what an auditor keeps, from a service that goes on writing.
 * @returns the last revision of it
 */
async function mirror(admin: HttpClient, folder: string): Promise<number> {
  type Shown = { note: string; recordedAt: string; size: number };
  const { body } = await admin.post<Shown>('/v1/checkpoints', {}, 'checkpoint');
  const keys = await admin.get<string>('/v1/checkpoint/keys', 'text/plain');
  const events = await admin.get<string>('/v1/events', 'application/x-ndjson');
  const { note, recordedAt, size } = body;
  mkdirSync(folder);
  writeFileSync(join(folder, 'events.ndjson'), events.body);
  writeFileSync(join(folder, 'checkpoint'), note);
  const line = JSON.stringify({ note, recordedAt, size });
  writeFileSync(join(folder, 'checkpoints.ndjson'), `${line}\n`);
  writeFileSync(join(folder, 'keys'), keys.body);
  return events.body.split('\n').length - 2;
}

/** Looks for every answered write; those after the last revision are lost, and no other may be. */
async function compare(
  service: ServiceProcess,
  adminKey: string,
  answered: readonly Answered[],
  lastRevision: number,
): Promise<{ lost: number; faults: readonly string[] }> {
  const admin = new HttpClient(service.url, adminKey);
  const faults: string[] = [];
  let lost = 0;
  for (const { key, transactionId, revision } of answered) {
    type Became = { events?: { transactionId?: string }[] };
    const { status, body } = await admin.get<Became>(`/v1/idempotency-keys/${key}`);
    const same = status === 200 && body.events?.[0]?.transactionId === transactionId;
    const expected = revision <= lastRevision;
    if (!same) lost += 1;
    if (same !== expected) faults.push(`${transactionId} is ${same ? '' : 'not '}there`);
  }
  const { body } = await admin.get<{ sumOfBalances: string }>('/v1/ledger');
  if (body.sumOfBalances !== '0') faults.push(`the balances sum to ${body.sumOfBalances}`);
  return { lost, faults };
}

function timecredits(...argv: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { PATH: '' };
    execFile(process.execPath, [CLI, ...argv, '--json'], { env }, (error, stdout, stderr) => {
      if (stdout === '') return reject(new Error(stderr || error?.message));
      const status = error === null ? 0 : Number(error.code);
      resolve({ status, body: JSON.parse(stdout) as Ran['body'] });
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { writes: { type: 'string', default: '2000' } } });
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const writes = Number(values.writes);
  if (!Number.isSafeInteger(writes) || writes < 1) {
    say('Usage: npm run drill:restore -- [--writes 2000]');
    process.exitCode = 2;
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'drill-restore-'));
  const { answered, alone, withTail, faults } = await drillRestore({ writes, directory, say });
  for (const fault of faults) say(`  WRONG  ${fault}`);
  if (faults.length > 0) {
    say(`${faults.length} not as it should be. Everything is in ${directory}`);
    process.exitCode = 1;
    return;
  }
  say(
    `Of ${answered} answered writes the backup alone loses the ${alone.lost} after it, ` +
      `and with the end from the mirror the ${withTail.lost} after that; none before.`,
  );
  rmSync(directory, { recursive: true });
}

if (import.meta.main) await main();
