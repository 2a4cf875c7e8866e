import { resolve } from 'node:path';
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { cardHmacWith, cardKeyIn } from './cardKey.ts';
import { checkpointsAt } from './checkpoints/checkpoints.ts';
import { predecessorOf } from './checkpoints/predecessor.ts';
import { isPlayed, movableClock, type MovableClock } from './clock.ts';
import { configFrom, type Config } from './config.ts';
import type { Journal } from './journal/journal.ts';
import { memoryJournal } from './journal/memory.ts';
import { sqliteJournal } from './journal/sqlite/index.ts';
import { pooledRandom } from './random.ts';
import { running } from './running.ts';
import { CannotServeError, openService, type Service } from './service.ts';

/** Faults that say in a sentence what is wrong and what to do. */
const NAMED =
  /^(Config|\w+Key|Note|ChangedHistory|CannotServe|AlreadyRunning|\w+(Journal|Event))Error$/;
const DAMAGED =
  '. Nothing is served: put this folder aside, and put the stream back into an empty one ' +
  '(timecredits restore; README.md, Backup and restore).';
const CLOSE_MS = 9_000;
const PROGRESS_EVENTS = 100_000;

/** The one place that reads the environment and wires everything by hand. */
async function main(): Promise<void> {
  const config = configFrom(process.env);
  const logger = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: false }));
  const journal = await journalOf(config);
  const cardKey = cardKeyIn(config.cardKeyFile);
  const broken = (why: string) => {
    logger.fatal({ why }, 'the journal is broken: this process takes no more writes and ends');
    setImmediate(() => {
      throw new Error(why);
    });
  };
  const random = pooledRandom();
  const predecessor = await predecessorOf(config, journal);
  const service = await openService({
    journal,
    checkpoints: checkpointsAt(config, random),
    opening: { ...config.opening, predecessor },
    bootstrapAdminKey: config.bootstrapAdminKey,
    ...clockOf(config),
    random,
    cardHmac: cardHmacWith(cardKey.key),
    metricsToken: config.metricsToken,
    progress: (revision) => {
      if ((revision + 1) % PROGRESS_EVENTS === 0) say(`  ${revision + 1} events replayed …`);
    },
    broken,
    halted: (why) => logger.error({ why }, 'no more writes are taken; start the newer version'),
  });
  // Before anything else can fail: the stream has the key's hash by now, and nobody has the key.
  showFirstKey(service);
  if (cardKey.keep !== undefined) {
    requireNoCards(service, config);
    cardKey.keep();
  }
  const { app, end } = await running(service, journal, logger);
  closeWithGrace({ delay: CLOSE_MS, logger }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'the process ends');
    await end();
  });
  const address = await app.listen({ host: config.host, port: config.port });
  welcome(service, config, address);
}

/** Only a demo has a clock that can be moved; every other network has the machine's. */
function clockOf({ opening, clock_ms }: Config): Partial<MovableClock> & Pick<Service, 'now_ms'> {
  return isPlayed(opening.network) ? movableClock(Date.now, clock_ms) : { now_ms: Date.now };
}

async function journalOf({ journalFile }: Config): Promise<Journal> {
  return journalFile === undefined ? memoryJournal() : sqliteJournal(journalFile);
}

function requireNoCards({ projections }: Service, { cardKeyFile }: Config): void {
  const cards = projections.directory.membersOf().some(({ cardId }) => cardId !== undefined);
  if (!cards) return;
  throw new CannotServeError(
    `The members have cards, but the key to them, ${cardKeyFile}, is missing. ` +
      'Put it back from the backup; without it no card is known.',
  );
}

function welcome({ sequencer, checkpoints }: Service, config: Config, address: string): void {
  const { network, revision } = sequencer.ledger;
  const where = config.journalFile === undefined ? 'in memory only' : resolve(config.journalFile);
  say(`Time Credits ledger of ${network}, at revision ${revision}`);
  say(`  service  ${address}   (read about it at ${address}/docs)`);
  say(`  data     ${where}`);
  say(`  proofs   ${checkpoints.keys()[0]}   (publish this key elsewhere)`);
}

function showFirstKey({ firstAdminKey }: Service): void {
  if (firstAdminKey === undefined) return;
  say(
    'A new ledger is opened. The key of its first admin is shown once and kept nowhere; save it:',
  );
  say(`  admin    ${firstAdminKey}`);
  say('');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  const { name, message, stack, syscall } = error as NodeJS.ErrnoException;
  // What the system refuses, such as a port that is taken, names itself well enough.
  const known = NAMED.test(name) || syscall !== undefined;
  const advice = name === 'DamagedJournalError' ? DAMAGED : '';
  process.stderr.write(`The service did not start. ${known ? message : stack}${advice}\n`);
  process.exit(1);
}
