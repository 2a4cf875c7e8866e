import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { closingPage } from '../../scripts/demo/closing.ts';
import { beginning, play } from '../../scripts/demo/play.ts';
import { report } from '../../scripts/demo/report.ts';
import { checkStream } from '../../src/check/index.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, testApp, testClock } from '../support/service.ts';

/** Small enough for a test, and large enough that everything happens at least once. */
const SMALL = { members: 48, months: 6 };

async function playSmall(t: Test, seed: number, ids = 1) {
  const journal = memoryJournal();
  const clock = Object.assign(testClock(), { now_ms: Date.parse(beginning(SMALL)) });
  const { app } = await testApp({ journal, clock, seed: ids, network: 'demo-small' });
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  t.teardown(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const say = () => undefined;
  const played = await play({ url, adminKey: ADMIN_KEY, scale: SMALL, seed, folder, say });
  const events = journal.lines.map((line) => JSON.parse(line) as StreamEvent);
  return { ...played, journal, events, folder, reported: await report(played.stage) };
}

t.test('a small demo is played over HTTP', async (t) => {
  const { stage, differences, reported, events, folder, journal } = await playSmall(t, 1);
  t.same(differences, [], 'what was played is what the service says');
  t.same(reported.differences, [], 'and what a recount of the stream says');
  t.same((await checkStream(journal)).findings, [], 'whose every invariant holds');
  t.equal(reported.report.credits.inAll, '497', 'it issues its part of what the pilot issued');
  t.equal(readdirSync(folder).length, stage.world.groups.length, 'every group has its lists');

  const types = new Set<string>(events.map(({ type }) => type));
  for (const type of EVENTS) t.ok(types.has(type), `there is ${type}`);
  for (const [what, count] of Object.entries(reported.report.happened)) {
    if (what !== 'bookings expired') t.ok(count > 0, `there are ${what}`);
  }
  for (const code of REFUSED) t.ok(reported.report.refused[code], `some were refused: ${code}`);

  const last = reported.report.funds.at(-1);
  t.not(last?.returned, '0', 'the rest of the year was returned');
  t.equal(last?.unused, '0', 'so that nothing is left of it');
  const [after] = events.filter(({ type }) => type === 'AllocationReturned');
  t.match(after, { by: { access: 'system' }, recordedAt: /^2020-05-0/ }, 'by itself, when due');
});

/** What a pilot must have gone through. */
const EVENTS = [
  ...['CardRevoked', 'MembersMerged', 'MemberClosed', 'VenueClosed', 'VisitRecorded'],
  ...['CreditsHeld', 'HoldCaptured', 'HoldCancelled', 'TillSettled', 'AllocationReturned'],
  ...['TransactionReversed', 'CreditsTransferred', 'OfferPublished', 'CreditsRedeemed'],
];
const REFUSED = ['duplicate_sheet', 'card_revoked', 'venue_closed'];

t.test('a demo that counted something else than was played', async (t) => {
  const { stage } = await playSmall(t, 1);
  stage.tally.given += 100;
  stage.statements.clear();
  const { differences } = await report(stage);
  t.match(differences[0], /^credits given away: the stream makes \d+, and \d+ was told\.$/);
  t.match(differences[1], / took: the stream makes /, 'says so, figure by figure');
});

t.test('the same demo under other ids', async (t) => {
  const first = await playSmall(t, 3, 1);
  const second = await playSmall(t, 3, 2);
  const page = ({ reported }: typeof first) => closingPage(reported.report);
  t.equal(page(second), page(first), 'ends with the same page');
  t.not(second.events.at(-1)?.command.id, first.events.at(-1)?.command.id, 'under other ids');
  t.match(page(first), 'every name are made up', 'which says what is made up');
});

t.test('a demo from another seed', async (t) => {
  const first = await playSmall(t, 4);
  const second = await playSmall(t, 5);
  t.not(closingPage(first.reported.report), closingPage(second.reported.report), 'is another');
  const names = first.events.flatMap(({ data }) =>
    'name' in data ? [data.name ?? []].flat() : [],
  );
  const real = names.filter((name) => !name.endsWith('(made up)'));
  t.same(real, [], 'and every name in it says that it is made up');
});
