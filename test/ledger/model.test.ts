import fc from 'fast-check';
import t from 'tap';
import { batches, starts } from '../support/histories.ts';
import { ModelRun, type Batch } from '../support/modelRun.ts';
import { seeded } from '../support/property.ts';

/**
 * Random commands go to the real sequencer and to a naive second ledger. After every batch both
 * must have said the same and have the same balances, which sum to zero; nothing guarded is below
 * zero; the rule of time given holds for everybody; what is held and counted is what the naive
 * lists come to; what was refused left no trace, and what was accepted is answered again alike. In
 * the end the settlements are the same, and no entry of a till is in two of them. A failure prints
 * its seed; `TEST_SEED` runs that one again.
 */
const RUNS = 300;
/** What comes of many commands, and of some there must be in any random histories. */
const MUST_COME = [
  ...['accepted', 'replayed', 'standing', 'entries_refused', 'key_reused'],
  ...['RedeemCredits', 'CaptureHold', 'CancelHold', 'SettleTill', 'RecordVisit'],
  ...['MergeMembers', 'CloseMember', 'CloseVenue', 'CloseOrganisation', 'ReinstateMember'],
  ...['cap_reached', 'hold_captured', 'hold_expired', 'hold_cancelled', 'offer_not_available'],
  ...['member_suspended', 'member_closed', 'venue_suspended', 'venue_closed'],
  ...['organisation_suspended', 'organisation_closed', 'access_suspended'],
  ...['day_not_ended', 'nothing_to_settle', 'network_limit', 'already_reversed'],
];
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
  for (const kind of MUST_COME) {
    t.ok((outcomes.get(kind) ?? 0) > 0, `which had ${kind} among what came of the commands`);
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
