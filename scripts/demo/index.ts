import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ID_BYTES, makeKey, SECRET_BYTES } from '../../schemas/keys.ts';
import { calendarIn } from '../../schemas/time.ts';
import { takeLock } from '../../src/journal/sqlite/lock.ts';
import { check } from './check.ts';
import { closingPage } from './closing.ts';
import { WHOLE } from './network.ts';
import { play } from './play.ts';
import { NETWORK, startService, stopService } from './service.ts';

const HELP = `npm run demo -- [--keep]

Starts the service on data of its own and plays a year of a small network over HTTP, from CSV
attendance lists: earn groups, spend partners, members, all of them made up. The data of the demo
before is removed first.

  --keep   leave the service running at the end, until Ctrl-C
`;

const FOLDER = resolve('data', NETWORK);
const TIME_ZONE = 'Europe/London';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    say(HELP);
    return;
  }
  clear();
  const started_ms = performance.now();
  const adminKey = makeKey(randomBytes(ID_BYTES), randomBytes(SECRET_BYTES));
  const service = await startService(FOLDER, adminKey);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  say(`The service runs at ${service.url}, on data of its own in ${shortly(FOLDER)}`);
  const today = calendarIn(TIME_ZONE)(Date.now());
  const folder = join(FOLDER, 'attendance');
  const played = await play({ url: service.url, adminKey, scale: WHOLE, today, folder, say });
  const { differences, ledger } = await check(played, today);
  say(closingPage(played, ledger));
  if (differences.length > 0) throw new Error(differences.join('\n'));
  const seconds = ((performance.now() - started_ms) / 1000).toFixed(0);
  say(`  All of this agrees with what the service reports. It took ${seconds} seconds.`);
  say(`  The attendance lists are in ${shortly(folder)}.`);
  say(`  The admin key of this demo, for its made-up data only:\n  ${adminKey}\n`);
  if (values.keep) {
    say(`The service goes on at ${service.url} (read about it at ${service.url}/docs).`);
    say('Ctrl-C ends it.');
    await once(service.child, 'exit');
    return;
  }
  await stopService(service);
  say('The service is stopped. To look at the data:');
  say(`  DATA_DIR=${shortly(FOLDER)} NETWORK=${NETWORK} npm start`);
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

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`The demo stopped. ${(error as Error).message}\n`);
  process.exit(1);
}
