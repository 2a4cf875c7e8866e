import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { eventSchemas, olderSchemas } from '../../schemas/events/index.ts';
import { REFUSAL_CODES, type RefusalCode } from '../../schemas/refusals.ts';
import { batches, starts } from '../support/histories.ts';
import { ModelRun, type Batch, type Start } from '../support/modelRun.ts';
import { seeded } from '../support/property.ts';

/**
 * Random commands go to the real sequencer and to a naive second ledger. After every batch both
 * must have said the same and have the same balances, which sum to zero; nothing guarded is below
 * zero; the rule of time given holds for everybody; what is held and counted is what the naive
 * lists come to; what was refused left no trace, and what was accepted is answered again alike. In
 * the end the settlements are the same, and no entry of a till is in two of them. Some lists are
 * previewed, which must say what sending them does; some streams begin in an older format and are
 * raised on their way. A failure prints its seed; `TEST_SEED` runs that one again.
 */
const RUNS = 300;
/** Outcomes that are no refusals, and commands that must be accepted in some of the histories. */
const MUST_COME = [
  ...['accepted', 'replayed', 'standing', 'previewed', 'RaiseFormat'],
  ...['CaptureHold', 'CancelHold', 'MergeMembers', 'CloseMember', 'CloseVenue'],
];
/** The naive ledger cannot tell two members apart any more whom it wrote over each other. */
const VERSIONS = [...eventSchemas, ...olderSchemas]
  .map(({ shape }) => `${shape.type.value}.v${shape.v.value}`)
  .filter((version) => version !== 'MembersSeparated.v1');
/** Refusals that no random history comes to, by the test that holds each of them. */
const ELSEWHERE: Readonly<Record<string, readonly RefusalCode[]>> = {
  'http/atLeast.test.ts': ['not_there_yet'],
  'http/badAddresses.test.ts': ['not_found'],
  'http/badInput.test.ts': ['invalid_request', 'unsupported_media_type', 'body_too_large'],
  'http/badKeys.test.ts': ['idempotency_key_missing', 'key_not_found'],
  'http/card.test.ts': ['too_many_unknown_cards'],
  'http/proof.test.ts': ['receipt_withheld', 'beyond_the_tree'],
  'http/funds.test.ts': ['fund_not_found'],
  'http/strangers.test.ts': ['headers_too_large', 'request_incomplete'],
  'http/admission.test.ts': ['too_many_requests'],
  'http/statement.test.ts': ['period_not_ended', 'period_before_ledger'],
  'ledger/issue.test.ts': ['list_too_long'],
  'ledger/paper.test.ts': ['redemption_recorded_before'],
  'ledger/undoing.test.ts': ['minutes_joined'],
  'ledger/largest.test.ts': ['rest_too_large'],
  'sequencer/batches.test.ts': ['busy', 'not_writing', 'outcome_unknown'],
  'process/unsound.test.ts': ['damaged'],
  'sequencer/faults.test.ts': ['internal_error'],
};
/** Looking for the smallest history that fails ends here, within the time a test may take. */
const SEARCH_MS_MAX = 80_000;

t.test('the ledger agrees with a naive one', async (t) => {
  const outcomes = new Map<string, number>();
  const agrees = fc.asyncProperty(starts, batches, async (start, all) => {
    const run = new ModelRun(start);
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
  const lacking = (all: readonly string[]) => all.filter((one) => !outcomes.has(one));
  const elsewhere: readonly string[] = Object.values(ELSEWHERE).flat();
  const random = REFUSAL_CODES.filter((code) => !elsewhere.includes(code));
  t.same(lacking(random), [], 'in which every refusal came that a command can come to');
  t.same(lacking(VERSIONS), [], 'and every version of every event');
  t.same(lacking(MUST_COME), [], 'and what else comes of commands');
});

t.test('a refusal that no random history comes to', async (t) => {
  const unheld = Object.entries(ELSEWHERE).flatMap(([file, codes]) => {
    const test = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    return codes.filter((code) => !test.includes(`'${code}'`));
  });
  t.same(unheld, [], 'is held by a test of its own');
});

/** The smallest history found that fails: what differs, what was sent, and the seed. */
function reported({
  seed,
  numRuns,
  counterexample,
  errorInstance,
}: fc.RunDetails<[Start, Batch[]]>) {
  const [start, all = []] = counterexample ?? [];
  const kinds = all.map(({ draws }) => draws.map(({ kind }) => kind).join('+')).join(', ');
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const from = canonical(start);
  return `after ${numRuns} histories, TEST_SEED=${seed}: from ${from}, ${kinds}: ${why}`;
}
