import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { resolve } from 'node:path';
import closeWithGrace from 'close-with-grace';
import { pino, type Logger } from 'pino';
import { cardHmacWith, cardKeyCheck, cardKeyIn } from './cardKey.ts';
import { acceptedIn } from './audit/model/accepted.ts';
import { judgeBehind } from './check/behind.ts';
import { checkpointsAt } from './checkpoints/checkpoints.ts';
import { stateKey } from './checkpoints/signingKey.ts';
import { predecessorOf } from './checkpoints/predecessor.ts';
import { isPlayed, movableClock } from './clock.ts';
import { configFrom, type Config } from './config.ts';
import type { EventstoreOptions } from './journal/eventstore/index.ts';
import type { Journal } from './journal/journal.ts';
import { memoryJournal } from './journal/memory.ts';
import { closeToOthers } from './journal/ownerOnly.ts';
import { sqliteJournal } from './journal/sqlite/index.ts';
import { isEventStore } from './eventstoreUrl.ts';
import { verifierIn } from './proofs/note.ts';
import { placesOf } from './publish/places.ts';
import { Publisher } from './publish/publisher.ts';
import { linesTo, printsTo, taken } from './log/index.ts';
import { CARD_KEY_CHECK, requireOwnKeys } from './ownKeys.ts';
import { pooledRandom } from './random.ts';
import { running } from './running.ts';
import { SavedState } from './saved/index.ts';
import { openService, type Service } from './service.ts';
import { SteadyClock } from './steadyClock.ts';

/** Faults that say in a sentence what is wrong and what to do. */
const NAMED = new RegExp(
  '^\\w*(Accepted|Config|Key|Store|Note|Head|History|LostEnd|CannotServe|AlreadyRunning|' +
    'Journal|Event|State)Error$',
);
const DAMAGED =
  '. Nothing is served: put this folder aside, and put the stream back into an empty one ' +
  '(timecredits restore; README.md, Backup and restore).';
const DAMAGED_MIRROR =
  '. Nothing is served. Where the stream is on a server, this file is only a copy of it: put it ' +
  'aside, with those beside it, and start again; it is made anew.';
const UNSOUND =
  'what is stored is damaged or gone: nothing more is recorded or signed, while what is sound is ' +
  'read; end the service in order, never with kill -9, and see README.md, Backup and restore';
const BREACHED =
  'the stream breaks rules: nothing more is recorded. Look into each with timecredits check; ' +
  'once all are accepted, each with its reason, start with ACCEPTED_BREACHES set to that file';
/** After the start, whose work comes first. */
const JUDGED_AFTER_MS = 5_000;
const CLOSE_MS = 9_000;
const MACHINE_CLOCKS = {
  wall_ms: () => Date.now(),
  elapsed_ms: () => performance.now(),
  sinceBoot_ms: () => uptime() * 1000,
};
/** How long the end waits for whoever reads the last lines. */
const LAST_LINES_MS = 1_000;
const PROGRESS_EVENTS = 100_000;

const printed = linesTo(1, { gap: (count) => `(${count} lines are lost)\n` });
const logged = linesTo(2, { gap: gapInLog });
printsTo('stdout', printed);
printsTo('stderr', logged);

/** The one place that reads the environment and wires everything by hand. */
async function main(): Promise<void> {
  process.umask(0o077);
  const config = configFrom(process.env);
  const logger = pino({ level: config.logLevel }, logged);
  // Node would print them by itself, and wait until somebody reads them.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => logger.warn({ err: warning }, 'a warning of the runtime'));
  const { unproved } = requireOwnKeys(config);
  const broken = (why: string) => {
    logger.fatal({ why }, 'the journal is broken: this process takes no more writes and ends');
    setImmediate(() => {
      throw new Error(why);
    });
  };
  const random = pooledRandom();
  const journal = await journalOf(config, { random, log: (line) => logger.warn(line) });
  void provedBehind(journal, logger);
  const predecessor = await predecessorOf(config, journal);
  closeData(config, logger);
  const cardKey = cardKeyIn(config.cardKey);
  cardKey.keep?.();
  const checkpoints = checkpointsAt(config, random);
  const saved = savedStateOf(config, stateKey(checkpoints.signers), logger);
  const service = await openService({
    journal,
    checkpoints,
    opening: { ...config.opening, predecessor },
    bootstrapAdminKey: config.bootstrapAdminKey,
    ...clockOf(config),
    random,
    cardHmac: cardHmacWith(cardKey.key),
    metricsToken: config.metricsToken,
    publicTiles: config.publicTiles,
    linesLost: () => printed.lost + logged.lost,
    saved,
    progress: (revision) => {
      if ((revision + 1) % PROGRESS_EVENTS === 0) say(`  ${revision + 1} events replayed …`);
    },
    broken,
    unsound: (why) => logger.fatal({ why }, UNSOUND),
    unproved: (why) => logger.warn({ why }, 'the proof of everything is tried again'),
    halted: (why) => logger.error({ why }, 'no more writes are taken; start the newer version'),
  });
  // Before anything else can fail: the stream has the key's hash by now, and nobody has the key.
  showFirstKey(service);
  checkpoints.store.keepCheck(CARD_KEY_CHECK, cardKeyCheck(cardKey.key));
  if (unproved) logger.warn('the card key is taken as it is: there was nothing to compare it with');
  const publisher = publisherOf(config, service, logger);
  const { connections } = config;
  const judging = judgedBehind(config, service, logger);
  const { app, end } = await running(service, journal, logger, { saved, publisher, connections });
  closeWithGrace({ delay: CLOSE_MS, logger }, async ({ err }) => {
    if (err) logger.fatal({ err }, 'the process ends');
    await Promise.all([end(), judging?.stop()]);
    await taken([printed, logged], LAST_LINES_MS);
  });
  const address = await app.listen({ host: config.host, port: config.port });
  welcome(service, config, address);
  saved?.begin(service.sequencer.ledger.revision);
}

/**
 * Waits until every event is proved to be the one that was written. Where one is not, any answer
 * may be wrong, so none is finished: whoever waits for one asks again under the same key.
 */
async function provedBehind({ proved }: Journal, logger: Logger): Promise<void> {
  if (proved === undefined) return;
  try {
    const events = await proved;
    const seconds = Math.ceil(process.uptime());
    logger.info({ events, seconds }, 'every event is proved to be the one that was written');
  } catch (error) {
    logger.fatal({ err: error }, 'the journal is not as it was written: this process ends at once');
    fail('The service ends.', error);
  }
}

/** Whatever an earlier version, or a forger, has written: a broken rule stops writing. */
function judgedBehind({ journalFile, acceptedBreaches }: Config, service: Service, logger: Logger) {
  const accepted = acceptedBreaches;
  if (accepted !== undefined) acceptedIn(readFileSync(accepted, 'utf8'), accepted);
  if (journalFile === undefined) return undefined;
  return judgeBehind({
    file: journalFile,
    accepted,
    after_ms: JUDGED_AFTER_MS,
    told(verdict) {
      if ('held' in verdict) return logger.info(verdict, 'every event keeps the rules');
      if ('failed' in verdict) return logger.warn(verdict, 'the rules were not gone over');
      logger.fatal(verdict, BREACHED);
      const { broken, count } = verdict;
      const more = count > 1 ? ` (and ${count - 1} more)` : '';
      service.sequencer.halt(`the stream breaks a rule: ${broken[0]}${more}`);
    },
  });
}

/**
 * Only a demo has a clock that can be moved, and a stream that may be of any time; every other
 * network has the machine's.
 */
function clockOf({ opening, clock_ms, acceptedDay }: Config) {
  const steady = new SteadyClock(MACHINE_CLOCKS, acceptedDay);
  if (!isPlayed(opening.network)) return { now_ms: steady.now_ms, steady };
  const { doubt } = steady;
  const played = { doubt, startsAfter: () => undefined };
  return { ...movableClock(steady.now_ms, clock_ms), steady: played };
}

async function journalOf(
  { journalFile, eventstore, opening }: Config,
  { random, log }: Pick<EventstoreOptions, 'random' | 'log'>,
): Promise<Journal> {
  if (journalFile === undefined) return memoryJournal();
  if (eventstore === undefined) return sqliteJournal(journalFile);
  // Loaded only here: its client is large, and most ledgers have no use for it.
  const { eventstoreJournal } = await import('./journal/eventstore/index.ts');
  const { url } = eventstore;
  return eventstoreJournal({ url, network: opening.network, file: journalFile, random, log });
}

function savedStateOf(
  { journalFile, stateFile }: Config,
  key: string,
  logger: Logger,
): SavedState | undefined {
  if (journalFile === undefined || stateFile === undefined) return undefined;
  const inDoubt = (error: Error) => {
    logger.fatal({ err: error }, 'what is served is in doubt: this process ends at once');
    fail('The service ends.', error);
  };
  return new SavedState({ file: stateFile, key, journalFile, logger, inDoubt });
}

function publisherOf(
  { publishing }: Config,
  { checkpoints, tile, figures }: Service,
  log: Logger,
): Publisher | undefined {
  if (publishing === undefined) return undefined;
  const { every_ms, named } = publishing;
  return new Publisher({
    places: placesOf(named, fetch),
    every_ms,
    checkpoint: () => checkpoints.made(),
    keep: (note) => checkpoints.keepCosigned(note),
    keys: () => checkpoints.keys().map(verifierIn),
    tile,
    fetch,
    elapsed_ms: figures.elapsed_ms,
    publications: figures.publications,
    log,
  });
}

/** Whoever else has an account on the machine has no business with the data. */
function closeData(config: Config, logger: Logger): void {
  const { dataDirectory, journalFile, checkpointFile, stateFile, cardKey, signing } = config;
  if (journalFile === undefined) return;
  const files = [journalFile, checkpointFile, stateFile, cardKey.file, signing.file];
  const own = files.filter((file) => file !== undefined).map((file) => resolve(file));
  const { closed, open } = closeToOthers(resolve(dataDirectory), own);
  if (closed.length > 0) logger.warn({ closed }, 'others could read this data; now only its owner');
  if (open.length > 0) logger.warn({ open }, 'others can read this data, and it cannot be closed');
}

function welcome({ sequencer, checkpoints }: Service, config: Config, address: string): void {
  const { network, revision } = sequencer.ledger;
  say(`Time Credits ledger of ${network}, at revision ${revision}`);
  say(`  service  ${address}   (read about it at ${address}/docs)`);
  say(`  data     ${whereOf(config)}`);
  say(`  proofs   ${checkpoints.keys()[0]}   (publish this key elsewhere)`);
}

function whereOf({ journalFile, eventstore }: Config): string {
  if (journalFile === undefined) return 'in memory only';
  const file = resolve(journalFile);
  return eventstore === undefined ? file : `${eventstore.shown}   (mirrored in ${file})`;
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
  printed.write(`${line}\n`);
}

/** A line of the log that stands for those that nobody took. */
function gapInLog(lost: number): string {
  const line = { level: pino.levels.values['warn'], time: Date.now(), lost };
  return `${JSON.stringify({ ...line, msg: 'lines of the log are lost: nobody took them' })}\n`;
}

/** Says what is wrong and what to do, and ends the process. */
function fail(what: string, error: unknown): never {
  const { name, message, stack, syscall } = error as NodeJS.ErrnoException;
  // What the system refuses, such as a port that is taken, names itself well enough.
  const known = NAMED.test(name) || syscall !== undefined;
  const mirrored = isEventStore(process.env['JOURNAL_URL'] ?? '');
  const advice = name === 'DamagedJournalError' ? (mirrored ? DAMAGED_MIRROR : DAMAGED) : '';
  logged.write(`${what} ${known ? message : stack}${advice}\n`);
  process.exit(1);
}

process.on('exit', () => {
  const hangs = [printed, logged].map((lines) => lines.last()).includes(true);
  // Node would wait for ever for the thread that stands in a write.
  if (hangs) process.kill(process.pid, 'SIGKILL');
});

try {
  await main();
} catch (error) {
  fail('The service did not start.', error);
}
