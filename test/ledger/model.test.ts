import fc from 'fast-check';
import t from 'tap';
import { batches, starts } from '../support/histories.ts';
import { ModelRun, type Batch } from '../support/modelRun.ts';
import { seeded } from '../support/property.ts';

/**
 * Random commands go to the real sequencer and to a naive second ledger. After every batch both
 * must have said the same and have the same balances, which sum to zero; nothing guarded is below
 * zero; the rule of time given holds for everybody; what was refused left no trace, and what was
 * accepted is answered again alike. A failure prints its seed; `TEST_SEED` runs that one again.
 */
const RUNS = 300;
/** Looking for the smallest history that fails ends here, within the time a test may take. */
const SEARCH_MS_MAX = 80_000;

t.test('the ledger agrees with a naive one', async (t) => {
  const outcomes = new Map<string, number>();
  const agrees = fc.asyncProperty(starts, batches, async (start, all) => {
    const run = new ModelRun(Date.parse(start));
    await run.open();
    for (const one of all) await run.take(one);
    run.end();
    for (const [kind, count] of run.outcomes) {
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + count);
    }
  });
  const result = await fc.check(agrees, {
    numRuns: RUNS,
    interruptAfterTimeLimit: SEARCH_MS_MAX,
    markInterruptAsFailure: true,
    ...seeded(),
  });
  if (result.failed) return t.fail(reported(result));
  t.pass(`in ${RUNS} random histories`);
  t.comment(`what came of the commands: ${[...outcomes].map((one) => one.join(' ')).join(', ')}`);
  for (const kind of ['accepted', 'replayed', 'standing', 'entries_refused', 'key_reused']) {
    t.ok((outcomes.get(kind) ?? 0) > 0, `which had commands that were ${kind}`);
  }
});

/** The smallest history found that fails: what differs, what was sent, and the seed. */
function reported({
  seed,
  numRuns,
  counterexample,
  errorInstance,
}: fc.RunDetails<[string, Batch[]]>) {
  const [start = '', all = []] = counterexample ?? [];
  const kinds = all.map(({ draws }) => draws.map(({ kind }) => kind).join('+')).join(', ');
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `after ${numRuns} histories, TEST_SEED=${seed}: from ${start}, ${kinds}: ${why}`;
}
