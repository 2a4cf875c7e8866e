import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { UnwrittenError } from '../schemas/stream.ts';
import { buildApp } from './http/app.ts';
import type { ConnectionLimits } from './http/connections.ts';
import type { Journal } from './journal/journal.ts';
import type { Publisher } from './publish/publisher.ts';
import type { SavedState } from './saved/index.ts';
import type { Service } from './service.ts';

/** After this, connections on which a request never came to its end are cut. */
const CUT_MS = 5_000;
/** After this, nobody waits any longer to be told what became of an append. */
const GIVE_UP_MS = 3_000;
const ENDING = 'it is shutting down';
const TICK_MS = 250;

/** The HTTP app of a service, which may listen, and how all of it ends in order. */
export type Running = {
  readonly app: FastifyInstance;
  readonly end: () => Promise<void>;
};

/** Parts that run beside a service, where there are any, and how many connections it takes. */
export type Beside = {
  readonly saved?: Pick<SavedState, 'saveIfDue' | 'close'> | undefined;
  readonly publisher?: Pick<Publisher, 'publishIfDue' | 'close'> | undefined;
  readonly connections?: ConnectionLimits | undefined;
};

/** Sets a service going on a journal, which ends with it. */
export async function running(
  service: Service,
  journal: Journal,
  logger: FastifyBaseLogger,
  { saved, publisher, connections }: Beside = {},
): Promise<Running> {
  const app = await buildApp(service, logger, connections);
  service.metrics.watchProcess();
  const watched = watching(service, logger);
  const ticking = setInterval(() => {
    watched();
    service.sequencer.answerImpatient();
    service.sequencer.wake();
    service.guard.tick();
    service.checkpoints.makeIfDue();
    saved?.saveIfDue(service.sequencer.ledger.revision);
    publisher?.publishIfDue();
  }, TICK_MS);
  const end = async () => {
    clearInterval(ticking);
    service.sequencer.announceStop(ENDING);
    const givingUp = setTimeout(() => service.sequencer.giveUp(ENDING), GIVE_UP_MS);
    // A worker that forces a file to a slow disk cannot be stopped: only the end waits for it.
    const savedClosed = saved?.close();
    const published = publisher?.close();
    const cutting = setTimeout(() => app.server.closeAllConnections(), CUT_MS);
    await app.close();
    clearTimeout(cutting);
    await published;
    await service.sequencer.stop(ENDING);
    clearTimeout(givingUp);
    try {
      await service.checkpoints.make();
    } catch (error) {
      if (!(error instanceof UnwrittenError)) throw error;
      logger.warn({ why: error.message }, 'no last checkpoint is made: the next start makes one');
    } finally {
      await service.checkpoints.close();
      await journal.close();
      await savedClosed;
    }
  };
  return { app, end };
}

/** Tells in the log when no more writes are taken, and when they are taken again. */
function watching({ sequencer }: Service, logger: FastifyBaseLogger): () => void {
  let told: string | undefined;
  return () => {
    const why = sequencer.trouble;
    if (why !== undefined && told === undefined) logger.error({ why }, 'no writes are taken');
    if (why === undefined && told !== undefined) logger.info('writes are taken again');
    told = why;
  };
}
