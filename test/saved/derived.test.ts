import fc from 'fast-check';
import t from 'tap';
import type { Recorded } from '../../schemas/events/index.ts';
import { savedLedger, restoredLedger } from '../../src/ledger/saved.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import { addUnsettled } from '../../src/ledger/unsettled.ts';
import { addDue } from '../../src/ledger/expiry.ts';
import { DAY_MS } from '../../schemas/time.ts';
import { recordedIn as readIn } from '../../src/journal/journal.ts';
import { fold, nothingDerived, partsOf } from '../../src/saved/derived.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { histories } from '../support/histories.ts';
import { property } from '../support/property.ts';
import { anatomyOf } from './anatomy.ts';
import { again, flat, folded, recordedIn, successor, unflat } from './streams.ts';

const BUSY = recordedIn(await busyLines());
const STREAMS: readonly Recorded[][] = [BUSY, [successor()], ...(await histories())];
const MANY = 50_000;

t.test('what is derived, saved and restored', async (t) => {
  for (const [index, stream] of STREAMS.entries()) {
    const derived = folded(stream);
    t.equal(anatomyOf(again(derived)), anatomyOf(derived), `${index}: is the same in every field`);
  }
});

t.test('the anatomy of what is derived', async (t) => {
  const anatomy = anatomyOf(folded(BUSY));
  t.match(anatomy, /\.projections\.funds\.#years\.#starts\.0\.monthAndDay = string 04-01/);
  t.match(anatomy, /\.projections\.directory\.#membersOf\.org_\w+\.0\.state = string/);
  t.match(anatomy, /\.ledger\.keys\.#table\.#segments\.0\.#used = number/, 'shows private fields');
});

const cut = fc.record({
  stream: fc.constantFrom(...STREAMS),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 3 }),
});

t.test('a fold that is saved on the way', async (t) => {
  property(
    t,
    'goes on to the same bytes as one that is not',
    cut,
    ({ stream, cuts }) => {
      const ends = cuts.map((part) => Math.floor(part * stream.length)).toSorted((a, b) => a - b);
      let derived = folded([]);
      for (const end of [...ends, stream.length]) {
        derived = folded(stream.slice(derived.ledger.revision + 1, end), again(derived));
      }
      return flat(partsOf(derived)).equals(flat(partsOf(folded(stream))));
    },
    60,
  );
});

t.test('the members that are restored', async (t) => {
  const { directory } = again(folded(BUSY)).projections;
  const listed = [undefined, ...directory.organisations.keys()].flatMap((id) =>
    directory.membersOf(id),
  );
  t.ok(listed.length > directory.members.size, 'there are some in lists of organisations');
  t.ok(
    listed.every((item) => item === directory.members.get(item.memberId)),
    'are one item each, wherever they are listed',
  );
});

t.test(
  'a till that was not settled for a lifetime, and a minute when all bookings end',
  async (t) => {
    const ledger = emptyLedger();
    for (let day = 0; day < MANY; day += 1) {
      ledger.revision = day;
      ledger.recordedAt_ms = day * DAY_MS;
      addUnsettled(ledger, 'till:ven_0123456789abcdef', 100);
      addDue(ledger, day, 60_000);
    }
    const saved = flat(savedLedger(ledger));
    const restored = restoredLedger(unflat(saved) as ReturnType<typeof savedLedger>);
    t.ok(flat(savedLedger(restored)).equals(saved), 'are saved and restored whole');
  },
);

t.test('a stream that lacks an event, or has something else in its place', async (t) => {
  const lines = await busyLines();
  const named = ['DamagedJournalError', 'UnreadableEventError'];
  const nameOf = (stream: readonly string[]) => {
    try {
      fold(nothingDerived(), readIn({ firstRevision: 0, lines: stream }));
      return undefined;
    } catch (error) {
      return (error as Error).name;
    }
  };
  const names = lines.map((_, revision) => nameOf(lines.toSpliced(revision, 1)));
  t.ok(names.includes('DamagedJournalError'), 'is found where a later event needs it');
  const strange = names.filter((name) => name !== undefined && !named.includes(name));
  t.same(strange, [], 'and never ends in an error without words');
  for (const line of ['null', '{}', 'hello', '[]', '{"type":"MemberEnrolled","v":1}']) {
    t.equal(nameOf(lines.with(20, line)), 'UnreadableEventError', line);
  }
});
