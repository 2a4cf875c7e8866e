import { join } from 'node:path';
import t, { type Test } from 'tap';
import { TODAY } from '../support/service.ts';
import { smallWorld } from '../support/world.ts';
import { coordinatorOf } from './support.ts';

function listFile(t: Test, text: string, name = 'tuesday.csv'): string {
  return join(t.testdir({ [name]: text }), name);
}

const SESSION = ['--activity', 'garden', '--on', TODAY] as const;

t.test('given a list that was issued', async (t) => {
  const world = await smallWorld();
  const [cli, other] = [await coordinatorOf(world), await coordinatorOf(world)];
  const member = await world.enrol();
  const text = `member,minutes\n${member},60\n`;
  await cli.run('issue', '--file', listFile(t, text), ...SESSION);
  const run = (cell: string, name: string, ...words: string[]) =>
    other.run('issue', '--file', listFile(t, cell, name), ...words);

  const copied = await cli.run('issue', '--file', listFile(t, text, 'copy.csv'), ...SESSION);
  t.match(copied, {
    status: 1,
    progress: /from a file of another name\. Nothing was issued twice/,
  });
  const same = await run(text, 'copy.csv', ...SESSION);
  t.match(same, { status: 1, progress: /was issued before, as iss_/ }, 'whoever comes with it');
  t.notMatch(copied.progress, /--corrects/, 'nobody is sent to correct what is right');

  const elsewhere = await run(text, 'tuesday.csv', '--activity', 'kitchen', '--on', TODAY);
  t.match(elsewhere.progress, new RegExp(`for garden on ${TODAY}\\.`), 'the first is told');
  t.match(elsewhere.progress, /write yes under the heading "again" in each/, 'and what to do');

  const lines = await run(`${text}\n`, 'tuesday.csv', ...SESSION);
  t.match(lines.progress, /line 2: .*another session, write yes under the heading "again"\./);
});

t.test('given a list whose hours were taken back', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const text = `member,minutes\n${await world.enrol()},60\n`;
  const run = (...words: string[]) =>
    cli.run('issue', '--file', listFile(t, text), ...SESSION, ...words);
  const first = await run();
  const [id = ''] = /txn_\w+/.exec(first.output) ?? [];
  t.ok(id, 'its transaction is shown, so that it can be reversed or corrected');
  const undone = { reason: 'mistake' };
  await world.group.coordinator.post(`/v1/transactions/${id}/reversals`, undone);

  const preview = await run('--preview');
  t.match(preview, { status: 1, progress: /was issued before, at revision \d+\./ });
  t.match(preview.progress, /add an empty line at the end/, 'a preview promises no credits');
  t.same(cli.waits, [], 'and nobody waits for it');
  const repeated = await run();
  t.match(repeated, { status: 0, output: /Nothing was issued twice\.\n.*are those of then/ });
  const anew = await cli.run('issue', '--file', listFile(t, `${text}\n`), ...SESSION);
  t.match(anew, { status: 0, output: /Issued 1 credit as/ }, 'and so it is issued anew');
});

t.test('given a list whose credits go to different places', async (t) => {
  const world = await smallWorld();
  const cli = await coordinatorOf(world);
  const [one, two, three] = [await world.enrol(), await world.enrol(), await world.enrol()];
  const file = listFile(t, `member,minutes,give\n${one},60,\n${two},120,Pot\n${three},60,none\n`);
  const preview = await cli.run('issue', '--file', file, ...SESSION, '--preview');
  t.notMatch(preview.output, /transaction/, 'a preview has no transactions');
  const { output } = await cli.run('issue', '--file', file, ...SESSION);
  t.match(output, /credits +to +carried +balance +transaction/, 'it says where they went');
  t.match(output, new RegExp(`${one} +60 +1 +wallet +0 +1 +txn_`), 'to a wallet');
  t.match(output, new RegExp(`${two} +120 +2 +pot +0 +2 +txn_`), 'to the pot, whose balance it is');
  t.match(output, new RegExp(`${three} +60 +0 +nobody +0 +txn_`), 'or nowhere');
});
