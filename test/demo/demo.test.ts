import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Balances } from '../../projections/balances.ts';
import { hundredths } from '../../schemas/amounts.ts';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { kindOf } from '../../schemas/ids.ts';
import { check } from '../../scripts/demo/check.ts';
import { closingPage, totalsOf } from '../../scripts/demo/closing.ts';
import { play } from '../../scripts/demo/play.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { ADMIN_KEY, testApp, TODAY } from '../support/service.ts';

/** Small enough for a test, and large enough that most things happen at least once. */
const TINY = { groups: 4, partners: 3, membersPerGroup: 6, weeks: 12 };

async function playTiny(t: Test, seed: number) {
  const journal = memoryJournal();
  const rules = { issueBackdatingDays: 400, redemptionBackdatingDays: 400 };
  const { app } = await testApp({ journal, rules, seed });
  const folder = mkdtempSync(join(tmpdir(), 'demo-test-'));
  t.teardown(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const say = () => undefined;
  const played = await play({ url, adminKey: ADMIN_KEY, scale: TINY, today: TODAY, folder, say });
  const events = journal.lines.map((line) => JSON.parse(line) as StreamEvent);
  return { played, events, folder, ...(await check(played, TODAY)) };
}

t.test('a small demo is played over HTTP', async (t) => {
  const { played, events, differences, ledger, folder } = await playTiny(t, 1);
  const totals = totalsOf(played);

  t.same(differences, [], 'what was played is what the service reports');
  t.equal(ledger.revision, events.length - 1, 'and nothing else is in the stream');
  t.match(totals, inStream(events), 'the figures of the closing page are those of the stream');
  t.equal(readdirSync(folder).length, TINY.groups, 'every group has its lists as files');

  const { corrections, withdrawals, gifts, donations, refused } = played.figures;
  const happened = { corrections, withdrawals, gifts, donations, ...refused, ...totals };
  for (const [what, count] of Object.entries(happened)) t.ok(count > 0, `there are ${what}`);
});

t.test('the same demo with other random ids', async (t) => {
  const first = await playTiny(t, 1);
  const second = await playTiny(t, 2);
  const page = ({ played, ledger }: typeof first) => closingPage(played, ledger);
  t.equal(page(second), page(first), 'ends with the same figures');
  t.not(second.events.at(-1)?.command.id, first.events.at(-1)?.command.id, 'under other ids');
});

t.test('every name in a demo', async (t) => {
  const { events } = await playTiny(t, 1);
  const names = events.flatMap(({ data }) => ('name' in data ? [data.name ?? []].flat() : []));
  t.same(
    names.filter((name) => !name.endsWith('(made up)')),
    [],
    'says that it is made up',
  );
});

/** The same figures, folded from the stream alone. */
function inStream(events: readonly StreamEvent[]) {
  const sums = {
    members: 0,
    absences: 0,
    minutesGiven: 0,
    issued: 0,
    takenBack: 0,
    redemptions: 0,
    redeemed: 0,
    refunded: 0,
  };
  const balances = new Balances();
  for (const [revision, event] of events.entries()) {
    balances.apply({ revision, event });
    if (event.type === 'MemberEnrolled') sums.members += 1;
    if (event.type === 'CreditsIssued') {
      sums.absences += event.data.absences ?? 0;
      sums.minutesGiven += event.data.minutes;
      sums.issued += hundredths(event.data.credits ?? '0');
    }
    if (event.type === 'CreditsRedeemed') {
      sums.redemptions += 1;
      sums.redeemed += hundredths(event.data.credits);
    }
    if (event.type === 'TransactionReversed') {
      const { issue, credits } = event.data;
      sums.minutesGiven -= issue?.minutes ?? 0;
      sums[issue === undefined ? 'refunded' : 'takenBack'] += hundredths(credits ?? '0');
    }
  }
  const sumOf = (kind: string) =>
    [...balances.all()]
      .filter(([account]) => kindOf(account) === kind)
      .reduce((sum, [, balance]) => sum + balance, 0);
  return { ...sums, inWallets: sumOf('wallet'), inPots: sumOf('pot'), inTills: sumOf('till') };
}
