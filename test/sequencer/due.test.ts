import t, { type Test } from 'tap';
import { accountOf, holdIdAt, type HoldId } from '../../schemas/ids.ts';
import type { Outcome } from '../../src/ledger/round.ts';
import { testApp, testClock, TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { commandFor, eventsIn, redemption, until, watchedJournal } from './instance.ts';

const HOUR_MS = 3_600_000;
const MANY = 2_500;

/** A member with fifty credits, a hundredth of one booked for an hour, a few times over. */
async function booked(t: Test, count = 1) {
  const journal = watchedJournal();
  const clock = testClock();
  const world = await smallWorld({ journal, clock });
  t.teardown(() => world.app.close());
  const memberId = await world.enrol();
  const account = accountOf.wallet(memberId);
  await world.admin.post('/v1/opening-balances', { entries: [{ account, credits: '50' }] });
  const { sequencer, projections } = world.service;
  const expiresAt = new Date(clock.now_ms + HOUR_MS).toISOString();
  const { venue: venueId } = world.partner;
  const hold = async () => {
    const asked = { venueId, member: { memberId }, credits: '0.01', expiresAt };
    const outcome = await sequencer.submit(commandFor({ type: 'HoldCredits', ...asked }));
    if (outcome.outcome !== 'accepted') throw new Error(outcome.outcome);
    const { revision, event } = outcome.recorded[0]!;
    return holdIdAt(revision, event.command.id);
  };
  const holds = await Promise.all(Array.from({ length: count }, hold));
  const [holdId] = holds as [HoldId];
  const before = journal.lines.length;
  journal.forget();
  return {
    ...{ ...world, sequencer, journal, clock, memberId, holdId, before },
    capture: () => sequencer.submit(commandFor({ type: 'CaptureHold', holdId })),
    cancel: () => sequencer.submit(commandFor({ type: 'CancelHold', holdId })),
    redeem: (credits: string) =>
      sequencer.submit(commandFor(redemption(venueId, memberId, credits))),
    enrol: () => sequencer.submit(commandFor({ type: 'EnrolMember' })),
    /** The types of the events since the bookings were made. */
    since: () => eventsIn(journal.lines, before).map(({ type }) => type),
    sizes: () => journal.asked.map(({ lines }) => lines.length),
    held: () => projections.holds.heldOf(account),
  };
}

/** Wakes a sequencer at every turn, as its timer would, until something holds. */
async function ticking(sequencer: { wake(): void }, holds: () => boolean): Promise<void> {
  await until(() => {
    sequencer.wake();
    return holds();
  });
}

const codeOf = (outcome: Outcome) =>
  outcome.outcome === 'refused' ? outcome.refusal.code : outcome.outcome;
const codes = (all: readonly Outcome[]) => all.map(codeOf);

t.test('a booking that expires', async (t) => {
  const { clock, capture, cancel, redeem, since, sizes, journal, before } = await booked(t);
  clock.forward(HOUR_MS);
  const all = await Promise.all([capture(), cancel(), redeem('50')]);
  t.same(
    codes(all),
    ['hold_expired', 'hold_expired', 'accepted'],
    'is over for all commands of the batch',
  );
  t.same(since(), ['HoldExpired', 'CreditsRedeemed'], 'which begins with that');
  t.same(sizes(), [2], 'in the same append');
  t.match(
    eventsIn(journal.lines, before)[0],
    {
      by: { access: 'system' },
      command: { key: undefined, index: 0, count: 1 },
      data: { held: '0.01' },
    },
    'by nobody’s command',
  );
});

t.test('a millisecond before it expires', async (t) => {
  const { clock, capture, since } = await booked(t);
  clock.forward(HOUR_MS - 1);
  t.equal(codeOf(await capture()), 'accepted', 'a booking is captured');
  clock.forward(1);
  t.equal(codeOf(await capture()), 'hold_captured', 'and does not expire afterwards');
  t.same(since(), ['HoldCaptured']);
});

t.test('a booking that two want at once', async (t) => {
  const twice = await booked(t);
  t.same(
    codes(await Promise.all([twice.capture(), twice.capture(), twice.cancel()])),
    ['accepted', 'hold_captured', 'hold_captured'],
    'is captured once',
  );
  const first = await booked(t);
  t.same(
    codes(await Promise.all([first.cancel(), first.capture(), first.cancel()])),
    ['accepted', 'hold_cancelled', 'hold_cancelled'],
    'or cancelled once',
  );
  t.same(first.since(), ['HoldCancelled']);
});

t.test('what an expired booking held', async (t) => {
  const { clock, redeem, since } = await booked(t);
  t.equal(codeOf(await redeem('50')), 'insufficient_credits', 'was not there to be spent');
  clock.forward(HOUR_MS);
  t.same(codes([await redeem('50')]), ['accepted'], 'is there from the same batch on');
  t.same(since(), ['HoldExpired', 'CreditsRedeemed']);
});

t.test('without any command', async (t) => {
  const { clock, sequencer, since, held, sizes } = await booked(t, 3);
  clock.forward(HOUR_MS - 1);
  sequencer.wake();
  await until(() => sizes().length > 0);
  t.same(sizes(), [], 'nothing is written while nothing is due');
  clock.forward(1);
  sequencer.wake();
  sequencer.wake();
  await until(() => held() === 0);
  t.same(since(), ['HoldExpired', 'HoldExpired', 'HoldExpired'], 'what is due expires, once');
  t.same(sizes(), [3], 'in one append');
  sequencer.wake();
  await until(() => sizes().length > 1);
  t.same(sizes(), [3], 'after which nothing is due');
});

t.test('more bookings than one append may end', async (t) => {
  const { clock, enrol, capture, since, sizes, held } = await booked(t, MANY);
  clock.forward(HOUR_MS);
  t.same(
    codes(await Promise.all([enrol(), capture()])),
    ['accepted', 'hold_expired'],
    'make the commands wait',
  );
  t.same(sizes(), [1000, 1000, 501], 'for as many appends as it takes');
  t.equal(held(), 0, 'until all are over');
  t.same(since().indexOf('MemberEnrolled'), MANY, 'and only then come the commands');
});

t.test('and without any command', async (t) => {
  const { clock, sequencer, since, sizes, held } = await booked(t, MANY);
  clock.forward(HOUR_MS);
  sequencer.wake();
  await until(() => held() === 0);
  t.same(sizes(), [1000, 1000, 500], 'they end one append after another');
  t.same(new Set(since()), new Set(['HoldExpired']));
});

t.test('an append that fails while bookings end', async (t) => {
  const { clock, enrol, sequencer, since, sizes, held, journal } = await booked(t, MANY);
  clock.forward(HOUR_MS);
  let appends = 0;
  journal.answer = async () => {
    appends += 1;
    return appends === 2 ? { outcome: 'unavailable', why: 'a test asked for it' } : undefined;
  };
  t.equal(codeOf(await enrol()), 'not_writing', 'refuses the commands');
  t.equal(held(), MANY - 1000, 'leaves what it did not write');
  await ticking(sequencer, () => held() === 0);
  t.same(sizes(), [1000, 1000, 1000, 500], 'and is made good at the next tick');
  t.equal(since().length, MANY, 'with nothing lost and nothing twice');
  t.equal(sequencer.trouble, undefined, 'after which all is well');
});

t.test('an append without a command that fails', async (t) => {
  const { clock, sequencer, since, held, journal, broken } = await booked(t);
  clock.forward(HOUR_MS);
  journal.faults.push({ kind: 'unavailable' });
  sequencer.wake();
  await until(() => sequencer.trouble !== undefined);
  t.equal(sequencer.trouble, 'a test asked for it', 'is told');
  t.same([since().length, held()], [0, 1], 'and has changed nothing');
  await ticking(sequencer, () => held() === 0);
  t.same(since(), ['HoldExpired'], 'and is tried again');
  t.same(broken, []);
});

t.test('an append whose answer is lost while bookings end', async (t) => {
  const { clock, enrol, since, held, journal } = await booked(t, 2);
  clock.forward(HOUR_MS);
  journal.faults.push({ kind: 'unknown_written' });
  t.equal(codeOf(await enrol()), 'accepted', 'is found out about');
  t.same(since(), ['HoldExpired', 'HoldExpired', 'MemberEnrolled'], 'and nothing is there twice');
  t.equal(held(), 0);
});

t.test('another instance of the same ledger', async (t) => {
  const { clock, capture, enrol, since, held, journal } = await booked(t, MANY);
  const other = await testApp({ journal: watchedJournal(journal.lines), clock, seed: 2 });
  t.teardown(() => other.app.close());
  clock.forward(HOUR_MS);
  const { sequencer, projections } = other.service;
  t.equal([...projections.holds.open()].length, MANY, 'knows the bookings from the stream');
  sequencer.wake();
  await until(() => since().length >= MANY);
  t.same(
    codes(await Promise.all([capture(), enrol()])),
    ['hold_expired', 'accepted'],
    'ends them for the first, which is overtaken',
  );
  t.equal(since().length, MANY + 1, 'each once');
  t.equal(held(), 0, 'for both');
});

t.test('a command that is overtaken while bookings end', async (t) => {
  const { clock, capture, since, journal } = await booked(t);
  const other = await testApp({ journal: watchedJournal(journal.lines), clock, seed: 2 });
  t.teardown(() => other.app.close());
  clock.forward(HOUR_MS);
  journal.answer = async () => {
    journal.answer = undefined;
    await other.service.sequencer.submit(commandFor({ type: 'EnrolMember' }));
    return undefined;
  };
  t.equal(codeOf(await capture()), 'hold_expired', 'is decided again');
  t.same(since(), ['HoldExpired', 'MemberEnrolled'], 'after what the other ended');
});

t.test('after a restart', async (t) => {
  const { clock, journal, since, holdId } = await booked(t, 3);
  clock.forward(HOUR_MS);
  const again = await testApp({ journal: watchedJournal(journal.lines), clock, seed: 2 });
  t.teardown(() => again.app.close());
  const { sequencer } = again.service;
  t.same(since(), [], 'nothing has expired by itself');
  const outcome = await sequencer.submit(commandFor({ type: 'CaptureHold', holdId }));
  t.equal(codeOf(outcome), 'hold_expired', 'but the first batch ends what is due');
  t.same(since(), ['HoldExpired', 'HoldExpired', 'HoldExpired']);
});

t.test('a preview', async (t) => {
  const { clock, group, memberId, since } = await booked(t);
  const entries = [{ memberId, minutes: 60 }];
  const list = { organisationId: group.id, occurredOn: TODAY, activity: 'previewed', entries };
  const preview = () => group.coordinator.post('/v1/issues?preview=true', list, null);
  const answer = { status: 200, body: { entries: [{ balance: '51' }] } };
  t.match(await preview(), answer, 'shows the balance with what is held, as its issue would');
  clock.forward(HOUR_MS);
  t.match(await preview(), answer, 'and the same when the booking has expired');
  t.same(since(), ['HoldExpired'], 'which is all that is written');
});
