import { join } from 'node:path';
import t, { type Test } from 'tap';
import { acceptedIn } from '../../src/audit/model/accepted.ts';
import { altered } from '../cli/altered.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { Mirror } from './mirror.ts';

/* Breaches that stand in the stream for ever, and those that come after them. */

const lines = await busyLines();
const NOBODY = 'acc_0123456789abcdef';
/** Two redemptions by an access that nobody granted. */
const first = altered(lines, 'CreditsRedeemed', (event) => (event.by.access = NOBODY));
const both = altered(first.lines, 'CreditsRedeemed', (event) => (event.by.access = NOBODY), 1);

const LONG = 'Typed twice on 3 March; agreed with the lead partner.';

async function mirrorOf(t: Test, stream: readonly string[]): Promise<Mirror> {
  const mirror = new Mirror(join(t.testdir(), 'mirror'));
  await mirror.write(stream);
  return mirror;
}

/** The line that accepts what was told, as it is told. */
function accepting(fault: object, reason = LONG): string {
  const { rule, revision, leaf } = fault as { rule: string; revision: number; leaf: string };
  return JSON.stringify({ rule, revision, leaf, reason });
}

t.test('every breach of a rule is told, and not only the first', async (t) => {
  const mirror = await mirrorOf(t, both.lines);
  const told = await mirror.verify();
  const found = told.faults.filter(({ rule }) => rule === 'accesses');
  t.same(
    found.map(({ revision }) => revision),
    [first.revision, both.revision],
  );
  t.match(told, { status: 1, breaches: { accesses: 2 } });
});

t.test('a breach that is accepted', async (t) => {
  const mirror = await mirrorOf(t, first.lines);
  const [fault] = (await mirror.verify()).faults;
  const { output } = await mirror.run('audit', 'verify', mirror.directory);
  const offered = /to accept it, with a reason: (\{.*\})\n/.exec(output)?.[1];
  t.equal(offered, accepting(fault!, ''), 'is told with the line that accepts it');
  const known = mirror.put('../known', `# looked into in April\n\n${accepting(fault!)}\n`);

  await t.test('does not count any more', async (t) => {
    const told = await mirror.verify('--accepted', known);
    t.match(told, { status: 0, ok: true, faults: [], accepted: [{ reason: LONG }] });
    const said = await mirror.run('audit', 'verify', mirror.directory, '--accepted', known);
    t.match(said.output, new RegExp(`accepted {2}At revision ${first.revision}.*Reason: Typed`));
    t.match(said.output, /\nEverything else holds; one breach is accepted\.\n$/);
  });

  await t.test('hides no other of its rule', async (t) => {
    await mirror.write(both.lines);
    const told = await mirror.verify('--accepted', known);
    t.match(told, { status: 1, firstBad: both.revision, breaches: { accesses: 1 } });
  });

  await t.test('hides none of another rule at the same event', async (t) => {
    const other = altered(first.lines, 'CreditsRedeemed', (event) => {
      event.by.access = NOBODY;
      event.data.credits = '20';
    });
    await mirror.write(other.lines);
    const told = await mirror.verify('--accepted', known);
    const rules = told.faults.map(({ rule }) => rule);
    t.match(rules, ['accesses', 'accepted', 'guarded-accounts'].sort(), 'nor this one any more');
    const changed = told.faults.find(({ rule }) => rule === 'accepted');
    t.match(changed, { revision: first.revision, expected: /^the event with the hash/ });
  });

  await t.test('is told where nothing is broken there any more', async (t) => {
    await mirror.write(lines.slice(0, first.revision));
    const { output } = await mirror.run(
      ...['audit', 'verify', mirror.directory, '--accepted', known],
    );
    t.match(output, new RegExp(`nothing breaks accesses at revision ${first.revision}, where it`));
  });
});

t.test('a file of accepted breaches', async (t) => {
  const leaf = `${'A'.repeat(43)}=`;
  const good = { rule: 'accesses', revision: 3, leaf, reason: LONG };
  t.same(acceptedIn(`\n${JSON.stringify(good)}\n`, 'known').breaches, [good]);
  const bad: readonly [object | string, RegExp][] = [
    ['hello', /^known line 2 is not JSON/],
    [{ ...good, reason: ' ' }, /^known line 2: reason: must say why/],
    [{ ...good, reason: undefined }, /^known line 2: reason/],
    [{ ...good, leaf: 'AAAA' }, /leaf/],
    [{ ...good, revision: -1 }, /revision/],
    [{ ...good, all: true }, /all/],
    ['null', /^known line 2: the line/],
  ];
  for (const [line, message] of bad) {
    const text = `# known\n${typeof line === 'string' ? line : JSON.stringify(line)}\n`;
    t.throws(() => acceptedIn(text, 'known'), { name: 'AcceptedError', message });
  }
  const mirror = await mirrorOf(t, lines);
  const file = mirror.put('../known', 'hello\n');
  const { status, progress } = await mirror.run(
    ...['audit', 'verify', mirror.directory, '--accepted', file],
  );
  t.match({ status, progress }, { status: 1, progress: /known line 1 is not JSON/ });
});

t.test('more breaches than anybody reads', async (t) => {
  const stream = lines.map((line) =>
    line.replaceAll(/"access":"acc_\w+"/g, `"access":"${NOBODY}"`),
  );
  const mirror = await mirrorOf(t, stream);
  const { output } = await mirror.run('audit', 'verify', mirror.directory);
  t.match(output, /and \d+ more of this rule; --json has the first 1,000\n/, 'are counted');
});
