import { accessIn, ID_BYTES, keyHash, makeKey, SECRET_BYTES } from '../schemas/keys.ts';
import { drawCommand, type Ask } from '../schemas/commands.ts';
import type { Predecessor } from '../schemas/events/ledger.ts';
import { FORMAT } from '../schemas/events/index.ts';
import { isPlayed } from './clock.ts';
import { Checkpoints, type CheckpointsOptions } from './checkpoints/checkpoints.ts';
import type { Config } from './config.ts';
import {
  pickRecorded,
  readRecorded,
  recordedIn,
  UnreadableEventError,
  type Journal,
} from './journal/journal.ts';
import type { Outcome } from './ledger/round.ts';
import { wholeCommands } from './ledger/follower.ts';
import { Awaited, type AwaitedOptions } from './ledger/awaited.ts';
import { Sequencer } from './ledger/sequencer.ts';
import type { Ledger } from './ledger/state.ts';
import type { Stream } from './ledger/stream.ts';
import { EVENT_LOOP, type Timing } from './ledger/timing.ts';
import { Turns } from './ledger/turns.ts';
import { Figures } from './metrics/figures.ts';
import { Metrics } from './metrics/metrics.ts';
import { keepingTiles, type ReadTile } from './proofs/tiles.ts';
import { Guard } from './guard/guard.ts';
import { Soundness, watched } from './guard/soundness.ts';
import { fold, nothingDerived, type Derived } from './saved/derived.ts';
import type { SavedState } from './saved/index.ts';
import type { Services } from './http/services.ts';
import type { SteadyClock } from './steadyClock.ts';

/** Some 16 KiB each, with what is worked out of them: 65,000 events and the tree above. */
const TILES_KEPT = 256;
const FRACTION_BYTES = 4;

export type ServiceOptions = {
  readonly journal: Journal;
  /** Where checkpoints are kept, and the keys that sign them. */
  readonly checkpoints: Pick<CheckpointsOptions, 'store' | 'head' | 'signers'>;
  readonly opening: Config['opening'] & { readonly predecessor?: Predecessor | undefined };
  /** The first admin's key for an empty stream; one is made where none is given. */
  readonly bootstrapAdminKey?: string | undefined;
  readonly now_ms: () => number;
  /** Says why that time is in doubt, and compares it with the last event at the start. */
  readonly steady?: Pick<SteadyClock, 'doubt' | 'startsAfter'> | undefined;
  /** Sets that clock; handed to the routes only where the network is one that is played. */
  readonly moveClock?: ((to_ms: number) => void) | undefined;
  readonly random: (bytes: number) => Uint8Array;
  readonly cardHmac: Services['cardHmac'];
  /** A token that may read the metrics, and nothing else. */
  readonly metricsToken?: string | undefined;
  /** Which hashes of the tree are for everybody: none, unless it is said. */
  readonly publicTiles?: Services['publicTiles'];
  /** How many lines of the log are lost; nothing where nobody counts them. */
  readonly linesLost?: (() => number) | undefined;
  /** What was saved of the state, if it fits the stream; without it all is replayed. */
  readonly saved?: (Pick<SavedState, 'load'> & Partial<Pick<SavedState, 'unproved'>>) | undefined;
  /** Told how far the replay at the start has come. */
  readonly progress?: (revision: number) => void;
  readonly broken: (why: string) => void;
  /** Told when others write what this code cannot read: it serves on, and writes no more. */
  readonly halted?: ((why: string) => void) | undefined;
  /** Told when something that is stored is found to be damaged or gone. */
  readonly unsound?: ((why: string) => void) | undefined;
  /** Told why a proof of everything could not be made. */
  readonly unproved?: ((why: string) => void) | undefined;
  /** How the sequencer waits: the event loop and its timers, unless it is simulated. */
  readonly timing?: Timing;
  /** How long reads wait for a revision, and how many may. */
  readonly reads?: Pick<AwaitedOptions, 'patience_ms' | 'most' | 'mostOfOne'>;
  /** A clock for durations, unless it is that of the timing. */
  readonly elapsed_ms?: () => number;
};

export type Service = Services & {
  /** The key made for the first admin of a new ledger: shown once, kept nowhere. */
  readonly firstAdminKey: string | undefined;
  /** A command that no person asked for. */
  readonly asSystem: (ask: Ask) => Promise<Outcome>;
};

/** The stream belongs to another network, or to newer code; says what to do. */
export class CannotServeError extends Error {
  override readonly name = 'CannotServeError';
}

/**
 * Rebuilds everything from the stream, or from what was saved of it and the events since, opens
 * the ledger if it is empty, and hands out what the routes use.
 * @throws CannotServeError, DamagedJournalError, UnreadableEventError
 */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { now_ms, random, timing = EVENT_LOOP } = options;
  const { ledger, projections } = await derivedFor(options);
  if (ledger.revision >= 0) options.steady?.startsAfter(ledger.recordedAt_ms);
  const figures = new Figures(options.elapsed_ms ?? timing.elapsed_ms);
  const awaited = new Awaited({
    ...options.reads,
    has: () => projections.entries.revision,
    timing,
  });
  const newCommand = () => drawCommand(random);
  const soundness = new Soundness();
  if (options.unsound !== undefined) soundness.tell(options.unsound);
  const journal = watched(options.journal, soundness);
  const tile = keepingTiles((asked) => journal.tile(asked), TILES_KEPT);
  const checkpoints = checkpointsOf(options, { tile, ledger, soundness });
  const sequencer = new Sequencer({
    stream: streamOf(journal, figures),
    ledger,
    now_ms,
    newCommand,
    doubt: options.steady?.doubt,
    published: (recorded) => {
      projections.apply(recorded);
      awaited.grown();
    },
    broken: options.broken,
    halted: options.halted,
    unsound: (why) => soundness.found(why),
    unsigned: {
      now: () => checkpoints.trouble,
      again: () => checkpoints.stillTroubled(),
    },
    timing,
    observer: figures,
    turns: journal.watch && new Turns(timing, () => fraction(random(FRACTION_BYTES))),
  });
  soundness.tell((why) => sequencer.halt(why));
  follow(journal, sequencer);
  const asSystem = (ask: Ask) => sequencer.submit({ ...newCommand(), by: 'system', ask });
  await requireTrue(checkpoints, journal);
  const firstAdminKey = await openIfEmpty(options, sequencer, asSystem);
  requireNetwork(ledger.network, options.opening.network);
  await checkpoints.begin();
  const guard = guardOf(options, soundness, figures);
  const silence = () => journal.silence?.();
  const { linesLost = () => 0 } = options;
  const watching = { figures, sequencer, projections, checkpoints, awaited, silence, guard };
  return {
    ...watching,
    soundness,
    metrics: new Metrics({ ...watching, soundness, linesLost }),
    timing,
    tile,
    publicTiles: options.publicTiles,
    ...readsOf(journal, ledger),
    cardHmac: options.cardHmac,
    metricsTokenHash: options.metricsToken && keyHash(options.metricsToken),
    random,
    now_ms,
    moveClock: isPlayed(ledger.network) ? options.moveClock : undefined,
    firstAdminKey,
    asSystem,
  };
}

function checkpointsOf(
  { checkpoints, steady, now_ms, saved }: ServiceOptions,
  { tile, ledger, soundness }: { tile: ReadTile; ledger: Ledger; soundness: Soundness },
): Checkpoints {
  return new Checkpoints({
    ...checkpoints,
    tile,
    size: () => ledger.revision + 1,
    // A checkpoint of a time that never was would keep the next one waiting for it.
    now_ms: () => (steady?.doubt() === undefined ? now_ms() : ledger.recordedAt_ms),
    broken: (why) => soundness.found(why),
    withheld: (size) => soundness.damage ?? saved?.unproved?.(size),
  });
}

/** What the sequencer asks of a journal. */
function streamOf(journal: Journal, figures: Figures): Stream {
  return {
    append: figures.timed((lines, expected) => journal.append(lines, expected)),
    read: (fromRevision, limit) => readRecorded(journal, fromRevision, limit),
    silence: () => journal.silence?.(),
    end: async () => journal.end?.(),
  };
}

function guardOf(
  { journal, checkpoints, now_ms, unproved }: ServiceOptions,
  soundness: Soundness,
  { elapsed_ms }: Figures,
): Guard {
  const othersGone = () => checkpoints.store.gone();
  return new Guard({ journal, othersGone, soundness, now_ms, elapsed_ms, unproved });
}

/** The state at the end of the stream. */
async function derivedFor({ journal, saved, progress }: ServiceOptions): Promise<Derived> {
  const derived = (await saved?.load(journal)) ?? nothingDerived();
  const { ledger } = derived;
  for await (const recorded of wholeCommands(readRecorded(journal, ledger.revision + 1))) {
    fold(derived, recorded);
    progress?.(ledger.revision);
  }
  if (ledger.format <= FORMAT) return derived;
  throw new UnreadableEventError(ledger.revision, `the ledger has format ${ledger.format}`);
}

/** What is read of the stream, which the journal may have more of than is published here. */
function readsOf(
  journal: Journal,
  ledger: Ledger,
): Pick<Services, 'read' | 'eventAt' | 'eventsAt'> {
  return {
    read: (fromRevision, limit = Infinity) => {
      const count = Math.min(limit, ledger.revision + 1 - fromRevision);
      return journal.read(fromRevision, Math.max(0, count));
    },
    eventAt: async (revision) => {
      for await (const page of journal.read(revision, 1)) return recordedIn(page)[0]!.event;
      throw new Error(`revision ${revision} is not in the stream`);
    },
    eventsAt: (revisions) => pickRecorded(journal, revisions),
  };
}

function requireNetwork(found: string, asked: string): void {
  if (found === asked) return;
  throw new CannotServeError(
    `This data holds the ledger of "${found}", but NETWORK is "${asked}". ` +
      `Set NETWORK=${found}, or choose another DATA_DIR.`,
  );
}

/**
 * Whether the stream is the one that was shown, and its tree may be signed as it stands. Most of
 * its events are proved only behind the start; where anything is wrong, that is waited for.
 */
async function requireTrue(checkpoints: Checkpoints, journal: Journal): Promise<void> {
  try {
    await checkpoints.requireUnchanged();
    await checkpoints.requireOwnTree((from, limit) => journal.read(from, limit));
  } catch (error) {
    // Where a tile or a row is damaged, the proof knows which, and nothing is served meanwhile.
    await journal.proved;
    throw error;
  }
}

/** Others may have written since the stream was read, before anything was told of it. */
function follow(journal: Journal, sequencer: Sequencer): void {
  if (journal.watch === undefined) return;
  journal.watch({
    grown: (revision) => sequencer.grown(revision),
    broken: (why) => sequencer.broken(why),
  });
  sequencer.grown(sequencer.ledger.revision + 1);
}

/** A number from 0, below 1. */
function fraction(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) / 256, 0);
}

/** Of several instances that find the stream empty one opens it; the others go on with that. */
async function openIfEmpty(
  { opening, bootstrapAdminKey, random }: ServiceOptions,
  sequencer: Sequencer,
  asSystem: (ask: Ask) => Promise<Outcome>,
): Promise<string | undefined> {
  if (sequencer.ledger.revision >= 0) return undefined;
  const key = bootstrapAdminKey ?? makeKey(random(ID_BYTES), random(SECRET_BYTES));
  const admin = { accessId: accessIn(key)!, keyHash: keyHash(key), label: 'first-admin' };
  const opened = await asSystem({ type: 'OpenLedger', ...opening, admin });
  if (opened.outcome === 'refused') {
    if (sequencer.ledger.revision >= 0) return undefined;
    throw new CannotServeError(`The ledger cannot be opened: ${opened.refusal.detail}`);
  }
  return bootstrapAdminKey === undefined ? key : undefined;
}
