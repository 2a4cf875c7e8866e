import t, { type Test } from 'tap';
import type { Ask } from '../../schemas/commands.ts';
import type { MemberId } from '../../schemas/ids.ts';
import { DAY_MS } from '../../schemas/time.ts';
import type { Outcome } from '../../src/ledger/round.ts';
import { TODAY } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';
import { commandFor, eventsIn, Gate, redemption, watchedJournal } from './instance.ts';
import { sheetOf } from '../support/past.ts';

/** How many commands of one organisation wait at most. */
const LANE_MAX = 2_500;
const PATIENCE_MS = 5_000;
const APPEND_BYTES_MAX = 896 * 1024;

/** A member with two credits, and a way to hand commands to the sequencer itself. */
async function sequencerOn(t: Test) {
  const journal = watchedJournal();
  const world = await smallWorld({ journal });
  t.teardown(() => world.app.close());
  const memberId = await world.enrol(120);
  const { sequencer } = world.service;
  const redeem = (credits = '1', key?: string) =>
    sequencer.submit(commandFor(redemption(world.partner.venue, memberId, credits), key));
  const enrol = () => sequencer.submit(commandFor({ type: 'EnrolMember' }));
  journal.forget();
  return { ...world, sequencer, journal, memberId, redeem, enrol, before: journal.lines.length };
}

/** Holds every append back from here on. */
function gateOn({ journal }: { journal: ReturnType<typeof watchedJournal> }): Gate {
  const gate = new Gate();
  journal.answer = () => gate.pass();
  return gate;
}

const outcomes = (all: readonly Outcome[]) => all.map(({ outcome }) => outcome);
const codeOf = (outcome: Outcome) =>
  outcome.outcome === 'refused' ? outcome.refusal.code : outcome.outcome;

t.test('a hundred commands at once', async (t) => {
  const { enrol, journal, before } = await sequencerOn(t);
  const all = await Promise.all(Array.from({ length: 100 }, enrol));
  t.equal(journal.asked.length, 1, 'share one append');
  const revisions = all.map((one) => (one.outcome === 'accepted' ? one.recorded[0]?.revision : -1));
  const expected = Array.from({ length: 100 }, (_, index) => before + index);
  t.same(revisions, expected, 'and are in the stream in the order in which they came');
});

t.test('commands that come while a batch is made durable', async (t) => {
  const given = await sequencerOn(t);
  const gate = gateOn(given);
  const first = given.enrol();
  await gate.arrival();
  const others = Array.from({ length: 50 }, given.enrol);
  given.journal.answer = undefined;
  gate.open();
  await Promise.all([first, ...others]);
  const sizes = given.journal.asked.map(({ lines }) => lines.length);
  t.same(sizes, [1, 50], 'gather for the next');
});

t.test('nothing is answered or seen before it is durable', async (t) => {
  const given = await sequencerOn(t);
  const { admin, memberId, journal, before } = given;
  const gate = gateOn(given);
  let answered = false;
  const redeemed = given.redeem().finally(() => (answered = true));
  await gate.arrival();
  const wallet = await admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '2', revision: before - 1 }, 'readers see what is on the disk');
  t.notOk(answered, 'and the caller waits');
  journal.answer = undefined;
  gate.open();
  t.match(await redeemed, { outcome: 'accepted' }, 'until it is');
});

t.test('commands of one batch see one another in order', async (t) => {
  const { redeem, journal } = await sequencerOn(t);
  const all = await Promise.all([redeem(), redeem('0.5'), redeem(), redeem('0.5'), redeem('0.5')]);
  t.same(outcomes(all), ['accepted', 'accepted', 'refused', 'accepted', 'refused']);
  t.equal(journal.asked.length, 1, 'though they share an append');
});

t.test('one key twice in a batch', async (t) => {
  const { redeem, journal, before } = await sequencerOn(t);
  const [first, again] = await Promise.all([redeem('1', 'sale'), redeem('1', 'sale')]);
  t.same(outcomes([first, again]), ['accepted', 'replayed'], 'is one fact and one replay');
  t.same(
    'recorded' in again && again.recorded,
    'recorded' in first && first.recorded,
    'of the same events',
  );
  t.equal(journal.lines.length, before + 1, 'of which the stream has one');
});

t.test('a list that comes with the merge of somebody on it', async (t) => {
  const { group, memberId, enrol, sequencer } = await sequencerOn(t);
  const enrolled = await enrol();
  const event = enrolled.outcome === 'accepted' ? enrolled.recorded[0]!.event : undefined;
  if (event?.type !== 'MemberEnrolled') throw new TypeError('nobody was enrolled');
  const into = event.data.memberId;
  const list = { organisationId: group.id, fund: FUND, occurredOn: TODAY, activity: 'weeding' };
  const hours = (member: MemberId): Ask => ({
    ...{ type: 'IssueCredits', ...list, entries: [{ member: { memberId: member }, minutes: 60 }] },
  });
  await sequencer.submit(commandFor(hours(memberId)));
  const [merged, issued] = await Promise.all([
    sequencer.submit(commandFor({ type: 'MergeMembers', from: memberId, into })),
    sequencer.submit(commandFor(hours(into))),
  ]);
  t.equal(codeOf(merged), 'accepted');
  const codes = issued.outcome === 'refused' && issued.refusal.errors?.map(({ code }) => code);
  t.same(codes, ['duplicate_entry'], 'and knows the hours of both');
});

t.test('more events than one append takes', async (t) => {
  const { group, enrol, sequencer, journal, before } = await sequencerOn(t);
  const members = await Promise.all(Array.from({ length: 500 }, enrol));
  const entries = members.map((enrolled) => {
    const event = enrolled.outcome === 'accepted' ? enrolled.recorded[0]!.event : undefined;
    if (event?.type !== 'MemberEnrolled') throw new TypeError('nobody was enrolled');
    return { member: { memberId: event.data.memberId }, minutes: 1 };
  });
  journal.forget();
  const list = (activity: string) =>
    sequencer.submit(
      commandFor({
        type: 'IssueCredits',
        organisationId: group.id,
        fund: FUND,
        occurredOn: TODAY,
        activity,
        entries,
      }),
    );
  const all = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(list));
  t.same(outcomes(all), Array(6).fill('accepted'), 'are all written');
  t.same(
    journal.asked.map(({ lines }) => lines.length),
    [1500, 1500],
    'in several, whole commands each',
  );
  const issued = eventsIn(journal.lines, before + 500);
  const activities = issued.map(({ data }) => ('activity' in data ? data.activity : undefined));
  t.same([...new Set(activities)], ['a', 'b', 'c', 'd', 'e', 'f'], 'in the order they came in');
});

t.test('a queue that is full of one organisation', async (t) => {
  const given = await sequencerOn(t);
  const gate = gateOn(given);
  const first = given.enrol();
  await gate.arrival();
  const waiting = Array.from({ length: LANE_MAX }, () => given.redeem('100'));
  t.equal(codeOf(await given.redeem()), 'busy', 'turns its next one away at once');
  given.journal.answer = undefined;
  gate.open();
  await first;
  const codes = new Set((await Promise.all(waiting)).map(codeOf));
  t.same([...codes], ['redemption_too_large'], 'and answers all that are in it');
  t.equal(codeOf(await given.redeem()), 'accepted', 'after which there is room');
});

t.test('callers who have waited for more than five seconds', async (t) => {
  const given = await sequencerOn(t);
  const { sequencer, clock, journal, before } = given;
  const gate = gateOn(given);
  const batched = given.redeem('1', 'sale');
  await gate.arrival();
  const queued = given.redeem('0.5');
  clock.forward(PATIENCE_MS);
  const late = given.redeem('0.5');
  sequencer.answerImpatient();
  clock.forward(1);
  sequencer.answerImpatient();
  t.match(
    await batched,
    { refusal: { code: 'outcome_unknown', detail: /within 5 s; the write may still land/ } },
    'are told that it is not known',
  );
  t.equal(codeOf(await queued), 'outcome_unknown', 'also where they are still in the queue');
  journal.answer = undefined;
  gate.open();
  t.equal(codeOf(await late), 'accepted', 'but not those who came later');
  t.equal(journal.lines.length, before + 3, 'and what they asked for lands, once');
  const again = await given.redeem('1', 'sale');
  t.equal(again.outcome, 'replayed', 'as the same key sent again learns');
});

t.test('a preview', async (t) => {
  const { group, admin, memberId, journal, before } = await sequencerOn(t);
  const list = {
    organisationId: group.id,
    occurredOn: TODAY,
    activity: 'previewed',
    entries: [{ memberId, minutes: 90 }],
  };
  const previewed = await group.coordinator.post('/v1/issues?preview=true', list, null);
  t.match(
    previewed,
    { status: 200, body: { preview: true, credits: '1', entries: [{ balance: '3' }] } },
    'is answered in full',
  );
  t.equal(journal.lines.length, before, 'and writes nothing');
  t.same(journal.asked[0]?.lines, [], 'but asks whether what it was decided on is the newest');
  const wallet = await admin.get(`/v1/accounts/wallet:${memberId}`);
  t.match(wallet.body, { balance: '2' }, 'and changes nothing');
  const issued = await group.coordinator.post('/v1/issues', list);
  t.match(issued, { status: 201, body: { credits: '1', entries: [{ balance: '3' }] } }, 'is kept');
});

t.test('a preview between two writes of a batch', async (t) => {
  const { sequencer, partner, memberId, redeem, journal, before } = await sequencerOn(t);
  const ask = redemption(partner.venue, memberId, '1');
  const [first, previewed, second] = await Promise.all([
    redeem(),
    sequencer.submit(commandFor(ask), true),
    redeem(),
  ]);
  t.same(outcomes([first, previewed, second]), ['accepted', 'previewed', 'accepted']);
  const balance = 'balanceOf' in previewed && previewed.balanceOf(`wallet:${memberId}`);
  t.equal(balance, 0, 'sees the one before it, and is not seen by the one after it');
  t.equal(journal.lines.length, before + 2, 'and is not in the stream');
});

t.test('an instance that is stopping', async (t) => {
  const given = await sequencerOn(t);
  const { sequencer, journal, before } = given;
  const gate = gateOn(given);
  const asked = given.redeem();
  await gate.arrival();
  const stopped = sequencer.stop('it is shutting down');
  const late = await given.redeem();
  t.match(late, { refusal: { code: 'not_writing', detail: /shutting down/ } }, 'takes no more');
  journal.answer = undefined;
  gate.open();
  await stopped;
  t.equal(codeOf(await asked), 'accepted', 'and finishes what it has begun');
  t.equal(journal.lines.length, before + 1);
});

t.test('commands that are too large for one append', async (t) => {
  const given = await sequencerOn(t);
  const { group, memberId, partner, sequencer, journal, clock, before } = given;
  const expiresAt = new Date(clock.now_ms + DAY_MS).toISOString();
  const held = { venueId: partner.venue, member: { memberId }, credits: '1', expiresAt };
  await sequencer.submit(commandFor({ type: 'HoldCredits', ...held }));
  const members = await Promise.all(Array.from({ length: 500 }, given.enrol));
  const entries = members.map((enrolled) => {
    const event = enrolled.outcome === 'accepted' ? enrolled.recorded[0]!.event : undefined;
    if (event?.type !== 'MemberEnrolled') throw new TypeError('nobody was enrolled');
    return { member: { memberId: event.data.memberId }, minutes: 1 };
  });
  journal.forget();
  clock.forward(DAY_MS);
  const list = (activity: string): Ask => ({
    ...{ type: 'IssueCredits', organisationId: group.id, fund: FUND, occurredOn: TODAY },
    ...{
      activity: activity.padEnd(40, '.'),
      entries,
      sheet: sheetOf(activity, activity.repeat(64)),
    },
  });
  const asked = ['a', 'b', 'c', 'd', 'e', 'f', '0'].map((activity) =>
    sequencer.submit(commandFor(list(activity))),
  );
  t.same(outcomes(await Promise.all(asked)), Array(7).fill('accepted'), 'are all answered');
  const sizes = journal.asked.map(({ lines }) => Buffer.byteLength(lines.join('')));
  t.ok(sizes.length > 1, 'after several appends');
  t.same(
    sizes.filter((size) => size > APPEND_BYTES_MAX),
    [],
    'of which none is larger than may be',
  );
  const counts = journal.asked.map(({ lines }) => lines.length);
  t.same(
    counts.slice(1).filter((count) => count % 500 !== 0),
    [],
    'with whole commands',
  );
  const events = eventsIn(journal.lines, before + 501);
  t.equal(events[0]?.type, 'HoldExpired', 'behind what was due');
  const activities = events.flatMap(({ data }) => ('activity' in data ? [data.activity] : []));
  const order = [...new Set(activities)].map((activity) => activity[0]);
  t.same(order, ['a', 'b', 'c', 'd', 'e', 'f', '0'], 'in the order in which they came');
});
