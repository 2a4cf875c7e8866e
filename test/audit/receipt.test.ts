import t, { type Test } from 'tap';
import type { StreamEvent } from '../../schemas/events/index.ts';
import { transactionIdAt } from '../../schemas/ids.ts';
import { makeSigner } from '../../src/proofs/note.ts';
import { standingProofText } from '../../src/proofs/receipt.ts';
import { inclusionProof } from '../../src/proofs/tiles.ts';
import { busyLines } from '../cli/busyWorld.ts';
import { tilesOver } from '../proofs/tree.ts';
import { checkpointOver, leavesOf, Mirror, ORIGIN, SIGNER } from './mirror.ts';

const lines = await busyLines();
const REVISION = lines.findIndex((line) => line.includes('"CreditsRedeemed"'));

/** A receipt as a service gives it; the proof may be of another event. */
async function receiptOf(index: number, ofIndex = index): Promise<string> {
  const event = JSON.parse(lines[index]!) as StreamEvent;
  const proof = await inclusionProof(tilesOver(leavesOf(lines)), ofIndex, lines.length);
  const checkpoint = checkpointOver(lines);
  const text = standingProofText({ index: ofIndex, proof, checkpoint });
  const transactionId = transactionIdAt(index, event.command.id);
  return JSON.stringify({ event, proof: text, revision: index, transactionId });
}

function desk(t: Test) {
  const mirror = new Mirror(t.testdir());
  const keys = mirror.put('keys', `${SIGNER.verifier.text}\n`);
  const verified = (receipt: string, by = keys) =>
    mirror.run('audit', 'receipt', mirror.put('receipt.json', receipt), '--keys', by);
  return { mirror, verified };
}

t.test('a receipt is verified with nothing but its file and the keys', async (t) => {
  const { verified } = desk(t);
  const { status, output } = await verified(await receiptOf(REVISION));
  t.equal(status, 0);
  t.match(output, new RegExp(`revision ${REVISION} of ${ORIGIN}, under the checkpoint of size`));
  t.match(output, /2\.5 from wallet:mem_\w+ to till:ven_\w+\n/);
});

t.test('a receipt with one character changed is found, wherever it is', async (t) => {
  const { verified } = desk(t);
  const receipt = await receiptOf(REVISION);
  const passed: string[] = [];
  for (let at = 0; at < receipt.length; at += 1) {
    const other = receipt[at] === 'x' ? 'y' : 'x';
    const { status } = await verified(receipt.slice(0, at) + other + receipt.slice(at + 1));
    if (status !== 1) passed.push(receipt.slice(at - 20, at + 20));
  }
  t.same(passed, []);
});

t.test('what was changed is named', async (t) => {
  const { verified } = desk(t);
  const receipt = await receiptOf(REVISION);
  const more = await verified(receipt.replace('"credits":"2.5"', '"credits":"3.5"'));
  t.match(more, { status: 1, progress: /does not hold: the event is not the one at revision/ });
  const elsewhere = await verified(receipt.replace(/"revision":\d+/, '"revision":1'));
  t.match(elsewhere.progress, new RegExp(`it says revision 1; its proof is of ${REVISION}\\.`));
  const added = await verified(receipt.replace(/\}$/, ',"note":"all is well"}'));
  t.match(added.progress, /Unrecognized key/, 'nothing stands in it that is not proved');
});

t.test('a proof of another index does not serve', async (t) => {
  const { verified } = desk(t);
  const { status, progress } = await verified(await receiptOf(REVISION, REVISION + 1));
  t.equal(status, 1);
  t.match(progress, new RegExp(`not the one at revision ${REVISION + 1} of the tree`));
});

t.test('a receipt under a key that is not trusted', async (t) => {
  const { mirror, verified } = desk(t);
  const other = makeSigner(ORIGIN, Buffer.alloc(32, 2));
  const keys = mirror.put('others', `${other.verifier.text}\n`);
  const { status, progress } = await verified(await receiptOf(REVISION), keys);
  t.equal(status, 1);
  t.match(progress, /none of the known keys signed the note/);
});

t.test('what is no receipt, or has no keys', async (t) => {
  const { mirror, verified } = desk(t);
  t.match(await verified('hello'), { status: 1, progress: /it is not JSON/ });
  t.match(await verified('{}'), { status: 1, progress: /event/ });
  t.match(await mirror.run('audit', 'receipt', 'none.json'), { status: 2 }, 'keys are needed');
});
