import { compare, spread } from './comparing.ts';
import type { Mirror } from './mirror.ts';
import { ServerError, type Server } from './server.ts';
import { elapsed, growingWait_ms, type Time } from './time.ts';

/** The stream at the server cannot be got at; says why, and what to look at. */
export class UnreachableJournalError extends Error {
  override readonly name = 'UnreachableJournalError';

  constructor(stream: string, why: string) {
    super(
      `The stream ${stream} cannot be read: ${why}. ` +
        'See whether EventStoreDB runs, and whether JOURNAL_URL is right.',
    );
  }
}

/** The stream at the server is not the one that this instance has read; says what to do. */
export class ReplacedJournalError extends Error {
  override readonly name = 'ReplacedJournalError';

  constructor(stream: string, file: string, why: string) {
    super(
      `The stream ${stream} is not the one that this instance has read: ${why}. ` +
        'Nothing is served. If NETWORK or JOURNAL_URL was changed on purpose, choose another ' +
        `DATA_DIR. If not, the server has lost or changed what was recorded: keep ${file}, which ` +
        'holds it, and put the stream back before anything else is written to it.',
    );
  }
}

export type StartingOptions = {
  readonly server: Server;
  readonly mirror: Mirror;
  readonly file: string;
  readonly time: Time;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: (line: string) => void;
};

const COMPARED_EVENTS = 64;
const PAGE_EVENTS = 1_000;
const PROGRESS_EVENTS = 100_000;
const PATIENCE_MS = 30_000;
const TOLD_MS = 5_000;

/**
 * Compares the mirror with the server and reads into it what it does not have.
 * @throws UnreachableJournalError, ReplacedJournalError, MirrorError
 */
export async function bringUpToDate(options: StartingOptions): Promise<void> {
  const { server, mirror, file, random, log } = options;
  const revisions = spread(mirror.end, COMPARED_EVENTS, random);
  const difference = await patiently(options, () => compare(server, mirror, revisions));
  if (difference !== undefined) {
    throw new ReplacedJournalError(server.stream, file, difference.why);
  }
  for (let told = mirror.end; mirror.wall === undefined;) {
    const events = await patiently(options, () => server.from(mirror.end + 1, PAGE_EVENTS));
    const [first] = events;
    if (first === undefined) return;
    if (first.revision !== mirror.end + 1) {
      const why = `its events from ${mirror.end + 1} to ${first.revision - 1} are gone`;
      throw new ReplacedJournalError(server.stream, file, why);
    }
    await mirror.receive(events);
    if (mirror.end - told < PROGRESS_EVENTS) continue;
    told = mirror.end;
    log(`EventStoreDB: ${mirror.end + 1} events are mirrored …`);
  }
}

/** Asks until the server answers, for half a minute: it may be starting as well. */
async function patiently<T>(
  { server, file, time, random, log }: StartingOptions,
  ask: () => Promise<T>,
): Promise<T> {
  const begun_ms = time.now_ms();
  let told_ms = -Infinity;
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      const { fault } = error;
      if (fault.deleted) throw new ReplacedJournalError(server.stream, file, fault.why);
      const waited_ms = time.now_ms() - begun_ms;
      if (fault.lasting || waited_ms >= PATIENCE_MS) {
        throw new UnreachableJournalError(server.stream, fault.why);
      }
      if (waited_ms - told_ms >= TOLD_MS) {
        log(`EventStoreDB: ${fault.why}; asking again …`);
        told_ms = waited_ms;
      }
      await elapsed(time, growingWait_ms(failures, random));
    }
  }
}
