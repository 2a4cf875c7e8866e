import fc from 'fast-check';
import type { Recorded, StreamEvent } from '../../schemas/events/index.ts';
import { draw } from './draws.ts';
import { ModelRun, type Batch, type Start } from './modelRun.ts';
import { seeded } from './property.ts';

const BATCHES_MAX = 90;
const HISTORIES = 12;
const SEED = 20_261_121;
const HOUR_MS = 3_600_000;

/** One to three commands that arrive together, after up to a day. */
export const batches: fc.Arbitrary<Batch[]> = fc.array(
  fc.record({
    after_ms: fc.constantFrom(0, 0, 1000, HOUR_MS / 4, HOUR_MS * 5, HOUR_MS * 23),
    draws: fc.oneof(
      { arbitrary: fc.array(draw, { minLength: 1, maxLength: 1 }), weight: 3 },
      { arbitrary: fc.array(draw, { minLength: 2, maxLength: 3, size: 'max' }), weight: 1 },
    ),
  }),
  { minLength: 1, maxLength: BATCHES_MAX, size: 'max' },
);

/**
 * Times before both clock changes of the network's zone, and before the end of the year; some of
 * the streams begin in the first format.
 */
export const starts: fc.Arbitrary<Start> = fc.record({
  at: fc.constantFrom('2026-03-27T10:00:00Z', '2026-10-23T21:50:00Z', '2026-12-29T20:00:00Z'),
  format: fc.constantFrom(3, 3, 3, 3, 1),
});

/** Some streams of random commands, as a service wrote them; the same ones at every run. */
export async function histories(): Promise<Recorded[][]> {
  const { seed = SEED } = seeded();
  const drawn = fc.sample(fc.tuple(starts, batches), { numRuns: HISTORIES, seed });
  return Promise.all(
    drawn.map(async ([start, all]) => {
      const run = new ModelRun(start);
      await run.open();
      for (const one of all) await run.take(one);
      return run.lines.map((line, revision) => ({
        revision,
        event: JSON.parse(line) as StreamEvent,
      }));
    }),
  );
}
