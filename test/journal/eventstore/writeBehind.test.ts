import fc from 'fast-check';
import t from 'tap';
import { WriteBehind, type MirrorError } from '../../../src/journal/eventstore/writeBehind.ts';
import { memoryJournal, type MemoryJournal } from '../../../src/journal/memory.ts';
import { handTime } from '../../support/eventstore/handTime.ts';
import { line } from './lines.ts';

const BEFORE = 3;
const MOMENT_MS = 20;
const AGAIN_MS = 1_000;
const TILE = { level: 0, index: 0 };
const ALL = Array.from({ length: 40 }, (_, number) => line(number));

/** A journal that is written behind, over a file that has three events. */
function given() {
  const time = handTime();
  const file = memoryJournal(ALL.slice(0, BEFORE));
  const appends: number[] = [];
  let held: Promise<unknown> = Promise.resolve();
  const journal: MemoryJournal = {
    ...file,
    append: async (lines, expectedRevision) => {
      appends.push(lines.length);
      await held;
      return file.append(lines, expectedRevision);
    },
  };
  /** What is written stays under way until it is let go. */
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held = promise;
    return () => resolve(undefined);
  };
  const told: (MirrorError | undefined)[] = [];
  const behind = new WriteBehind({
    ...{ journal, end: BEFORE - 1, time },
    told: (failure) => void told.push(failure),
  });
  const read = async (from = 0, limit?: number) => {
    const lines: string[] = [];
    for await (const page of behind.read(from, limit)) {
      if (page.firstRevision !== from + lines.length) throw new Error('a page is out of order');
      lines.push(...page.lines);
    }
    return lines;
  };
  const picked = async (revisions: readonly number[]) => {
    const lines: string[] = [];
    for await (const some of behind.pick(revisions)) lines.push(...some);
    return lines;
  };
  return { time, file, appends, hold, told, journal, behind, read, picked };
}

t.test('lines that were taken', async (t) => {
  const { behind, file, read, picked } = given();
  behind.take(ALL.slice(3, 5));
  t.equal(file.lines.length, BEFORE, 'are not in the file yet');
  t.equal(behind.end, 4, 'and count all the same');
  t.same(await read(), ALL.slice(0, 5), 'are read after those before');
  t.same(await read(2, 2), ALL.slice(2, 4), 'as far as asked for');
  t.same(await read(4), ALL.slice(4, 5));
  t.same(await picked([0, 2, 4]), [ALL[0], ALL[2], ALL[4]], 'and picked');
  await t.rejects(picked([0, 5]), { name: 'DamagedJournalError' }, 'but none that is not there');
});

t.test('what is taken within a moment', async (t) => {
  const { behind, file, appends, time } = given();
  behind.take(ALL.slice(3, 5));
  behind.take(ALL.slice(5, 6));
  time.pass(MOMENT_MS);
  await behind.written();
  t.same(file.lines, ALL.slice(0, 6), 'is written');
  t.same(appends, [3], 'at once');
});

t.test('what is taken while something is being written', async (t) => {
  const { behind, file, appends, hold, read, time } = given();
  const letGo = hold();
  behind.take(ALL.slice(3, 5));
  time.pass(MOMENT_MS);
  behind.take(ALL.slice(5, 6));
  t.same(await read(), ALL.slice(0, 6), 'is read as well');
  time.pass(MOMENT_MS);
  letGo();
  await time.untilHolds(() => file.lines.length === 6);
  t.same(appends, [2, 1], 'and written after it');
  t.same(file.lines, ALL.slice(0, 6));
});

t.test('a tile', async (t) => {
  const { behind, file, hold } = given();
  const letGo = hold();
  behind.take(ALL.slice(3, 5));
  t.equal((await behind.tile({ ...TILE, width: 3 })).length, 3 * 32, 'is there for the file');
  letGo();
  t.equal((await behind.tile({ ...TILE, width: 5 })).length, 5 * 32, 'and for what was taken');
  t.equal(file.lines.length, 5, 'since it was written before');
});

t.test('a file that cannot be written for a while', async (t) => {
  const { behind, file, told, read, time } = given();
  file.faults.push({ kind: 'unavailable' }, { kind: 'unavailable' });
  behind.take(ALL.slice(3, 5));
  time.pass(MOMENT_MS);
  await time.untilHolds(() => told.length > 0);
  t.match(told, [{ name: 'MirrorError', broken: false }], 'is told of');
  t.equal(behind.failure, told[0]);
  t.same(await read(), ALL.slice(0, 5), 'and loses nothing of what was taken');
  await t.rejects(behind.tile({ ...TILE, width: 5 }), { name: 'MirrorError' }, 'but proves none');
  await behind.ready();
  behind.take(ALL.slice(5, 6));
  t.same(await read(), ALL.slice(0, 6), 'more is taken');
  const since_ms = time.now_ms();
  await time.untilHolds(() => told.length > 1);
  t.ok(time.now_ms() - since_ms >= AGAIN_MS, 'until it was tried again');
  t.same(told.slice(1), [undefined], 'which is told, once');
  t.same(file.lines, ALL.slice(0, 6), 'and all of it is there');
});

t.test('too much for a file that cannot be written', async (t) => {
  const { behind, file } = given();
  file.faults.push({ kind: 'unavailable' });
  behind.take(Array.from({ length: 5_000 }, (_, number) => line(BEFORE + number)));
  await t.rejects(behind.ready(), { name: 'MirrorError' }, 'is not taken');
});

for (const [words, fault] of [
  ['that fails', { kind: 'broken' }],
  ['that somebody else has written to', { kind: 'overtaken', by: ALL.slice(9, 10) }],
] as const) {
  t.test(`a file ${words}`, async (t) => {
    const { behind, file, told, appends, time } = given();
    file.faults.push(fault);
    behind.take(ALL.slice(3, 5));
    await t.rejects(behind.written(), { name: 'MirrorError', broken: true }, 'is of no use');
    t.match(told, [{ broken: true }], 'which is told');
    time.pass(2 * AGAIN_MS);
    await t.rejects(behind.ready(), { name: 'MirrorError' });
    t.equal(appends.length, 1, 'and is not tried again');
  });
}

t.test('a journal that throws', async (t) => {
  const { behind, journal, told } = given();
  journal.append = () => Promise.reject(new Error('a bug'));
  behind.take(ALL.slice(3, 5));
  await t.rejects(behind.written(), { name: 'MirrorError', message: /a bug/, broken: true });
  t.match(told, [{ broken: true }], 'is broken');
});

t.test('a file that is slow', async (t) => {
  const { behind, hold, time } = given();
  const letGo = hold();
  let ready = false;
  behind.take(Array.from({ length: 5_000 }, (_, number) => line(BEFORE + number)));
  time.pass(MOMENT_MS);
  const waiting = behind.ready().then(() => (ready = true));
  await new Promise((resolve) => setImmediate(resolve));
  t.notOk(ready, 'is waited for, so that memory is bounded');
  letGo();
  await waiting;
  t.ok(ready);
});

t.test('closing', async (t) => {
  const { behind, file } = given();
  behind.take(ALL.slice(3, 5));
  await behind.close();
  t.same(file.lines, ALL.slice(0, 5), 'writes the rest');
});

t.test('closing while the file cannot be written', async (t) => {
  const { behind, file, appends, hold, time } = given();
  file.faults.push({ kind: 'unavailable' });
  const letGo = hold();
  behind.take(ALL.slice(3, 5));
  time.pass(MOMENT_MS);
  const closed = behind.close();
  letGo();
  await closed;
  time.pass(2 * AGAIN_MS);
  t.equal(appends.length, 1, 'tries nothing more');
});

t.test('closing while it is tried again', async (t) => {
  const { behind, file, appends, told, hold, time } = given();
  file.faults.push({ kind: 'unavailable' }, { kind: 'unavailable' });
  behind.take(ALL.slice(3, 5));
  await time.untilHolds(() => told.length === 1);
  const letGo = hold();
  await time.untilHolds(() => appends.length === 2);
  const closed = behind.close();
  letGo();
  await closed;
  time.pass(2 * AGAIN_MS);
  t.equal(appends.length, 2, 'tries nothing more either');
});

const STEP = fc.constantFrom('take', 'write', 'hold', 'let go', 'read', 'pick');

t.test('whenever it is read, and whatever is being written', async (t) => {
  const steps = fc.array(STEP, { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(steps, async (some) => {
      const { behind, file, hold, read, picked, time } = given();
      let letGo: (() => void) | undefined;
      let count = BEFORE;
      const reads: Promise<void>[] = [];
      for (const step of some) {
        const there = ALL.slice(0, count);
        const revisions = [...there.keys()].filter((revision) => revision % 3 !== 1);
        if (step === 'take') behind.take(ALL.slice(count, (count += 1)));
        else if (step === 'write') time.pass(MOMENT_MS);
        else if (step === 'hold') letGo ??= hold();
        else if (step === 'let go') {
          letGo?.();
          letGo = undefined;
        } else if (step === 'read') reads.push(read().then((lines) => same(lines, there)));
        else {
          const expected = revisions.map((revision) => ALL[revision]!);
          reads.push(picked(revisions).then((lines) => same(lines, expected)));
        }
        await Promise.resolve();
      }
      letGo?.();
      await Promise.all(reads);
      await behind.close();
      same(file.lines, ALL.slice(0, count));
    }),
  );
  t.pass('it is what was taken');
});

function same(found: readonly string[], expected: readonly string[]): void {
  if (found.join('\n') !== expected.join('\n')) throw new Error('the lines are others');
}
