import fc from 'fast-check';
import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { credits } from '../../schemas/amounts.ts';
import { accessIn, keyHash, makeKey } from '../../schemas/keys.ts';
import { balanceAsAt, type When } from '../../src/audit/asAt.ts';
import { memoryJournal } from '../../src/journal/memory.ts';
import { histories } from '../support/histories.ts';
import { seeded } from '../support/property.ts';
import { Client, testApp } from '../support/service.ts';
import { accountsIn, sidesOf } from '../projections/naive.ts';
import { Mirror } from './mirror.ts';

const QUESTIONS = 40;
const KEY = makeKey(new Uint8Array(10).fill(3), new Uint8Array(32).fill(4));

type Answered = { readonly account: string; readonly balance: string; readonly revision: number };

/** A service on a stream, with an auditor, and what it has written in the end. */
async function serviceOn(lines: string[]) {
  const journal = memoryJournal(lines);
  const clock = { now_ms: Date.parse('2028-01-01T00:00:00Z'), forward: () => undefined };
  const { app, service } = await testApp({ journal, clock });
  const grant = { accessId: accessIn(KEY)!, keyHash: keyHash(KEY), label: 'audit' };
  await service.asSystem({ type: 'GrantAccess', role: 'auditor', ...grant });
  return { app, client: new Client(app, KEY), lines: journal.lines };
}

t.test('a copy that somebody has damaged', async (t) => {
  const mirror = new Mirror(t.testdir());
  mirror.writeEvents(['hello']);
  const asked = await mirror.run('audit', 'balance', mirror.directory, 'programme');
  t.match(asked, { status: 1, progress: /has a line that is no event.*audit verify names it/ });
});

t.test('the balance of any account at any revision, recorded time or day', async (t) => {
  const mirror = new Mirror(t.testdir());
  for (const [index, stream] of (await histories()).entries()) {
    const { app, client, lines } = await serviceOn(stream.map(({ event }) => canonical(event)));
    mirror.writeEvents(lines);
    const wallets = stream.flatMap(({ event }) =>
      event.type === 'MemberEnrolled' ? [`wallet:${event.data.memberId}`] : [],
    );
    const accounts = [...new Set([...accountsIn(sidesOf(stream)), ...wallets, 'lapsed'])];
    const events = stream.map(({ event }) => event);
    const times = events.map(({ recordedAt }) => recordedAt);
    const when = fc.oneof(
      fc.constant({}),
      fc.record({ atRevision: fc.nat(lines.length - 1) }),
      fc.record({ recordedBy: fc.constantFrom('2020-01-01T00:00:00Z', ...times) }),
      fc.record({ occurredBy: fc.constantFrom(...events.map(({ occurredOn }) => occurredOn)) }),
    );
    const questions = fc.tuple(fc.constantFrom(...accounts), when);
    const wrong: unknown[] = [];
    for (const [account, asked] of fc.sample(questions, { numRuns: QUESTIONS, ...seeded() })) {
      const query = new URLSearchParams(asked as Record<string, string>);
      const path = `/v1/accounts/${encodeURIComponent(account)}?${query.toString()}`;
      const { body } = await client.get<Answered>(path);
      const { recordedBy, ...rest } = asked as When & { recordedBy?: string };
      const recordedBy_ms =
        recordedBy === undefined ? {} : { recordedBy_ms: Date.parse(recordedBy) };
      const found = await balanceAsAt(mirror.directory, account, { ...rest, ...recordedBy_ms });
      const { balance, revision } = found;
      const same = body.balance === credits(balance) && body.account === found.account;
      if (!same || body.revision !== revision) wrong.push({ account, asked, body, found });
    }
    t.same(wrong, [], `${index}: is what the service answers`);
    await app.close();
  }
});

t.test('asked on the command line', async (t) => {
  const [stream] = await histories();
  const mirror = new Mirror(t.testdir());
  mirror.writeEvents(stream!.map(({ event }) => canonical(event)));
  const ask = (...words: string[]) => mirror.run('audit', 'balance', mirror.directory, ...words);
  const last = stream!.length - 1;
  const now = await ask('programme');
  t.match(now, {
    status: 0,
    output: new RegExp(`^programme: -[\\d.]+ credits, at revision ${last}`),
  });
  t.match(await ask('programme', '--at-revision', '0'), { output: /^programme: 0 credits/ });
  const both = await ask('programme', '--at-revision', '0', '--occurred-by', '2026-03-31');
  t.match(both, { status: 2, progress: /at a time/ }, 'one question at a time');
  t.match(await ask('programme', '--at-revision', '99999'), { status: 2, progress: /end at/ });
  t.match(await ask('wallet:mem_0123456789abcdef'), { status: 1, progress: /There is no account/ });
  const none = await mirror.run('audit', 'balance', 'nowhere', 'programme');
  t.match(none, { status: 1, progress: /no file or folder nowhere/ });
});

t.test('forged merges that go round in a circle are not followed for ever', async (t) => {
  const lines = (await histories())[0]!.map(({ event }) => canonical(event));
  const merged = (from: string, into: string) =>
    JSON.stringify({ type: 'MembersMerged', data: { from, into }, recordedAt: '2026-07-01' });
  const [one, other] = ['mem_0000000000000001', 'mem_0000000000000002'];
  const mirror = new Mirror(t.testdir());
  mirror.writeEvents([...lines, merged(one, other), merged(other, one)]);
  const found = await balanceAsAt(mirror.directory, `wallet:${one}`, {});
  t.match(found, { balance: 0 });
});
