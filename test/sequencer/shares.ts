import { choicesFrom, type Choices } from '../../scripts/demo/random.ts';
import { FORMAT } from '../../schemas/events/index.ts';
import { readRecorded } from '../../src/journal/journal.ts';
import { Sequencer } from '../../src/ledger/sequencer.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import { Turns } from '../../src/ledger/turns.ts';
import { opening } from '../support/modelOpening.ts';
import { emptyBooks } from '../support/modelBooks.ts';
import { newCommand } from '../support/names.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { SharedStream, type Distance } from './shared.ts';

/** What one command takes of the thread that serves: reading and answering it, and deciding it. */
const SERVED_MS = 0.08;
const DECIDED_MS = 0.02;
const START_MS = Date.parse('2026-06-10T09:00:00.000Z');

export type Load = {
  readonly seed: number;
  /** How many clients each instance has, of which each asks as soon as it is answered. */
  readonly clients: readonly number[];
  readonly distance: Distance;
  readonly lasting_ms: number;
  /** How long a client thinks before it asks again. */
  readonly pause_ms?: number;
};

export type Shares = {
  /** How many commands each instance has written. */
  readonly written: readonly number[];
  readonly total: number;
  readonly batches: number;
  readonly conflicts: number;
  /** How many were given up as busy. */
  readonly busy: number;
  readonly slowest_ms: number;
};

type Instance = {
  readonly sequencer: Sequencer;
  /** Occupies the one thread that an instance serves and decides with. */
  readonly busyFor: (work_ms: number) => Promise<void>;
};

/** Instances under load on one stream, in simulated time: the seed alone says what comes of it. */
export async function shares(load: Load): Promise<Shares> {
  const { seed, clients, distance, lasting_ms, pause_ms = 0 } = load;
  const choices = choicesFrom(seed);
  const scheduler = new Scheduler(choices);
  const stream = new SharedStream(scheduler, distance);
  const all = clients.map(() => instanceOn(stream, scheduler, choices));
  const open = opening(FORMAT)[0]!(emptyBooks());
  const opened = all[0]!.sequencer.submit({ ...newCommand('open'), by: 'system', ask: open });
  await finished(scheduler, opened);
  await finished(scheduler, scheduler.wait(100));
  const written = clients.map(() => 0);
  const counts = { busy: 0, slowest_ms: 0 };
  const end_ms = scheduler.now_ms + lasting_ms;
  let commands = 0;
  const ask = async (at: number) => {
    const { sequencer, busyFor } = all[at]!;
    while (scheduler.now_ms < end_ms) {
      if (pause_ms > 0) await scheduler.wait(scheduler.between(0, 2 * pause_ms));
      const since_ms = scheduler.now_ms;
      await busyFor(SERVED_MS);
      const { outcome } = await sequencer.submit({
        ...newCommand(`asked ${(commands += 1)}`),
        by: 'system',
        ask: { type: 'EnrolMember' },
      });
      if (outcome === 'refused') counts.busy += 1;
      else written[at]! += 1;
      counts.slowest_ms = Math.max(counts.slowest_ms, scheduler.now_ms - since_ms);
    }
  };
  const asking = clients.flatMap((count, at) => Array.from({ length: count }, () => ask(at)));
  await finished(scheduler, Promise.all(asking));
  const total = written.reduce((sum, count) => sum + count, 0);
  const { batches, conflicts } = stream;
  return { ...counts, written, total, batches, conflicts };
}

function instanceOn(stream: SharedStream, scheduler: Scheduler, choices: Choices): Instance {
  const journal = stream.journal();
  const timing = scheduler.timing({ alive: true });
  let free_ms = 0;
  const busyFor = (work_ms: number) => {
    free_ms = Math.max(scheduler.now_ms, free_ms) + work_ms;
    return scheduler.wait(free_ms - scheduler.now_ms);
  };
  const sequencer = new Sequencer({
    stream: {
      append: async (lines, expectedRevision) => {
        await busyFor(lines.length * DECIDED_MS);
        return journal.append(lines, expectedRevision);
      },
      read: (fromRevision, limit) => readRecorded(journal, fromRevision, limit),
      end: () => journal.end!(),
    },
    ledger: emptyLedger(),
    now_ms: () => START_MS + Math.floor(scheduler.now_ms),
    newCommand: () => newCommand(`due ${scheduler.now_ms}`),
    published: () => undefined,
    broken: (why) => {
      throw new Error(why);
    },
    timing,
    turns: new Turns(timing, () => choices.below(1000) / 1000),
  });
  journal.watch!({ grown: (revision) => sequencer.grown(revision), broken: () => undefined });
  return { sequencer, busyFor };
}

/** Lets simulated time pass until something is done. */
async function finished(scheduler: Scheduler, work: Promise<unknown>): Promise<void> {
  let done = false;
  void work.then(() => (done = true));
  await scheduler.until(() => done);
}
