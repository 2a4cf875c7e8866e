import t, { type Test } from 'tap';
import type { Journal } from '../../../src/journal/journal.ts';
import { handTime, type HandTime } from '../../support/eventstore/handTime.ts';
import type { StandIn } from '../../support/eventstore/index.ts';
import { failingTarget, openJournal } from '../../support/eventstore/target.ts';
import { enrolled } from '../samples.ts';
import { line, linesIn, ours } from './lines.ts';

/**
 * What others write to the stream, and what is done to it, as a journal tells of it that has one
 * event and writes nothing more. Time passes by hand, so that no test waits.
 */
type Given = {
  readonly journal: Journal;
  readonly server: StandIn;
  readonly stream: string;
  readonly time: HandTime;
  /** The revisions that were told of as grown, and why it was told to be broken. */
  readonly told: { readonly grown: number[]; readonly broken: string[] };
  /** Another instance writes an event at the end. */
  readonly another: (number: number) => void;
};

async function given(t: Test, urlOf = (server: StandIn) => server.url): Promise<Given> {
  const { standIn: server, ...target } = await failingTarget(t);
  const { stream } = target;
  const time = handTime();
  const opening = openJournal({ ...target, url: urlOf(server), standIn: server }, t.testdir(), {
    time,
  });
  const journal = await time.until(opening);
  t.teardown(() => time.until(journal.close()));
  await time.until(journal.append([line(0)], -1));
  const told: Given['told'] = { grown: [], broken: [] };
  journal.watch!({
    grown: (revision) => void told.grown.push(revision),
    broken: (why) => void told.broken.push(why),
  });
  const another = (number: number) => {
    const revision = server.stream(stream).length;
    server.stranger.append(stream, ours(stream, revision, enrolled(number)));
  };
  return { journal, server, stream, time, told, another };
}

function grownTo({ time, told }: Given, revision: number): Promise<void> {
  return time.untilHolds(() => told.grown.at(-1) === revision);
}

t.test('what another instance writes', async (t) => {
  const here = await given(t);
  here.another(1);
  await grownTo(here, 1);
  t.same(await linesIn(here.journal), [line(0), line(1)], 'can be read once it is told of');
  await here.time.until(here.journal.append([line(2)], 1));
  here.another(3);
  await grownTo(here, 3);
  t.notOk(here.told.grown.includes(2), 'and what it writes itself is no news');
  t.equal(here.journal.silence!(), undefined);
});

t.test('where the stream ends', async (t) => {
  const { journal, server, time, another } = await given(t);
  t.equal(await time.until(journal.end!()), 0, 'is told');
  server.faults.deafen();
  another(1);
  t.equal(await time.until(journal.end!()), 1, 'also of what was not heard yet');
  await server.stop();
  t.equal(await time.until(journal.end!()), undefined, 'and not where the server is gone');
});

const ENDED: Readonly<Record<string, (given: Given) => unknown>> = {
  'its subscription ended without a word': ({ server }) => server.faults.endSubscriptions(),
  'its subscription failed': ({ server }) => server.faults.failSubscriptions(),
  'the connection was cut': ({ server }) => server.cut(),
  'the server was gone and came back': async ({ server, time, journal }) => {
    await server.stop();
    await time.untilHolds(() => journal.silence!() !== undefined);
    await server.start();
  },
  'its subscription delivers nothing': ({ server }) => server.faults.deafen(),
};

for (const [name, end] of Object.entries(ENDED)) {
  t.test(`what another writes is heard although ${name}`, async (t) => {
    const here = await given(t);
    here.another(1);
    await grownTo(here, 1);
    await end(here);
    here.another(2);
    here.another(3);
    await grownTo(here, 3);
    t.same(await linesIn(here.journal), [0, 1, 2, 3].map(line), 'each once and in order');
    t.same(here.told.broken, []);
  });
}

t.test('a cluster that is gone for a while', async (t) => {
  const query = 'tls=false&maxDiscoverAttempts=1&discoveryInterval=1';
  const twice = ({ port }: StandIn) => `esdb://127.0.0.1:${port},127.0.0.1:${port}?${query}`;
  const here = await given(t, twice);
  await here.server.stop();
  await here.time.untilHolds(() => here.journal.silence!() !== undefined);
  here.time.pass(60_000);
  await here.time.untilHolds(() => here.time.now_ms() > 90_000);
  await here.server.start();
  here.another(1);
  await grownTo(here, 1);
  t.same(await linesIn(here.journal), [line(0), line(1)], 'is found again by its gossip');
});

t.test('a server that is silent', async (t) => {
  const here = await given(t);
  await here.time.untilHolds(() => here.server.seen.count('read') > 3);
  t.equal(here.journal.silence!(), undefined, 'is not noticed while it answers');
  const swallowed = here.server.faults.swallow({ on: 'read', times: Infinity });
  await here.time.untilHolds(() => here.journal.silence!() !== undefined);
  t.match(here.journal.silence!(), /was not heard for 5 s: /, 'is told after 5 s, with why');
  swallowed.off();
  await here.time.untilHolds(() => here.journal.silence!() === undefined);
  t.pass('until it answers again');
});

t.test('a server that is silent for long, and asked by many at once', async (t) => {
  const here = await given(t);
  const { journal, time, server } = here;
  const swallowed = server.faults.swallow({ on: 'read', times: Infinity });
  const from_ms = time.now_ms();
  let asked = 0;
  await time.untilHolds(() => {
    if (time.now_ms() > from_ms + asked * 700) {
      asked += 1;
      void journal.append([], 0);
    }
    return time.now_ms() > from_ms + 40_000;
  });
  t.same(here.told.broken, [], 'is not one whose stream was cut');
  t.match(journal.silence!(), /: no answer /, 'and what is told is that it is silent');
  swallowed.off();
  await time.untilHolds(() => journal.silence!() === undefined);
  t.pass('until it answers again');
});

t.test('a server that showed nothing, was silent, and shows nothing once more', async (t) => {
  const here = await given(t);
  const { journal, time, server } = here;
  const ended = server.faults.endStream({ on: 'read', times: 1 });
  await time.untilHolds(() => ended.struck === 1);
  const swallowed = server.faults.swallow({ on: 'read', times: Infinity });
  const until_ms = time.now_ms() + 30_000;
  await time.untilHolds(() => time.now_ms() > until_ms);
  const endedAgain = server.faults.endStream({ on: 'read', times: 1 });
  swallowed.off();
  await time.untilHolds(() => endedAgain.struck === 1);
  await time.untilHolds(() => journal.silence!() === undefined || here.told.broken.length > 0);
  t.same(here.told.broken, [], 'is not believed: it was not so all the time');
});

t.test('a process that slept is silent until it was answered anew', async (t) => {
  const here = await given(t);
  here.time.pass(60_000);
  t.match(here.journal.silence!(), /was not heard for 6\d s/);
  await here.time.untilHolds(() => here.journal.silence!() === undefined);
  t.pass('which it is with the next pulse');
});

t.test('a subscription that delivers nothing, however often it is begun', async (t) => {
  const here = await given(t);
  here.server.faults.deafen({ newOnes: true });
  here.another(1);
  await here.time.untilHolds(() => here.journal.silence!() !== undefined);
  t.match(here.journal.silence!(), /nothing is delivered after revision 0/, 'is told');
});

t.test('an event of a later version', async (t) => {
  const here = await given(t);
  const flown = { ...enrolled(1), type: 'MemberFlown', v: 9 };
  here.server.stranger.append(here.stream, ours(here.stream, 1, flown));
  await grownTo(here, 1);
  const [, second] = await linesIn(here.journal);
  t.match(second, /"type":"MemberFlown"/, 'is handed on, for whoever reads it to judge');
  t.same(here.told.broken, []);
});

const STRANGE = {
  'that has an id of its own': { type: 'MemberEnrolled', data: enrolled(1) },
  'that is no JSON': { type: 'note', data: 'hello', contentType: 'application/octet-stream' },
};

for (const [name, event] of Object.entries(STRANGE)) {
  t.test(`an event of a stranger, ${name}`, async (t) => {
    const here = await given(t);
    here.server.stranger.append(here.stream, event);
    await grownTo(here, 1);
    const unreadable = { name: 'UnreadableEventError', revision: 1, message: /not written by/ };
    await t.rejects(linesIn(here.journal), unreadable, 'is met where it stands');
    const pages = here.journal.read(0, 1);
    t.same((await pages[Symbol.asyncIterator]().next()).value, {
      firstRevision: 0,
      lines: [line(0)],
    });
    t.same(
      await here.time.until(here.journal.append([line(2)], 0)),
      { outcome: 'conflict' },
      'and nothing goes past it',
    );
    t.equal(here.server.stream(here.stream).length, 2);
    t.same(here.told.broken, []);
  });
}

const BEHIND_OUR_BACK: Readonly<Record<string, (given: Given) => void>> = {
  'is cut': ({ server, stream }) => server.stranger.truncate(stream, 1),
  'is emptied': ({ server, stream }) => server.stranger.truncate(stream, 0),
  'has another last event': ({ server, stream }) =>
    server.stranger.replace(stream, 2, ours(stream, 2, enrolled(9))),
  'has its last event redacted': ({ server, stream }) => server.stranger.redact(stream, 2),
  'hides its first events': ({ server, stream }) =>
    server.stranger.setMetadata(stream, { truncateBefore: 2 }),
  'is replaced by a longer one': ({ server, stream }) => {
    const events = [5, 6, 7, 8].map((number, revision) => ours(stream, revision, enrolled(number)));
    server.stranger.replaceStream(stream, events);
    server.cut();
  },
};

for (const [name, act] of Object.entries(BEHIND_OUR_BACK)) {
  t.test(`a stream that ${name} behind our back is told to be broken`, async (t) => {
    const here = await given(t);
    here.another(1);
    here.another(2);
    await grownTo(here, 2);
    act(here);
    await here.time.untilHolds(() => here.told.broken.length > 0);
    t.match(here.told.broken, [/cut or replaced/], 'once, and why');
    t.match(here.journal.silence!(), /cut or replaced/);
    t.match(await here.journal.append([line(3)], 2), { outcome: 'broken' });
  });
}

t.test('a node that was left behind by its cluster for a moment', async (t) => {
  const here = await given(t);
  here.another(1);
  await grownTo(here, 1);
  const all = here.server.stream(here.stream).length;
  here.server.stranger.truncate(here.stream, 1);
  const shorter = /no event after revision 0.*read up to revision 1/;
  await here.time.untilHolds(() => shorter.test(here.journal.silence!() ?? ''));
  t.pass('is silent, and says why');
  here.another(1);
  t.equal(here.server.stream(here.stream).length, all);
  await here.time.untilHolds(() => here.journal.silence!() === undefined);
  t.same(here.told.broken, [], 'and is no broken stream');
});

t.test(
  'a stream that was put back from an older backup, and has grown past the mirror',
  async (t) => {
    const here = await given(t);
    here.another(1);
    here.another(2);
    await grownTo(here, 2);
    here.server.faults.deafen();
    here.server.stranger.truncate(here.stream, 2);
    here.another(8);
    here.another(9);
    const appended = await here.time.until(here.journal.append([line(3)], 2));
    t.match(appended, { outcome: 'broken', why: /revision 2 is not the one/ }, 'is no longer ours');
    t.same(await linesIn(here.journal), [0, 1, 2].map(line), 'and nothing of it is taken in');
    t.equal(here.server.stream(here.stream).length, 4, 'or written to it');
  },
);
