import t, { type Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { linesOf } from '../../schemas/stream.ts';
import { compareStreams, copyStream, rootOf } from '../../src/journal/copy/index.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { memoryJournal, type Fault, type MemoryJournal } from '../../src/journal/memory.ts';
import { sqliteJournal } from '../../src/journal/sqlite/index.ts';
import { citing, enrolled, enrolledFrom } from './samples.ts';

const KIB = 1024;

/** Where one may read what was asked of the target. */
type Watched = { readonly appends: (readonly string[])[]; readonly waits: number[] };

async function holding(events: readonly StreamEvent[]): Promise<MemoryJournal> {
  const journal = memoryJournal();
  await journal.append(linesOf(events), -1);
  return journal;
}

function copied(source: Journal, target: Journal): Watched & { readonly done: Promise<object> } {
  const appends: (readonly string[])[] = [];
  const waits: number[] = [];
  const watched: Journal = {
    ...target,
    append: (lines, expectedRevision) => {
      if (lines.length > 0) appends.push(lines);
      return target.append(lines, expectedRevision);
    },
  };
  const done = copyStream({
    ...{ source, target: watched },
    progress: () => undefined,
    trouble: () => undefined,
    wait: async (time_ms) => void waits.push(time_ms),
  });
  return { appends, waits, done };
}

function compared(source: Journal, target: Journal) {
  return compareStreams({ source, target, progress: () => undefined });
}

/** What one command made, of some events and of about as many bytes each as are asked for. */
function command(number: number, count: number, event: StreamEvent): StreamEvent[] {
  const id = `cmd_${String(number).padStart(16, '0')}` as const;
  return Array.from({ length: count }, (_, index) => ({ ...event, command: { id, index, count } }));
}

function commandsIn(lines: readonly string[]): string[] {
  const ids = lines.map((line) => (JSON.parse(line) as StreamEvent).command.id);
  return [...new Set(ids)];
}

t.test('given an empty target', async (t) => {
  const source = await holding(enrolledFrom(0, 2_500));
  const target = memoryJournal();
  t.same(await copied(source, target).done, { had: 0, size: 2_500 });
  t.same(target.lines, source.lines, 'then it has every event of the source');
  t.equal(await rootOf(target, 2_500), await rootOf(source, 2_500), 'and the same tree');
});

t.test('given a beginning of the source', async (t) => {
  for (const had of [1, 999, 1_000, 1_001, 2_499]) {
    const source = await holding(enrolledFrom(0, 2_500));
    const target = await holding(enrolledFrom(0, had));
    const copy = copied(source, target);
    t.same(await copy.done, { had, size: 2_500 }, `it goes on after ${had}`);
    t.same(copy.appends.flat(), source.lines.slice(had), 'with what is missing, once');
  }
});

t.test('given all of the source, nothing is written', async (t) => {
  const source = await holding(enrolledFrom(0, 1_000));
  const copy = copied(source, await holding(enrolledFrom(0, 1_000)));
  t.same(await copy.done, { had: 1_000, size: 1_000 });
  t.same(copy.appends, []);
});

t.test('appends', async (t) => {
  await t.test('are bounded in bytes, and split nothing that one command made', async (t) => {
    const large = citing(300);
    const bytes = Buffer.byteLength(canonical(large));
    const events = [40, 30, 20, 7, 1, 44].flatMap((count, index) => command(index, count, large));
    const source = await holding(events);
    const { appends, done } = copied(source, memoryJournal());
    await done;
    t.ok(appends.length >= 2, 'there is more than one');
    for (const lines of appends) t.ok(lines.join('').length <= 896 * KIB, 'none is too large');
    t.ok(
      appends.some((lines) => lines.join('').length > 896 * KIB - 45 * bytes),
      'they are filled',
    );
    const commands = appends.flatMap(commandsIn);
    t.equal(commands.length, new Set(commands).size, 'no command stands in two of them');
  });

  await t.test('are bounded in events', async (t) => {
    const source = await holding(enrolledFrom(0, 5_000));
    const { appends, done } = copied(source, memoryJournal());
    await done;
    t.same(
      appends.map(({ length }) => length),
      [2_000, 2_000, 1_000],
    );
  });
});

const IN_THE_WAY: readonly (readonly [string, readonly Fault[]])[] = [
  ['was written', [{ kind: 'unknown_written' }]],
  ['was not written', [{ kind: 'unknown_not_written' }]],
  [
    'was written at the third time',
    [{ kind: 'unknown_not_written' }, { kind: 'unavailable' }, { kind: 'unknown_written' }],
  ],
];

for (const [what, faults] of IN_THE_WAY) {
  t.test(`an append that nobody answered and that ${what} is sent until it is known`, async (t) => {
    const source = await holding(enrolledFrom(0, 10));
    const target = memoryJournal();
    target.faults.push(...faults);
    const { waits, done } = copied(source, target);
    t.same(await done, { had: 0, size: 10 });
    t.same(target.lines, source.lines, 'and nothing is there twice');
    t.equal(waits.length, faults.length, 'with a wait before each time');
  });
}

t.test('waits grow', async (t) => {
  const target = memoryJournal();
  target.faults.push(
    ...Array.from({ length: 9 }, () => ({ kind: 'unknown_not_written' }) as const),
  );
  const { waits, done } = copied(await holding([enrolled(0)]), target);
  await done;
  t.same(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
});

type Wanted = { readonly code: string; readonly revision?: number; readonly message?: RegExp };

async function stopped(t: Test, { done }: { done: Promise<object> }, wanted: Wanted) {
  await t.rejects(done, wanted);
}

t.test('a target that takes nothing for long is given up', async (t) => {
  const target = memoryJournal();
  target.faults.push(...Array.from({ length: 12 }, () => ({ kind: 'unavailable' }) as const));
  const copy = copied(await holding([enrolled(0)]), target);
  await stopped(t, copy, { code: 'unreachable', message: /run this again once it does/ });
});

t.test('a target that is broken is not written to again', async (t) => {
  const target = memoryJournal();
  target.faults.push({ kind: 'broken' });
  const copy = copied(await holding([enrolled(0)]), target);
  await stopped(t, copy, { code: 'broken', message: /a test asked for it\. Run this again/ });
});

t.test('somebody else who writes to the target', async (t) => {
  for (const [when, before] of [
    ['at once', []],
    ['after an append that nobody answered', [{ kind: 'unknown_not_written' }]],
  ] as const) {
    const target = memoryJournal();
    const by = [canonical(enrolled(77))];
    target.faults.push(...before, { kind: 'overtaken', by });
    const copy = copied(await holding(enrolledFrom(0, 3)), target);
    const wanted = {
      code: 'overtaken',
      revision: 0,
      message: /Somebody else writes to the target/,
    };
    await stopped(t, copy, wanted);
    t.same(target.lines, by, `${when}: is not overwritten`);
  }
});

t.test('a source that grows meanwhile is found at the end', async (t) => {
  const source = await holding([enrolled(0)]);
  source.faults.push({ kind: 'overtaken', by: linesOf([enrolled(1)]) });
  const wanted = { code: 'overtaken', message: /Somebody else writes to the source/ };
  await stopped(t, copied(source, memoryJournal()), wanted);
});

t.test('a target with another event', async (t) => {
  const source = await holding(enrolledFrom(0, 1_500));
  const events = enrolledFrom(0, 1_200).with(1_100, enrolled(5_000));
  const copy = copied(source, await holding(events));
  const message = /at revision 1100 it has .*0000005000.*, and the source .*0000001100/;
  await stopped(t, copy, { code: 'differs', revision: 1_100, message });
  t.same(copy.appends, [], 'is named by its revision, and nothing is written');
});

t.test('a target that is longer than the source', async (t) => {
  const copy = copied(await holding(enrolledFrom(0, 1_000)), await holding(enrolledFrom(0, 1_001)));
  const wanted = { code: 'longer', revision: 1_000, message: /the wrong way round/ };
  await stopped(t, copy, wanted);
  t.same(copy.appends, []);
});

t.test('an event that this version does not know is named by its revision', async (t) => {
  const source = await holding(enrolledFrom(0, 5));
  source.lines[3] = source.lines[3]!.replace('MemberEnrolled', 'MemberPraised');
  const wanted = { code: 'unknown_event', revision: 3, message: /at revision 3 is none that this/ };
  await stopped(t, copied(source, memoryJournal()), wanted);
});

t.test('what is no event at all is named by its revision', async (t) => {
  for (const line of ['{"hello":"world"}', 'null', 'hello']) {
    const source = await holding(enrolledFrom(0, 5));
    source.lines[2] = line;
    const wanted = { code: 'unknown_event', revision: 2, message: /no event of a ledger at/ };
    await stopped(t, copied(source, memoryJournal()), wanted);
  }
});

t.test('comparing', async (t) => {
  const events = enrolledFrom(0, 1_700);

  await t.test('tells how far two streams are the same', async (t) => {
    for (const [sourceSize, targetSize] of [
      [1_700, 1_700],
      [1_700, 900],
      [900, 1_700],
      [1_000, 0],
    ] as const) {
      const source = await holding(events.slice(0, sourceSize));
      const size = Math.min(sourceSize, targetSize);
      const root = await rootOf(source, size);
      const found = await compared(source, await holding(events.slice(0, targetSize)));
      t.same(found, { size, sourceSize, targetSize, root });
    }
  });

  await t.test('names the first event that differs', async (t) => {
    const other = await holding(events.with(1_234, enrolled(9_999)));
    const wanted = { code: 'differs', revision: 1_234 };
    await t.rejects(compared(await holding(events), other), wanted);
  });

  await t.test('finds a tree that is not the one over its events', async (t) => {
    const tree = await holding(enrolledFrom(5_000, 1_700));
    const target = { ...(await holding(events)), tile: tree.tile };
    const wanted = { code: 'damaged', message: /The target: its tree has the root / };
    await t.rejects(compared(await holding(events), target), wanted);
  });
});

t.test('from memory to SQLite and back', async (t) => {
  const source = await holding(enrolledFrom(0, 4_000));
  const embedded = await sqliteJournal(`${t.testdir()}/ledger.sqlite`);
  t.teardown(() => embedded.close());
  await copied(source, embedded).done;
  const back = memoryJournal();
  await copied(embedded, back).done;
  t.same(back.lines, source.lines, 'nothing has changed on the way');
  t.match(await compared(source, embedded), { size: 4_000, root: await rootOf(back, 4_000) });
});
