import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { smallWorld } from '../support/world.ts';
import { CommandLine } from '../cli/support.ts';

/* What src/audit/README.md goes through, against a service. */

t.test(
  'an auditor fetches, verifies, tampers, verifies again, and looks at a receipt',
  async (t) => {
    const { app, admin, enrol, partner } = await smallWorld();
    const access = { role: 'auditor', label: 'audit' };
    const { body } = await admin.post<{ key: string }>('/v1/access', access);
    const auditor = new CommandLine(app, body.key);
    const offline = new CommandLine();
    const folder = t.testdir();
    const mirror = join(folder, 'mirror');
    const memberId = await enrol(150);
    const sale = { venueId: partner.venue, memberId, credits: '1' };
    const sold = await partner.till.post<{ transactionId: string }>('/v1/redemptions', sale);

    await auditor.run('audit', 'fetch', '--to', mirror);
    const kept = join(folder, 'kept.txt');
    writeFileSync(kept, readFileSync(join(mirror, 'checkpoint')));
    await enrol(60);
    await auditor.run('audit', 'fetch', '--to', mirror);
    const verify = () => offline.json('audit', 'verify', mirror, '--since', kept);
    t.match(await verify(), { status: 0, body: { ok: true, sumOfBalances: '0' } });

    const asked = ['audit', 'balance', mirror, memberId] as const;
    const { balance } = (await admin.get<{ balance: string }>(`/v1/accounts/wallet:${memberId}`))
      .body;
    t.match(
      await offline.json(...asked),
      { status: 0, body: { balance } },
      'the balance is the same',
    );

    const file = join(mirror, 'events.ndjson');
    const lines = readFileSync(file, 'utf8').split('\n');
    const revision = lines.findIndex((line) => line.includes('"CreditsRedeemed"'));
    const forged = lines[revision]!.replace('"credits":"1"', '"credits":"2"');
    writeFileSync(file, lines.with(revision, forged).join('\n'));
    t.match(await verify(), { status: 1, body: { ok: false, firstBad: revision } });

    const receipt = join(folder, 'receipt.json');
    const { transactionId } = sold.body;
    await auditor.run('receipt', transactionId, '--to', receipt);
    const shown = await offline.json('audit', 'receipt', receipt, '--keys', join(mirror, 'keys'));
    t.match(shown, { status: 0, body: { ok: true, revision, transactionId } });
  },
);
