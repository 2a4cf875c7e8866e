import t from 'tap';
import type { IssueCredits } from '../../schemas/commands.ts';
import { DAY_MS } from '../../schemas/time.ts';
import type { Outcome } from '../../src/ledger/round.ts';
import { testClock, TODAY } from '../support/service.ts';
import { FUND, smallWorld } from '../support/world.ts';
import { commandFor, eventsIn, watchedJournal } from './instance.ts';

const codeOf = (outcome: Outcome) =>
  outcome.outcome === 'refused' ? outcome.refusal.code : outcome.outcome;

t.test('a list that arrives with the merge of two of its members', async (t) => {
  const journal = watchedJournal();
  const world = await smallWorld({ journal });
  t.teardown(() => world.app.close());
  const { sequencer } = world.service;
  const [from, into] = [await world.enrol(60), await world.enrol()];
  const list = (activity: string): IssueCredits => ({
    type: 'IssueCredits',
    organisationId: world.group.id,
    occurredOn: TODAY,
    activity,
    entries: [{ member: { memberId: into }, minutes: 60 }],
  });
  const all = await Promise.all([
    sequencer.submit(commandFor({ type: 'MergeMembers', from, into })),
    sequencer.submit(commandFor(list('session-1'))),
    sequencer.submit(commandFor(list('another'))),
  ]);
  const codes = ['accepted', 'entries_refused', 'accepted'];
  t.same(all.map(codeOf), codes, 'is judged by what the one who was merged has given');
  const types = eventsIn(journal.lines, journal.lines.length - 2).map(({ type }) => type);
  t.same(types, ['MembersMerged', 'CreditsIssued']);
});

t.test('a fund that ends with more than one movement carries', async (t) => {
  const journal = watchedJournal();
  const clock = testClock();
  const world = await smallWorld({ journal, clock });
  t.teardown(() => world.app.close());
  const fund = { organisationId: world.group.id, fund: FUND, lastDay: TODAY };
  await world.admin.post('/v1/allocations', { ...fund, credits: '1000000' });
  clock.forward(33 * DAY_MS);
  const enrolled = await world.service.sequencer.submit(commandFor({ type: 'EnrolMember' }));
  t.equal(codeOf(enrolled), 'accepted', 'does not stop the ledger');
  const returned = eventsIn(journal.lines, journal.lines.length - 3).map(({ data }) => data);
  t.match(returned, [{ credits: '1000000' }, { credits: '1000' }, {}], 'and is returned in parts');
});
