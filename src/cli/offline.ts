import { basename } from 'node:path';
import type { AccessId } from '../../schemas/ids.ts';
import { accessIn, ID_BYTES, keyHash, makeKey, SECRET_BYTES } from '../../schemas/keys.ts';
import type { EventOf } from '../../schemas/events/index.ts';
import { mirrorIn, partsIn } from '../backup/parts.ts';
import { checkpointsAt } from '../checkpoints/checkpoints.ts';
import { isPlayed } from '../clock.ts';
import { configFrom, type Config } from '../config.ts';
import { recordedIn, type Journal } from '../journal/journal.ts';
import { sqliteJournal, sqliteReader, type SqliteReader } from '../journal/sqlite/index.ts';
import { requireOwnSigner } from '../ownKeys.ts';
import { openService } from '../service.ts';
import { SteadyClock } from '../steadyClock.ts';
import { EXIT, Failure, faulty } from './failure.ts';
import type { Io } from './io.ts';

/** The file that a folder of data has of the stream: the stream itself, or a server's mirrored. */
export type LedgerFile = { readonly file: string; readonly mirror: boolean };

/**
 * The database file that an option or the environment names.
 * @throws Failure where there is none: a command never begins a ledger
 */
export function dataFile(directory: string | undefined, io: Io): string {
  return ledgerFile(directory, io).file;
}

function ledgerFile(directory: string | undefined, io: Io): LedgerFile {
  const { journalFile, dataDirectory, eventstore } = dataConfig(directory, io);
  const named = directory === undefined ? (io.environment['JOURNAL_URL'] ?? '') : '';
  const found = ['', 'sqlite:'].includes(named)
    ? ledgerIn(dataDirectory, io)
    : { file: journalFile ?? named, mirror: eventstore !== undefined };
  if (io.files.exists(found.file)) return found;
  throw faulty(
    'no_ledger',
    `There is no ledger at ${found.file}. ` +
      'Name the folder of its data with --data, or in the environment as DATA_DIR.',
  );
}

/**
 * What a folder of data has of a stream, or would have.
 * @throws Failure where it has both a stream and the mirror of one
 */
export function ledgerIn(directory: string, { files }: Pick<Io, 'files'>): LedgerFile {
  const { ledger } = partsIn(directory);
  const mirror = mirrorIn(directory);
  if (!files.exists(mirror)) return { file: ledger, mirror: false };
  if (!files.exists(ledger)) return { file: mirror, mirror: true };
  throw faulty(
    'two_ledgers',
    `${directory} has both ${basename(ledger)} and ${basename(mirror)}, the mirror of a stream ` +
      'on EventStoreDB. Put the one that is no longer served into a folder of its own.',
  );
}

/** How the data in a folder is set up, as the environment says beside it. */
export function dataConfig(directory: string | undefined, { environment }: Io): Config {
  return configFrom({
    DATA_DIR: directory ?? environment['DATA_DIR'],
    JOURNAL_URL: directory === undefined ? environment['JOURNAL_URL'] : undefined,
    NETWORK: environment['NETWORK'],
    ORIGIN: environment['ORIGIN'],
    ACCEPT_CLOCK: environment['ACCEPT_CLOCK'],
    SIGNING_KEY: environment['SIGNING_KEY'],
    CARD_KEY: environment['CARD_KEY'],
  });
}

/** Opens the data to read it, beside a running service or without one. */
export function openData(
  directory: string | undefined,
  io: Io,
): LedgerFile & { readonly reader: SqliteReader } {
  const ledger = ledgerFile(directory, io);
  return { ...ledger, reader: sqliteReader(ledger.file) };
}

/** Grants an admin access on the data itself, under the lock that keeps a service out. */
export async function grantOffline(
  directory: string | undefined,
  { label, expiresOn }: { label: string; expiresOn: string | undefined },
  io: Io,
): Promise<{ accessId: AccessId; key: string; revision: number }> {
  const ledger = ledgerFile(directory, io);
  const config = ledger.mirror ? serverConfig(directory, ledger, io) : dataConfig(directory, io);
  const opening = await openingOf(ledger.file);
  const isKept = io.files.exists(config.checkpointFile!);
  if (isKept) requireOwn(config);
  const journal = await journalOf(config, ledger.file, opening.network, io);
  const checkpoints = checkpointsAt(isKept ? config : nothingKept(config), io.random);
  try {
    // It ends before a proof behind it would, so it waits for it.
    await journal.proved;
    const { asSystem, sequencer } = await openService({
      journal,
      checkpoints,
      opening,
      ...clockIn(config, opening.network, io),
      random: io.random,
      cardHmac: () => {
        throw new Error('granting an access needs no card');
      },
      broken: (why) => io.progress(`The journal is broken: ${why}\n`),
    });
    const key = makeKey(io.random(ID_BYTES), io.random(SECRET_BYTES));
    const accessId = accessIn(key)!;
    const outcome = await asSystem({
      type: 'GrantAccess',
      accessId,
      keyHash: keyHash(key),
      role: 'admin',
      label,
      expiresOn,
    });
    await sequencer.stop('the access is granted');
    if (outcome.outcome === 'refused') {
      const { code, detail } = outcome.refusal;
      throw new Failure(EXIT.refused, code, detail);
    }
    return { accessId, key, revision: outcome.recorded[0]!.revision };
  } finally {
    checkpoints.store.close();
    await journal.close();
  }
}

/** The time, which is in doubt where a service that starts now would doubt it. */
function clockIn({ acceptedDay }: Config, network: string, { now_ms }: Io) {
  if (isPlayed(network)) return { now_ms };
  const elapsed_ms = () => performance.now();
  const clocks = { wall_ms: now_ms, elapsed_ms, sinceBoot_ms: elapsed_ms };
  const steady = new SteadyClock(clocks, acceptedDay);
  return { now_ms: steady.now_ms, steady };
}

/** Where what was shown is missing the next start says so: nothing is made anew here. */
function nothingKept({ signing }: Config): Parameters<typeof checkpointsAt>[0] {
  return {
    checkpointFile: undefined,
    headFile: undefined,
    signing: { origin: signing.origin, defaultOrigin: signing.defaultOrigin },
  };
}

/** @throws Failure where the key that would sign is not the ledger's own */
function requireOwn(config: Config): void {
  try {
    requireOwnSigner(config);
  } catch (error) {
    throw faulty('not_own_key', (error as Error).message);
  }
}

/**
 * How an instance is set up whose stream is on a server, so that the server can be written to.
 * @throws Failure where nothing says which server
 */
function serverConfig(directory: string | undefined, { file }: LedgerFile, io: Io): Config {
  const config = configFrom({
    ...io.environment,
    DATA_DIR: directory ?? io.environment['DATA_DIR'],
  });
  if (config.eventstore !== undefined) return config;
  throw faulty(
    'not_here',
    `The stream is on EventStoreDB; ${file} is a mirror of it, to which nothing may be added. ` +
      'Run this with the settings of the instance, above all JOURNAL_URL.',
  );
}

async function journalOf(
  { eventstore }: Config,
  file: string,
  network: string,
  { random, progress }: Io,
): Promise<Journal> {
  if (eventstore === undefined) return sqliteJournal(file);
  // The client is loaded only where a stream is on a server.
  const { eventstoreJournal } = await import('../journal/eventstore/index.ts');
  const { url } = eventstore;
  const log = (line: string) => progress(`  ${line}\n`);
  return eventstoreJournal({ url, network, file, random, log });
}

/** How the ledger was opened; an empty file is left alone, for the service to begin. */
async function openingOf(file: string): Promise<EventOf<'LedgerOpened'>['data']> {
  const reader = sqliteReader(file);
  try {
    for await (const page of reader.read(0, 1)) {
      const { event } = recordedIn(page)[0]!;
      if (event.type === 'LedgerOpened') return event.data;
    }
  } finally {
    await reader.close();
  }
  throw faulty(
    'no_ledger',
    `${file} holds no ledger yet. Start the service: it makes a first key.`,
  );
}
