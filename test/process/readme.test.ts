import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import t from 'tap';
import { ADMIN_KEY, testApp, testClock } from '../support/service.ts';

/** The README's first ten minutes: every command after the marker, as it stands there. */
function commandsOf(readme: string): string {
  const [, tried = ''] = readme.split('<!-- tried by test/process/readme.test.ts');
  const [section = ''] = tried.split('\n## ');
  return [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block).join('\n');
}

t.test('the first ten minutes of the README', async (t) => {
  const clock = Object.assign(testClock(), { now_ms: Date.now() });
  const { app } = await testApp({ clock });
  t.teardown(() => app.close());
  const ledger = await app.listen({ host: '127.0.0.1', port: 0 });
  const commands = commandsOf(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'));
  const { stdout } = await promisify(execFile)('bash', ['-euc', commands], {
    env: { ...process.env, LEDGER: ledger, ADMIN: ADMIN_KEY },
  });
  const answers = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const [allocated, issued, sold, soldAgain, wallet, entries, whole, ...more] = answers;

  t.match(allocated, { balance: '100' }, 'allocates');
  t.match(issued, { credits: '2', entries: [{ carriedMinutes: 30 }] }, 'issues');
  t.match(sold, { credits: '1', balance: '1' }, 'redeems');
  t.same(soldAgain, sold, 'is answered the same when it is sent again');
  t.match(wallet, { balance: '1' }, 'shows the balance');
  t.match(entries, { opening: '0', closing: '1' }, 'and the entries');
  t.match(whole, { sumOfBalances: '0' }, 'of a ledger that sums to zero');
  t.same(more, [], 'and says nothing else');
});
