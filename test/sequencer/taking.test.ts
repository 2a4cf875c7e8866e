import t from 'tap';
import type { Recorded } from '../../schemas/events/index.ts';
import { Taking } from '../../src/ledger/taking.ts';
import { Follower } from '../../src/ledger/follower.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import type { Stream } from '../../src/ledger/stream.ts';
import { Turns } from '../../src/ledger/turns.ts';
import { enrolled } from '../journal/samples.ts';
import { until } from './instance.ts';

/** A stream that others write to, and an instance that has a command to write. */
function waiting(stream: Partial<Stream> = {}) {
  const events: Recorded[] = [];
  let readable = Infinity;
  const ledger = emptyLedger();
  const clock = { now_ms: 0 };
  const timers: { readonly at_ms: number; readonly go: () => void }[] = [];
  const timing = {
    soon: (go: () => void) => void setImmediate(go),
    later: (go: () => void, after_ms: number) =>
      void timers.push({ at_ms: clock.now_ms + after_ms, go }),
    elapsed_ms: () => clock.now_ms,
  };
  const asked: number[] = [];
  const whole: Stream = {
    append: async () => ({ outcome: 'written' }),
    read: async function* (fromRevision) {
      yield events.slice(fromRevision, readable);
    },
    end: async () => {
      asked.push(ledger.revision);
      return events.length - 1;
    },
    ...stream,
  };
  const follower = new Follower(whole, ledger, () => undefined);
  const turns = new Turns(timing, () => 0);
  const hasNews = () => follower.hasNews;
  const taking = new Taking({ stream: whole, ledger, follower, timing, turns, hasNews });
  const write = () => {
    const revision = events.length;
    events.push({ revision, event: enrolled(revision) });
  };
  const tell = (revision = events.length - 1) => {
    follower.hear(revision);
    taking.heard();
  };
  /** Lets only so many events be read, until what it gives back is called. */
  const hide = (count: number) => {
    readable = count;
    return () => void (readable = Infinity);
  };
  const pass = (time_ms: number) => {
    clock.now_ms += time_ms;
    for (const { at_ms, go } of timers) if (at_ms <= clock.now_ms) go();
  };
  return { ledger, taking, asked, write, tell, hide, pass };
}

/** Whether a promise has been settled, as far as can be told by now. */
function watched(promise: Promise<void>) {
  const seen = { isOver: false };
  void promise.then(() => (seen.isOver = true));
  return seen;
}

const settled = () => until(() => false);

t.test('an instance that has heard of nobody', async (t) => {
  const { taking, asked } = waiting();
  await taking.turn(() => true);
  t.same(asked, [], 'asks nobody before it writes');
});

t.test('an instance that has heard of others', async (t) => {
  const { taking, asked, write, tell, ledger } = waiting();
  write();
  tell();
  await taking.turn(() => true);
  t.equal(ledger.revision, 0, 'takes in what they wrote');
  t.same(asked, [0], 'and asks whether that is all');
});

t.test('an instance that has nothing to write', async (t) => {
  const { taking, asked, write, tell, ledger } = waiting();
  write();
  tell();
  await taking.turn(() => false);
  t.equal(ledger.revision, 0, 'takes in what others wrote');
  t.same(asked, [], 'and asks nothing');
});

t.test('where more was written than is heard so far', async (t) => {
  const { taking, write, tell, hide, ledger } = waiting();
  write();
  write();
  const show = hide(1);
  tell(0);
  const turn = watched(taking.turn(() => true));
  await settled();
  t.notOk(turn.isOver, 'the instance waits');
  show();
  tell(1);
  await until(() => turn.isOver);
  t.equal(ledger.revision, 1, 'and takes all of it in before anything is decided');
});

const IN_VAIN: Readonly<Record<string, NonNullable<Stream['end']>>> = {
  'the rest of it never comes': async () => 5,
  'nobody answers where the stream ends': () => new Promise(() => undefined),
};

for (const [what, end] of Object.entries(IN_VAIN)) {
  t.test(`where ${what}`, async (t) => {
    const { taking, write, tell, pass } = waiting({ end });
    write();
    tell();
    const turn = watched(taking.turn(() => true));
    await settled();
    t.notOk(turn.isOver, 'the instance waits');
    pass(400);
    await until(() => turn.isOver);
    t.ok(turn.isOver, 'but not for long');
  });
}

t.test('where nobody can tell where the stream ends', async (t) => {
  const { taking, write, tell } = waiting({ end: async () => undefined });
  write();
  tell();
  await taking.turn(() => true);
  t.pass('the instance goes on what it knows');
});
