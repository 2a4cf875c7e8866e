import t from 'tap';
import { canonical } from '../../schemas/canonical.ts';
import { checkpointText } from '../../src/proofs/checkpoint.ts';
import { leafHash } from '../../src/proofs/merkle.ts';
import { makeSigner, signNote } from '../../src/proofs/note.ts';
import {
  standingProofIn,
  standingProofText,
  verifyReceipt,
  type Receipt,
} from '../../src/proofs/receipt.ts';
import { inclusionProof } from '../../src/proofs/tiles.ts';
import { naiveRoot, tilesOver } from './tree.ts';

const signer = makeSigner('credits.example/ledger', Buffer.alloc(32, 1));
const trusted = [signer.verifier];

/** The receipt of one of some events. */
async function receiptOf(index: number, size: number): Promise<Receipt> {
  const events = Array.from({ length: size }, (_, number) => ({ number, b: 'x', a: ['é'] }));
  const leaves = events.map((event) => leafHash(canonical(event)));
  const text = checkpointText({ origin: signer.verifier.name, size, root: naiveRoot(leaves) });
  const proof = await inclusionProof(tilesOver(leaves), index, size);
  const checkpoint = signNote(text, [signer]);
  return { event: events[index]!, proof: standingProofText({ index, proof, checkpoint }) };
}

t.test('a receipt proves its event, in whatever order its fields stand', async (t) => {
  const { event, proof } = await receiptOf(11, 20);
  t.match(verifyReceipt({ event, proof }, trusted), { revision: 11, checkpoint: { size: 20 } });
  const turned = Object.fromEntries(Object.entries(event).reverse());
  t.match(verifyReceipt({ event: turned, proof }, trusted), { revision: 11 });
});

t.test('the first event of all needs no hashes', async (t) => {
  const receipt = await receiptOf(0, 1);
  t.match(receipt.proof, /^c2sp.org\/tlog-proof@v1\nindex 0\n\ncredits.example\/ledger\n1\n/);
  t.match(verifyReceipt(receipt, trusted), { revision: 0 });
});

t.test('extra data of others is passed over', async (t) => {
  const { event, proof } = await receiptOf(3, 5);
  const extra = proof.replace('\nindex', '\nextra YWJj\nindex');
  t.match(verifyReceipt({ event, proof: extra }, trusted), { revision: 3 });
});

t.test('extra data that is not base64 is none', async (t) => {
  const { event, proof } = await receiptOf(3, 5);
  for (const data of ['not base64', 'YWJ', 'YWJj=', 'YW Jj', 'YWJj ']) {
    const extra = proof.replace('\nindex', `\nextra ${data}\nindex`);
    const refused = { name: 'NoteError', message: /extra data of the proof is not base64/ };
    t.throws(() => verifyReceipt({ event, proof: extra }, trusted), refused, data);
  }
});

t.test('an event with a lone surrogate has no bytes that could be proved', async (t) => {
  const { proof } = await receiptOf(3, 5);
  const event = { name: 'caf\ud800' };
  t.throws(() => verifyReceipt({ event, proof }, trusted), { name: 'NoteError' });
});

t.test('another event is not proved', async (t) => {
  const { proof } = await receiptOf(3, 5);
  t.throws(() => verifyReceipt({ event: { number: 4 }, proof }, trusted), {
    name: 'NoteError',
    message: /not the one at revision 3/,
  });
});

t.test('a receipt with one character changed is found', async (t) => {
  const { event, proof } = await receiptOf(3, 5);
  for (let at = 0; at < proof.length; at += 1) {
    const changed = proof.slice(0, at) + (proof[at] === '1' ? '2' : '1') + proof.slice(at + 1);
    t.throws(
      () => verifyReceipt({ event, proof: changed }, trusted),
      { name: 'NoteError' },
      `${at}`,
    );
  }
});

t.test('the proof of another index does not serve', async (t) => {
  const { event } = await receiptOf(3, 5);
  const { proof } = await receiptOf(2, 5);
  t.throws(() => verifyReceipt({ event, proof }, trusted), { name: 'NoteError' });
});

t.test('a proof is read as it is written', async (t) => {
  const { proof } = await receiptOf(3, 5);
  t.equal(standingProofText(standingProofIn(proof)), proof);
});

t.test('what is no proof', async (t) => {
  const texts = ['', 'c2sp.org/tlog-proof@v1\n', 'c2sp.org/tlog-proof@v2\nindex 0\n\nx\n'];
  for (const text of [...texts, 'c2sp.org/tlog-proof@v1\nindex 00\n\nx\n']) {
    t.throws(() => standingProofIn(text), { name: 'NoteError' }, text);
  }
});
