import t from 'tap';
import { FailedRun, simulate } from './index.ts';
import type { Settings, Told } from './run.ts';
import { KEPT } from './seeds.ts';
import { FAULT_NAMES } from './weather.ts';

/**
 * The whole write path on a simulated time, over a journal that does whatever a journal may. Every
 * event and every answer is judged by the naive ledger; README.md says by which rules. A failure
 * prints its seed, what went before, and the command that runs it again.
 */
const SEEDS = 240;
const STEPS = 60;
/** A machine that is busy with much else takes its time. */
const TIMEOUT_MS = 300_000;
/** What must come somewhere among so many runs, beside every fault. */
const MUST_COME = [
  ...['accepted', 'replayed', 'standing', 'previewed', 'key_reused', 'voided', 'unauthenticated'],
  ...['outcome_unknown', 'not_writing', 'insufficient_credits', 'hold_expired', 'cap_reached'],
  ...['IssueCredits', 'RedeemCredits', 'HoldCredits', 'CaptureHold', 'CancelHold', 'VoidKey'],
  ...['TransferCredits', 'ReverseTransaction', 'SettleTill', 'RecordVisit', 'AllocateCredits'],
  ...['SuspendMember', 'CloseMember', 'MergeMembers', 'CloseVenue', 'CloseOrganisation'],
];

t.setTimeout(TIMEOUT_MS);

t.test('the write path, whatever goes wrong', async (t) => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const told = await played({ seed, steps: STEPS });
    if (told instanceof FailedRun) return t.fail(told.message);
    for (const [what, count] of told.counts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  t.pass(`does what the model says in ${SEEDS} runs`);
  const missing = [...FAULT_NAMES, ...MUST_COME].filter((what) => !counts.has(what));
  t.same(missing, [], 'in which everything happened that may');
});

for (const { seed, steps, why } of KEPT) {
  t.test(`seed ${seed}, which once found ${why}`, async (t) => {
    const told = await played({ seed, steps });
    t.notOk(told instanceof FailedRun && told.message, 'is as the model says');
  });
}

t.test('one seed played twice', async (t) => {
  const settings = { seed: 2, steps: STEPS };
  const told = (await simulate(settings)).digest;
  t.equal((await simulate(settings)).digest, told, 'is the same run, byte for byte');
  t.not((await simulate({ ...settings, seed: 3 })).digest, told, 'and another is another');
});

t.test('a run', async (t) => {
  const touched: string[] = [];
  const ends = [
    watched(Date, 'now', touched),
    watched(Math, 'random', touched),
    watched(performance, 'now', touched),
    watched(globalThis, 'setTimeout', touched),
    watched(globalThis, 'setInterval', touched),
  ];
  await simulate({ seed: 2, steps: STEPS });
  for (const end of ends) end();
  t.same(touched, [], 'reads no clock, sets no timer and throws no dice of the machine');
});

async function played(settings: Settings): Promise<Told | FailedRun> {
  try {
    return await simulate(settings);
  } catch (error) {
    if (error instanceof FailedRun) return error;
    throw error;
  }
}

/** Notes every use of a function until told to leave it as it was. */
function watched<T extends object>(object: T, name: keyof T & string, touched: string[]) {
  const original = object[name] as (...given: unknown[]) => unknown;
  const noting = (...given: unknown[]) => {
    touched.push(`${name}: ${new Error().stack ?? ''}`);
    return original.apply(object, given);
  };
  Object.assign(object, { [name]: noting });
  return () => void Object.assign(object, { [name]: original });
}
