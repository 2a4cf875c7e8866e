import type { Test } from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { linesOf as given, type Page } from '../../schemas/stream.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { rootAt } from '../../src/proofs/tiles.ts';
import { naiveRoot } from '../proofs/tree.ts';
import { citing, enrolled, enrolledFrom, faulty, named } from './samples.ts';

/** A place where a journal can be opened, closed, and opened again with what was written. */
export type Place = { open(): Promise<Journal> };

const PAGE_EVENTS = 1000;
const EMPTY = -1;
const COMMAND_BYTES_MAX = 768 * 1024;

/** Runs everything that any journal promises; `place` gives each test a new and empty one. */
export function journalContract(t: Test, place: (t: Test) => Place): void {
  const empty = async (t: Test) => {
    const journal = await place(t).open();
    t.teardown(() => journal.close());
    return journal;
  };
  t.test('appending', async (t) => appending(t, empty));
  t.test('what is malformed', async (t) => malformed(t, empty));
  t.test('reading', async (t) => reading(t, empty));
  t.test('the tree', async (t) => tree(t, empty, place));
  t.test('closing', async (t) => closing(t, place));
}

type Empty = (t: Test) => Promise<Journal>;

async function appending(t: Test, empty: Empty): Promise<void> {
  t.test('events at the expected revision are written, in order', async (t) => {
    const journal = await empty(t);
    t.same(await journal.append(given([enrolled(0), enrolled(1)]), EMPTY), { outcome: 'written' });
    t.same(await journal.append(given([enrolled(2)]), 1), { outcome: 'written' });
    t.same(await linesOf(journal), [0, 1, 2].map(enrolled).map(canonical));
  });

  for (const [place, revision] of [
    ['before the end', EMPTY],
    ['beyond the end', 5],
  ] as const) {
    t.test(`a revision ${place} is a conflict, and nothing is written`, async (t) => {
      const journal = await empty(t);
      await journal.append(given([enrolled(0)]), EMPTY);
      t.same(await journal.append(given([enrolled(1)]), revision), { outcome: 'conflict' });
      t.same(await linesOf(journal), [canonical(enrolled(0))]);
    });
  }

  t.test('one faulty event keeps all the others out', async (t) => {
    const journal = await empty(t);
    const events = [enrolled(0), faulty({ more: 'fields' }), enrolled(1)];
    t.match(await journal.append(given(events), EMPTY), {
      outcome: 'malformed',
      index: 1,
      why: String,
    });
    t.same(await linesOf(journal), []);
    t.same(
      await journal.append(given([enrolled(0)]), EMPTY),
      { outcome: 'written' },
      'and no revision',
    );
  });

  t.test('no events tell whether the stream still ends there', async (t) => {
    const journal = await empty(t);
    t.same(await journal.append([], EMPTY), { outcome: 'written' }, 'while it is empty');
    await journal.append(given([enrolled(0)]), EMPTY);
    t.same(await journal.append([], 0), { outcome: 'written' }, 'where it ends');
    t.same(await journal.append([], EMPTY), { outcome: 'conflict' }, 'where it has gone on');
    t.same(await linesOf(journal), [canonical(enrolled(0))], 'and nothing is written');
  });

  t.test('appends asked for at once are taken one after another', async (t) => {
    const journal = await empty(t);
    const asked = [0, 1, 2].map((number) => journal.append(given([enrolled(number)]), number - 1));
    t.same(await Promise.all(asked), Array(3).fill({ outcome: 'written' }));
    t.same(await linesOf(journal), [0, 1, 2].map(enrolled).map(canonical));
  });

  t.test('of two for one revision, one is written', async (t) => {
    const journal = await empty(t);
    const asked = [enrolled(0), enrolled(1)].map((event) => journal.append(given([event]), EMPTY));
    const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
    t.same(outcomes, ['written', 'conflict']);
    t.same(await linesOf(journal), [canonical(enrolled(0))]);
  });
}

async function malformed(t: Test, empty: Empty): Promise<void> {
  const long = citing(300);
  const most = Math.floor(COMMAND_BYTES_MAX / canonical(long).length);
  const cases = {
    'an unknown field': [faulty({ colour: 'green' })],
    'an unknown field inside': [faulty({ data: { memberId: 'mem_0000000000000009', age: 80 } })],
    'an unknown type': [faulty({ type: 'CreditsMinted' })],
    'an unknown version': [faulty({ v: 2 })],
    'a fraction': [faulty({ command: { id: 'cmd_0000000000000009', index: 0.5, count: 1 } })],
    null: [faulty({ occurredAt: null })],
    'a name that is not in its one form': [named('Cafe\u0301')],
    'an event of more than 16 KiB': [citing(450)],
    'a command of more than 768 KiB': Array.from({ length: most + 1 }, () => long),
  };
  for (const [name, events] of Object.entries(cases)) {
    t.test(`${name} is refused by its index, and nothing is written`, async (t) => {
      const journal = await empty(t);
      const index = events.length === 1 ? 1 : events.length - 1;
      const appended = await journal.append(
        given(events.length === 1 ? [enrolled(0), ...events] : events),
        EMPTY,
      );
      t.match(appended, { outcome: 'malformed', index, why: /./ });
      t.same(await linesOf(journal), []);
    });
  }

  t.test('as much as one command may have is written', async (t) => {
    const journal = await empty(t);
    const events = Array.from({ length: most }, () => long);
    t.same(await journal.append(given(events), EMPTY), { outcome: 'written' });
  });
}

async function reading(t: Test, empty: Empty): Promise<void> {
  t.test('an empty stream has no pages', async (t) => {
    t.same(await pagesOf(await empty(t)), []);
  });

  t.test('the bytes that come back are the canonical ones', async (t) => {
    const journal = await empty(t);
    const event = named('Café “Zur Brücke” 🌉');
    await journal.append(given([event]), EMPTY);
    t.same(await linesOf(journal), [canonical(event)]);
  });

  t.test('a long stream', async (t) => {
    const journal = await empty(t);
    const events = enrolledFrom(0, 2500);
    const lines = events.map(canonical);
    for (let first = 0; first < events.length; first += 500) {
      await journal.append(given(events.slice(first, first + 500)), first - 1);
    }
    const cases: [why: string, from: number, limit: number | undefined][] = [
      ['is read whole', 0, undefined],
      ['is read from the middle of a page', 1234, undefined],
      ['is read from the start of a page', PAGE_EVENTS, undefined],
      ['is read from its last event', 2499, undefined],
      ['has nothing past its end', 2500, undefined],
      ['has nothing far past its end', 9999, undefined],
      ['is read for one event', 700, 1],
      ['is read for exactly a page', 0, PAGE_EVENTS],
      ['is read for more than a page', 10, PAGE_EVENTS + 500],
      ['is read for exactly two pages', 0, 2 * PAGE_EVENTS],
      ['is read to its end where the limit lies beyond', 2400, 5000],
      ['is not read at all with a limit of nothing', 5, 0],
    ];
    for (const [why, from, limit] of cases) {
      const pages = await pagesOf(journal, from, limit);
      const end = limit === undefined ? undefined : from + limit;
      t.same(
        pages.flatMap((page) => page.lines),
        lines.slice(from, end),
        why,
      );
      t.ok(followOn(pages, from), `${why}: its pages follow on and are short`);
    }
  });

  t.test('single events, wherever they stand', async (t) => {
    const journal = await empty(t);
    const lines = enrolledFrom(0, 2500).map(canonical);
    for (const first of [0, 1000, 2000]) {
      await journal.append(given(enrolledFrom(first, Math.min(1000, 2500 - first))), first - 1);
    }
    const cases: Readonly<Record<string, number[]>> = {
      none: [],
      'the first and the last': [0, 2499],
      'some in a row and others apart': [3, 4, 5, 900, 1000, 2001],
      'more than a page': lines.map((_, revision) => revision).filter((one) => one % 3 === 1),
    };
    for (const [why, revisions] of Object.entries(cases)) {
      const picked = revisions.map((revision) => lines[revision]);
      t.same(await pickedFrom(journal, revisions), picked, why);
    }
    const beyond = pickedFrom(journal, [5, 2500]);
    await t.rejects(beyond, { name: 'DamagedJournalError', revision: 2500 }, 'but none beyond it');
  });

  t.test('a reader beside a writer sees whole events in their order', async (t) => {
    const journal = await empty(t);
    await journal.append(given(enrolledFrom(0, 2500)), EMPTY);
    const seen: string[] = [];
    let end = 2499;
    for await (const { lines } of journal.read(0)) {
      seen.push(...lines);
      const written = await journal.append(given(enrolledFrom(end + 1, 10)), end);
      t.same(written, { outcome: 'written' }, 'and does not stop the writer');
      end += 10;
    }
    t.ok(seen.length >= 2500, 'all that was there when it began');
    t.same(seen, enrolledFrom(0, seen.length).map(canonical), 'and nothing twice or torn');
  });
}

async function tree(t: Test, empty: Empty, place: (t: Test) => Place): Promise<void> {
  const rootOf = (journal: Journal, size: number) => rootAt((tile) => journal.tile(tile), size);
  const leaves = enrolledFrom(0, 1100).map((event) => leafHash(canonical(event)));
  const expected = (size: number) => naiveRoot(leaves.slice(0, size));

  t.test('has the root of the events at every size', async (t) => {
    const journal = await empty(t);
    for (const [first, next] of [
      [0, 1],
      [1, 255],
      [255, 256],
      [256, 700],
      [700, 1100],
    ] as const) {
      await journal.append(given(enrolledFrom(first, next - first)), first - 1);
      t.same(await rootOf(journal, next), expected(next), `grown to ${next}`);
    }
    for (const size of [1, 2, 200, 256, 257, 512, 900, 1024]) {
      t.same(await rootOf(journal, size), expected(size), `at ${size}, looking back`);
    }
  });

  t.test('has nothing of what was not written', async (t) => {
    const journal = await empty(t);
    await journal.append(given(enrolledFrom(0, 250)), EMPTY);
    await journal.append(given([...enrolledFrom(250, 300), faulty({ more: 'fields' })]), 249);
    await journal.append(given(enrolledFrom(600, 300)), 700);
    await journal.append(given(enrolledFrom(250, 20)), 249);
    t.same(await rootOf(journal, 270), expected(270));
    await t.rejects(rootOf(journal, 271), { name: 'DamagedJournalError' }, 'nor beyond the end');
    await t.rejects(rootOf(journal, 600), { name: 'DamagedJournalError' }, 'nor far beyond it');
  });

  t.test('grows on after the journal was closed and opened again', async (t) => {
    const here = place(t);
    for (const [first, count] of [
      [0, 300],
      [300, 212],
      [512, 1],
      [513, 587],
    ] as const) {
      const journal = await here.open();
      t.same(await rootOf(journal, first), expected(first), `what was there: ${first}`);
      await journal.append(given(enrolledFrom(first, count)), first - 1);
      t.same(await rootOf(journal, first + count), expected(first + count));
      await journal.close();
    }
  });
}

async function closing(t: Test, place: (t: Test) => Place): Promise<void> {
  t.test('opened again, it has what was written and can be written to', async (t) => {
    const here = place(t);
    const first = await here.open();
    await first.append(given([enrolled(0)]), EMPTY);
    await first.close();
    const second = await here.open();
    t.teardown(() => second.close());
    t.same(await linesOf(second), [canonical(enrolled(0))]);
    t.same(await second.append(given([enrolled(1)]), 0), { outcome: 'written' });
  });

  t.test('what is being appended is finished first', async (t) => {
    const here = place(t);
    const first = await here.open();
    const appended = first.append(given([enrolled(0)]), EMPTY);
    await first.close();
    t.same(await appended, { outcome: 'written' });
    const second = await here.open();
    t.teardown(() => second.close());
    t.same(await linesOf(second), [canonical(enrolled(0))]);
  });
}

/** Whether each page begins where the one before it ended, and none is longer than it may be. */
function followOn(pages: readonly Page[], from: number): boolean {
  let next = from;
  return pages.every(({ firstRevision, lines }) => {
    const follows = firstRevision === next && lines.length > 0 && lines.length <= PAGE_EVENTS;
    next += lines.length;
    return follows;
  });
}

async function pagesOf(journal: Journal, fromRevision = 0, limit?: number): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of journal.read(fromRevision, limit)) pages.push(page);
  return pages;
}

async function pickedFrom(journal: Journal, revisions: readonly number[]): Promise<string[]> {
  const picked: string[] = [];
  for await (const lines of journal.pick(revisions)) picked.push(...lines);
  return picked;
}

async function linesOf(journal: Journal): Promise<string[]> {
  return (await pagesOf(journal)).flatMap(({ lines }) => lines);
}
