import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { smallWorld } from '../support/world.ts';
import { CommandLine, tillOf } from './support.ts';

type Sold = { readonly transactionId: string };

/** A sale with its receipt, and an auditor who fetches what there is. */
async function sale(t: Test) {
  const world = await smallWorld();
  const memberId = await world.enrol(120);
  const { till, venue } = world.partner;
  const body = { venueId: venue, memberId, credits: '2' };
  const sold = await till.post<Sold>('/v1/redemptions', body);
  const { transactionId } = sold.body;
  const folder = t.testdir();
  const receipt = join(folder, 'receipt.json');
  await (await tillOf(world)).run('receipt', transactionId, '--to', receipt);
  const access = { role: 'auditor', label: 'a' };
  const granted = await world.admin.post<{ key: string }>('/v1/access', access);
  const auditor = new CommandLine(world.app, granted.body.key);
  const mirror = join(folder, 'mirror');
  const fetched = () => auditor.run('audit', 'fetch', '--to', mirror);
  const reverse = (credits: string) =>
    till.post(`/v1/transactions/${transactionId}/reversals`, { credits, reason: 'goodwill' });
  const shown = (...more: string[]) => {
    const keys = join(mirror, 'keys');
    return auditor.run('audit', 'receipt', receipt, '--keys', keys, '--mirror', mirror, ...more);
  };
  return { folder, mirror, fetched, reverse, shown, memberId };
}

t.test('given a receipt of a sale that stands', async (t) => {
  const { folder, fetched, shown, memberId } = await sale(t);
  await fetched();
  const page = join(folder, 'receipt.html');
  const { status, output } = await shown('--page', page);
  t.equal(status, 0);
  t.match(output, /It stands: nothing reversed it up to revision \d+/);
  const html = readFileSync(page, 'utf8');
  t.match(html, /<h1>2 credits spent<\/h1>/, 'the page says what happened');
  t.match(html, `wallet:${memberId}`, 'whose it was');
  t.match(html, /It stands/, 'and that it stands');
  t.notMatch(html, /<script|src=|href=/, 'and loads nothing');
});

t.test('given a receipt of a sale of which a part was given back', async (t) => {
  const { folder, fetched, shown, reverse } = await sale(t);
  await fetched();
  t.equal((await reverse('1')).status, 201);

  await t.test('when the directory is older than that', async (t) => {
    t.match((await shown()).output, /nothing reversed it up to revision/, 'it says up to where');
  });

  await t.test('when the directory is brought up to date', async (t) => {
    await fetched();
    const page = join(folder, 'receipt.html');
    const { status, output } = await shown('--page', page);
    t.equal(status, 0, 'the receipt holds');
    t.match(output, /Reversed at revision \d+, recorded at \S+: 1 \(goodwill\)/);
    t.match(readFileSync(page, 'utf8'), /class="reversed">Reversed on .*: 1 credit, for goodwill/);
  });
});

t.test('given a directory that does not fit the receipt', async (t) => {
  const { mirror, fetched, shown } = await sale(t);
  await fetched();
  const file = join(mirror, 'events.ndjson');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const at = lines.findLastIndex((line) => line.includes('CreditsRedeemed'));

  await t.test('when it has another event there', async (t) => {
    writeFileSync(file, `${lines.with(at, lines[at - 1]!).join('\n')}\n`);
    const { status, progress } = await shown();
    t.equal(status, 1);
    t.match(progress, new RegExp(`another event at revision ${at}`));
  });

  await t.test('when it ends before', async (t) => {
    writeFileSync(file, `${lines.slice(0, at).join('\n')}\n`);
    const { status, progress } = await shown();
    t.equal(status, 1);
    t.match(progress, new RegExp(`ends at revision ${at - 1}`));
  });
});
