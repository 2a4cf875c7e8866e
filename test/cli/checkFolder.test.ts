import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { partsIn } from '../../src/backup/parts.ts';
import { keepSigners } from '../../src/checkpoints/signingKey.ts';
import { makeSigner, signNote } from '../../src/proofs/note.ts';
import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { change, keptLedger, SIGNER } from '../backup/support.ts';
import { CommandLine } from './support.ts';

/* What a service refuses to serve, as a check tells it of the folder. */

type Judged = { readonly ok: boolean; readonly findings: readonly object[] };

/** The folder of a ledger that was served and has shown what it is. */
async function served(t: Test) {
  const ledger = await keptLedger(t);
  await ledger.enrol(60);
  await ledger.show();
  await ledger.enrol(60);
  await ledger.show();
  await ledger.end();
  const cli = new CommandLine();
  const judged = () => cli.json<Judged>('check', '--data', ledger.data);
  return { data: ledger.data, parts: partsIn(ledger.data), cli, judged };
}

t.test('a folder that was served', async (t) => {
  const { data, cli } = await served(t);
  const { status, output } = await cli.run('check', '--data', data);
  t.equal(status, 0, 'is good');
  t.match(output, /credits\.example\/test: \d+ checkpoints hold\n/, 'and all of it was compared');
  t.match(output, /\nEverything holds\.\n$/);
});

t.test('a stream that lost its end', async (t) => {
  const { parts, judged } = await served(t);
  change(parts.ledger, 'DELETE FROM event WHERE revision > 1');
  const { status, body } = await judged();
  const lost = { invariant: 'checkpoints', revision: 2, found: /^only 2: the end is lost/ };
  t.match({ status, findings: body.findings }, { status: 1, findings: [lost] });
});

t.test('a checkpoint of another history', async (t) => {
  const { parts, judged } = await served(t);
  const text = checkpointText({ origin: SIGNER.verifier.name, size: 2, root: Buffer.alloc(32) });
  const note = signNote(text, [SIGNER]);
  change(parts.checkpoints, `INSERT OR REPLACE INTO checkpoint VALUES (2, '${note}', '2026')`);
  const { body } = await judged();
  t.match(body.findings, [{ invariant: 'checkpoints', found: /history was changed since/ }]);
});

t.test('a checkpoint that somebody else signed', async (t) => {
  const { parts, judged } = await served(t);
  const stranger = makeSigner(SIGNER.verifier.name, Buffer.alloc(32, 6));
  const text = checkpointText({ origin: SIGNER.verifier.name, size: 2, root: Buffer.alloc(32) });
  const note = signNote(text, [stranger]);
  change(parts.checkpoints, `INSERT OR REPLACE INTO checkpoint VALUES (2, '${note}', '2026')`);
  const { body } = await judged();
  t.match(body.findings, [{ invariant: 'checkpoints', found: /none of the known keys/ }]);
});

t.test('a signing key of another ledger, or none', async (t) => {
  const { parts, judged } = await served(t);
  keepSigners(parts.signingKey, [makeSigner('credits.example/other', Buffer.alloc(32, 7))]);
  const other = await judged();
  t.match(other.body.findings, [{ invariant: 'settings', found: /keeps its origin for ever/ }]);
  rmSync(parts.signingKey);
  const none = await judged();
  t.match(none.body.findings, [{ invariant: 'settings', found: /Put the key back/ }]);
});

t.test('checkpoints that cannot be read', async (t) => {
  const { parts, judged } = await served(t);
  for (const end of ['-wal', '-shm']) rmSync(`${parts.checkpoints}${end}`, { force: true });
  writeFileSync(parts.checkpoints, readFileSync(parts.checkpoints).fill(0xff, 0, 200));
  const { status, body } = await judged();
  const unread = { invariant: 'checkpoints', expected: /^checkpoints that can be read in/ };
  t.match({ status, findings: body.findings }, { status: 1, findings: [unread] });
});
