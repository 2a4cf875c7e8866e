import type { Appended } from '../../../schemas/stream.ts';
import type { Journal } from '../journal.ts';
import { Appending } from './appending.ts';
import { Following } from './following.ts';
import { Mirror } from './mirror.ts';
import { Server } from './server.ts';
import { bringUpToDate } from './starting.ts';
import { MACHINE_TIME, type Time } from './time.ts';

export { ReplacedJournalError, UnreachableJournalError } from './starting.ts';

export type EventstoreOptions = {
  /** A connection string, esdb://…; may hold a password, and is never repeated. */
  readonly url: string;
  /** The stream is `ledger-<network>`. */
  readonly network: string;
  /** The mirror's file, of this instance alone. */
  readonly file: string;
  readonly random: (bytes: number) => Uint8Array;
  /** Told what the operator should know of the connection: no secrets, nothing of events. */
  readonly log: (line: string) => void;
  readonly time?: Time;
};

/** The stream of a network at the server. */
export function streamOf(network: string): string {
  return `ledger-${network}`;
}

/**
 * A journal on one stream of an EventStoreDB, with a mirror on this machine from which everything
 * is read. It opens once the mirror was compared with the server and has what the server has.
 * @throws UnreachableJournalError, ReplacedJournalError, AlreadyRunningError,
 *   UnusableJournalError, DamagedJournalError
 */
export async function eventstoreJournal(options: EventstoreOptions): Promise<Journal> {
  const { url, network, file, random, log, time = MACHINE_TIME } = options;
  const mirror = await Mirror.open(file, time);
  let server: Server | undefined;
  try {
    server = new Server(url, streamOf(network), time);
    await bringUpToDate({ server, mirror, file, random, log, time });
    return opened(server, mirror, { random, log, time });
  } catch (error) {
    await server?.close();
    await mirror.close();
    throw error;
  }
}

function opened(
  server: Server,
  mirror: Mirror,
  { random, log, time }: Required<Pick<EventstoreOptions, 'random' | 'log' | 'time'>>,
): Journal {
  const following = new Following({ server, mirror, time, random, log });
  const appending = new Appending({ server, mirror, following, time, random });
  mirror.watch((failure) => {
    if (failure?.broken === true) return following.break(failure.message);
    const now = failure && `${failure.message}; nothing is recorded here until it can be`;
    log(`EventStoreDB: ${now ?? 'the mirror on this machine is written again'}`);
  });
  following.begin();
  return {
    append: async (lines, expectedRevision) =>
      named(await appending.append(lines, expectedRevision)),
    read: (fromRevision, limit) => mirror.read(fromRevision, limit),
    pick: mirror.pick,
    tile: mirror.tile,
    proved: mirror.proved,
    prove: () => mirror.prove(),
    gone: () => mirror.gone(),
    watch: (watcher) => following.watch(watcher),
    silence: () => following.silence(),
    end: () => following.end(),
    async close() {
      await appending.idle();
      await following.stop();
      await server.close();
      await mirror.close();
    },
  };
}

/** Callers and `/readyz` are shown why, and had better hear of whom it is said. */
function named(appended: Appended): Appended {
  const { outcome } = appended;
  if (outcome !== 'unavailable' && outcome !== 'unknown') return appended;
  return { outcome, why: `EventStoreDB: ${appended.why}` };
}
