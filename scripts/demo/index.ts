import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { ID_BYTES, makeKey, SECRET_BYTES } from '../../schemas/keys.ts';
import { takeLock } from '../../src/journal/sqlite/lock.ts';
import { closingPage } from './closing.ts';
import { PILOT } from './network.ts';
import { beginning, play } from './play.ts';
import { report as reportOf } from './report.ts';
import { NETWORK, startService, stopService } from './service.ts';

const HELP = `npm run demo -- [--seed <n>] [--members <n>] [--months <n>] [--json] [--keep]

Starts the service on data of its own, with a clock that it moves, and plays a pilot over HTTP, day
by day: earn groups, spend partners, members, all of them made up. The data of the demo before is
removed first.

  --seed <n>      another play; the same seed gives the same figures (default 2017)
  --members <n>   how many members (default ${PILOT.members}, at least 24)
  --months <n>    how many months, to the end of March 2020 (default ${PILOT.months}, at least 3)
  --json          print the closing page as JSON, and all else on standard error
  --keep          leave the service running at the end, until Ctrl-C
`;

const FOLDER = resolve('data', NETWORK);
const CLI = fileURLToPath(new URL('../../src/cli/timecredits.ts', import.meta.url));
const SMALLEST = { members: 24, months: 3 };
const LARGEST = { members: 360, months: 36 };

type Settings = { seed: number; members: number; months: number; json: boolean; keep: boolean };

function settings(): Settings | undefined {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '2017' },
      members: { type: 'string', default: String(PILOT.members) },
      months: { type: 'string', default: String(PILOT.months) },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { json, keep } = values;
  return {
    seed: whole('seed', values.seed, 0, 2 ** 31),
    members: whole('members', values.members, SMALLEST.members, LARGEST.members),
    months: whole('months', values.months, SMALLEST.months, LARGEST.months),
    ...{ json, keep },
  };
}

function whole(name: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}.`);
}

async function main(): Promise<void> {
  const given = settings();
  if (given === undefined) {
    process.stdout.write(HELP);
    return;
  }
  const say = (line: string) => {
    (given.json ? process.stderr : process.stdout).write(`${line}\n`);
  };
  clear();
  const started_ms = performance.now();
  const adminKey = makeKey(randomBytes(ID_BYTES), randomBytes(SECRET_BYTES));
  const service = await startService(FOLDER, adminKey, beginning(given));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  say(`The service runs at ${service.url}, on data of its own in ${shortly(FOLDER)}`);
  const folder = join(FOLDER, 'attendance');
  const { seed } = given;
  const played = await play({ url: service.url, adminKey, scale: given, seed, folder, say });
  const { report, differences } = await reportOf(played.stage);
  const seconds = ((performance.now() - started_ms) / 1000).toFixed(0);
  const all = [...played.differences, ...differences];
  if (all.length > 0) throw new Error(all.join('\n'));
  const checked = await checkData();
  if (given.json) process.stdout.write(`${JSON.stringify({ seed, ...report }, null, 2)}\n`);
  else say(closingPage(report));
  say('  What was counted anew from the stream is what the service reports and what was played.');
  say(`  timecredits check: ${checked}`);
  say(
    `  Seed ${seed}; it took ${seconds} seconds. The attendance lists are in ${shortly(folder)}.`,
  );
  say(`  The admin key of this demo, for its made-up data only:\n  ${adminKey}\n`);
  if (given.keep) {
    say(`The service goes on at ${service.url} (read about it at ${service.url}/docs).`);
    say('Ctrl-C ends it.');
    await once(service.child, 'exit');
    return;
  }
  await stopService(service);
  say('The service is stopped. To look at the data:');
  say(`  DATA_DIR=${shortly(FOLDER)} NETWORK=${NETWORK} npm start`);
}

/** What the auditor's command says of the stream. @throws where anything in it is broken */
async function checkData(): Promise<string> {
  const words = [CLI, 'check', '--data', FOLDER];
  const { stdout } = await promisify(execFile)(process.execPath, words).catch((error: unknown) => {
    const { stdout: said = '', message } = error as { stdout?: string; message: string };
    throw new Error(said || message);
  });
  return stdout.trim().split('\n').at(-1)!;
}

/** Removes the data of the demo before, unless a service is still using it. */
function clear(): void {
  if (existsSync(join(FOLDER, 'ledger.sqlite'))) {
    const release = takeLock(join(FOLDER, 'ledger.sqlite-lock'));
    release();
  }
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
}

function shortly(folder: string): string {
  return `./${relative('.', folder)}`;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`The demo stopped. ${(error as Error).message}\n`);
  process.exit(1);
}
