import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { mirrorIn, partsIn } from '../backup/parts.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { eventStoreAt, isEventStore, mistakeIn, type EventStoreAddress } from '../eventstoreUrl.ts';
import type { Journal } from '../journal/journal.ts';
import { AlreadyRunningError } from '../journal/sqlite/lock.ts';
import { sqliteJournal } from '../journal/sqlite/index.ts';
import { EXIT, Failure, faulty, wrongUsage } from './failure.ts';
import type { Io } from './io.ts';
import { ledgerIn } from './offline.ts';

/** Where a stream is, as it was typed. */
export type Address =
  | {
      readonly kind: 'sqlite';
      readonly file: string;
      /** The folder of the service's data, where one was named. */
      readonly directory?: string;
      /** It is what an instance keeps of a stream on a server. */
      readonly mirror: boolean;
    }
  | ({ readonly kind: 'eventstore' } & EventStoreAddress);

const SQLITE = 'sqlite:';
const CODES: Readonly<Record<string, string>> = {
  DamagedJournalError: 'damaged',
  ReplacedJournalError: 'replaced',
  UnreachableJournalError: 'unreachable',
};
/** What is read from a server only to be compared. */
const COMPARING = 'copying';

/**
 * Reads an address: a folder of data, `sqlite:<file>` or `esdb://…`.
 * @throws Failure
 */
export function addressIn(option: string, text: string, io: Io): Address {
  if (isEventStore(text)) {
    const mistake = mistakeIn(text);
    if (mistake !== undefined) throw wrongUsage(`--${option} ${mistake}.`);
    return { kind: 'eventstore', ...eventStoreAt(text) };
  }
  if (text.startsWith(SQLITE) && text.length > SQLITE.length) {
    return { kind: 'sqlite', file: resolve(text.slice(SQLITE.length)), mirror: false };
  }
  if (/^\w[\w+]+:/.test(text)) {
    throw wrongUsage(
      `--${option} ${text}: must be a folder of data, sqlite:<file> or an address that begins ` +
        'with esdb://.',
    );
  }
  const directory = resolve(text);
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw wrongUsage(`--${option} ${text} is a file. Name it as sqlite:${text}.`);
  }
  return { kind: 'sqlite', directory, ...ledgerIn(directory, io) };
}

/** An address as it may be shown: without a password. */
export function shownAs(address: Address): string {
  if (address.kind === 'eventstore') return address.shown;
  return address.directory ?? `${SQLITE}${address.file}`;
}

/** A stream that was opened to be copied or compared, and how it is read once more. */
export type Opened = {
  readonly journal: Journal;
  /** Reads it anew: what a server has is asked of the server again, whatever is kept here. */
  readonly anew: () => Promise<Opened>;
  readonly close: () => Promise<void>;
};

export type OpenOptions = {
  readonly side: 'source' | 'target';
  readonly network: string | undefined;
  /** The folder for what is kept here of a stream on a server. */
  readonly folder: string;
  /** Keeps the mirror for the instance that will be started there. */
  readonly keepMirror: boolean;
  /** A stream that is not there yet may be begun. */
  readonly create: boolean;
  readonly io: Io;
};

/**
 * Opens a stream so that no service on this machine writes to it meanwhile.
 * @throws Failure where one does, or where there is none and none may be begun
 */
export async function openJournal(address: Address, options: OpenOptions): Promise<Opened> {
  if (address.kind === 'eventstore') return openServer(address.url, options);
  const { side, create } = options;
  const { file } = address;
  if (!create && !existsSync(file)) {
    throw faulty(
      'no_ledger',
      `The ${side}: there is no ledger at ${file}. Name the folder of its data, or its file as ` +
        'sqlite:<file>.',
    );
  }
  try {
    const journal = await sqliteJournal(file);
    const opened: Opened = { journal, anew: async () => opened, close: () => journal.close() };
    return opened;
  } catch (error) {
    throw notOpened(error as Error, side, file);
  }
}

/** Why a stream cannot be opened, of which side it is, and what to do. */
function notOpened(error: Error, side: string, file: string): Failure {
  const { name, message } = error;
  if (error instanceof AlreadyRunningError) {
    return faulty(
      'in_use',
      `The ${side} is in use: another process holds the lock ${file}-lock. Stop its service ` +
        'first: a ledger that moves must not grow meanwhile.',
    );
  }
  const exit = name === 'UnreachableJournalError' ? EXIT.unreachable : EXIT.refused;
  return new Failure(exit, CODES[name] ?? name, `The ${side}: ${message}`);
}

async function openServer(
  url: string,
  { side, network, folder, keepMirror, io }: OpenOptions,
): Promise<Opened> {
  if (network === undefined) {
    throw wrongUsage(`--network is needed: whose stream it is that the ${side} has.`);
  }
  const comparing = join(folder, COMPARING, side);
  const log = (line: string) => io.progress(`  ${line}\n`);
  const open = async (file: string): Promise<Opened> => {
    // The client is loaded only where a stream is on a server.
    const { eventstoreJournal } = await import('../journal/eventstore/index.ts');
    const options = { url, network, file, random: io.random, log };
    const journal = await eventstoreJournal(options).catch((error: unknown) => {
      removeComparing(folder, side);
      throw notOpened(error as Error, side, file);
    });
    let closing: Promise<void> | undefined;
    const close = async () => {
      await (closing ??= journal.close());
      if (dirname(file) === comparing) removeComparing(folder, side);
    };
    const anew = async () => {
      await close();
      removeComparing(folder, side);
      return open(mirrorIn(comparing));
    };
    return { journal, anew, close };
  };
  if (!keepMirror) removeComparing(folder, side);
  return open(mirrorIn(keepMirror ? folder : comparing));
}

function removeComparing(folder: string, side: string): void {
  const all = join(folder, COMPARING);
  rmSync(join(all, side), { recursive: true, force: true });
  if (existsSync(all) && readdirSync(all).length === 0) rmdirSync(all);
}

/** Whose ledger a stream is, as its first event says; nothing where it is empty. */
export async function networkOf(journal: Pick<Journal, 'read'>): Promise<string | undefined> {
  for await (const { lines } of journal.read(0, 1)) {
    const event = JSON.parse(lines[0]!) as StreamEvent;
    if (event.type === 'LedgerOpened') return event.data.network;
    throw faulty('unknown_event', `Revision 0 opens no ledger, but is ${lines[0]}.`);
  }
  return undefined;
}

/** Where the checkpoints are that the service on a stream has shown. */
export function checkpointsBeside(address: Address): string | undefined {
  if (address.kind === 'eventstore') return undefined;
  return partsIn(address.directory ?? dirname(address.file)).checkpoints;
}
