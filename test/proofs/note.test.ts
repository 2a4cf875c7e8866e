import t from 'tap';
import { openCheckpoint, checkpointText } from '../../src/proofs/checkpoint.ts';
import {
  cosign,
  makeSigner,
  openNote,
  partsOf,
  signatureBy,
  signerIn,
  signerText,
  signNote,
  verifierIn,
  withSignatures,
} from '../../src/proofs/note.ts';
import { CHECKPOINT, NOTE, ROOTS, SEED } from './vectors.ts';

const signer = makeSigner(CHECKPOINT.origin, SEED);
const known = [verifierIn(CHECKPOINT.verifier)];
const refused = (why: RegExp) => ({ name: 'NoteError', message: why });

t.test('the published note is verified', async (t) => {
  const note = `${NOTE.text}\n${NOTE.signature}`;
  const { text, verified } = openNote(note, [verifierIn(NOTE.verifier)]);
  t.equal(text, NOTE.text);
  t.equal(verified[0]?.verifier.name, 'example.com/foo');
});

t.test('a checkpoint of the golden key is the golden one, byte for byte', async (t) => {
  const root = Buffer.from(ROOTS[8]!, 'hex');
  const text = checkpointText({ origin: CHECKPOINT.origin, size: 8, root });
  t.equal(signNote(text, [signer]), CHECKPOINT.note);
  t.equal(signer.verifier.text, CHECKPOINT.verifier);
  t.match(openCheckpoint(CHECKPOINT.note, known), { size: 8, origin: CHECKPOINT.origin });
});

t.test('a signing key is read as it is written', async (t) => {
  const again = signerIn(signerText(signer));
  t.equal(again.verifier.text, CHECKPOINT.verifier);
  t.equal(signNote('text\n', [again]), signNote('text\n', [signer]));
});

t.test('every single character of a checkpoint counts', async (t) => {
  const { note } = CHECKPOINT;
  for (let at = 0; at < note.length; at += 1) {
    const other = note[at] === 'A' ? 'B' : 'A';
    t.throws(
      () => openCheckpoint(note.slice(0, at) + other + note.slice(at + 1), known),
      { name: 'NoteError' },
      `character ${at}`,
    );
    t.throws(() => openCheckpoint(note.slice(0, at), known), { name: 'NoteError' }, `cut at ${at}`);
  }
});

t.test('signatures by unknown keys are passed over', async (t) => {
  const stranger = makeSigner('stranger.example', Buffer.alloc(32, 7));
  const namesake = makeSigner(CHECKPOINT.origin, Buffer.alloc(32, 8));
  const note = signNote('text\n', [stranger, namesake, signer]);
  t.equal(openNote(note, known).verified.length, 1);
  t.throws(
    () => openNote(signNote('text\n', [stranger, namesake]), known),
    refused(/none of the known keys/),
  );
});

t.test('a bad signature by a known key makes the note worthless, good ones or not', async (t) => {
  const stranger = makeSigner('stranger.example', Buffer.alloc(32, 7));
  const other = signNote('other text\n', [signer]).split('\n\n')[1]!;
  const note = signNote('text\n', [stranger]) + other;
  t.throws(
    () => openNote(note, [...known, stranger.verifier]),
    refused(/signature of timecredits.example\/ledger does not fit/),
  );
});

t.test('both keys of a rotation sign, and either one is enough', async (t) => {
  const next = makeSigner(CHECKPOINT.origin, Buffer.alloc(32, 9));
  const note = signNote('text\n', [signer, next]);
  t.equal(openNote(note, known).verified.length, 1);
  t.equal(openNote(note, [next.verifier]).verified.length, 1);
  t.equal(openNote(note, [...known, next.verifier]).verified.length, 2);
});

t.test('a witness', async (t) => {
  const witness = makeSigner('witness.example/w1', Buffer.alloc(32, 5), 'cosignature');
  const text = CHECKPOINT.note.split('\n\n')[0]! + '\n';
  const note = CHECKPOINT.note + cosign(text, witness, 1_679_315_147);
  t.test('says when it saw the checkpoint', async (t) => {
    const { verified } = openCheckpoint(note, [...known, witness.verifier]);
    t.same(
      verified.map(({ time_s }) => time_s),
      [undefined, 1_679_315_147],
    );
  });
  t.test('cannot stand in for the ledger', async (t) => {
    t.throws(() => openCheckpoint(note, [witness.verifier]), refused(/did not sign/));
  });
  t.test('is refused where its time was changed', async (t) => {
    const later = CHECKPOINT.note + cosign(text, witness, 1_679_315_148);
    const [time, signature] = [later, note].map((one) =>
      Buffer.from(one.trimEnd().split(' ').at(-1)!, 'base64'),
    );
    const mixed = Buffer.concat([time!.subarray(0, 12), signature!.subarray(12)]);
    const line = `— witness.example/w1 ${mixed.toString('base64')}\n`;
    t.throws(() => openCheckpoint(CHECKPOINT.note + line, [...known, witness.verifier]), {
      name: 'NoteError',
    });
  });
});

t.test('what is no key', async (t) => {
  const [name, keyId, encoded] = CHECKPOINT.verifier.split(/\+(.{8})\+/);
  const keys = {
    nothing: '',
    'another id': `${name}+00000000+${encoded}`,
    'another name': `other.example+${keyId}+${encoded}`,
    'another type': `${name}+${keyId}+${Buffer.alloc(33, 9).toString('base64')}`,
    'too short': `${name}+${keyId}+AQOh`,
    'a space in its name': `time credits+${keyId}+${encoded}`,
  };
  for (const [why, key] of Object.entries(keys)) {
    t.throws(() => verifierIn(key), { name: 'NoteError' }, why);
    t.throws(() => signerIn(`PRIVATE+KEY+${key}`), { name: 'NoteError' }, `to sign: ${why}`);
  }
  t.throws(() => signerIn(CHECKPOINT.verifier), refused(/begins with PRIVATE/));
});

t.test('what is no checkpoint, though it is signed', async (t) => {
  const root = Buffer.from(ROOTS[8]!, 'hex').toString('base64');
  const texts = {
    'no root': 'o\n8\n',
    'a size with a nought in front': `${CHECKPOINT.origin}\n08\n${root}\n`,
    'a size below nothing': `${CHECKPOINT.origin}\n-8\n${root}\n`,
    'a size past counting': `${CHECKPOINT.origin}\n9999999999999999\n${root}\n`,
    'a short root': `${CHECKPOINT.origin}\n8\nAAAA\n`,
    'another origin': `other.example\n8\n${root}\n`,
    'an empty line of others': `${CHECKPOINT.origin}\n8\n${root}\n\n`,
    'an empty line between others': `${CHECKPOINT.origin}\n8\n${root}\none\n\ntwo\n`,
  };
  for (const [why, text] of Object.entries(texts)) {
    const note = signNote(text, [signer]);
    t.throws(() => openCheckpoint(note, known), { name: 'NoteError' }, why);
  }
});

t.test('signatures are added to a note', async (t) => {
  const witnesses = Array.from({ length: 70 }, (_, index) =>
    makeSigner(`w${index}.example`, Buffer.alloc(32, index + 1), 'cosignature'),
  );
  const note = signNote('text\n', [signer]);
  const [first, again] = [1, 2].map((time) => cosign('text\n', witnesses[0]!, time).trimEnd());
  const cosigned = withSignatures(note, [first!]);
  t.equal(cosigned, `${note}${first!}\n`);
  t.equal(withSignatures(cosigned, [again!]), cosigned, 'one of each key');
  const lines = witnesses.map((witness) => cosign('text\n', witness, 1).trimEnd());
  const full = withSignatures(note, lines);
  t.equal(partsOf(full).lines.length, 64, 'and no more than a note may have');
  t.equal(openNote(full, known).text, 'text\n', 'so that it can still be opened');
  t.throws(() => withSignatures(note, ['no signature']), refused(/a line that is no signature/));
});

t.test('the signature of one key is found among lines', async (t) => {
  const witness = makeSigner('w.example', Buffer.alloc(32, 1), 'cosignature');
  const right = cosign('text\n', witness, 7).trimEnd();
  const wrong = cosign('other text\n', witness, 7).trimEnd();
  const lines = ['', 'junk', wrong, `${right}\r`, right];
  t.equal(signatureBy(witness.verifier, 'text\n', lines), right, 'that fits the text');
  t.equal(signatureBy(witness.verifier, 'text\n', [wrong]), undefined);
  t.equal(signatureBy(signer.verifier, 'text\n', lines), undefined);
});

t.test('lines of others in a checkpoint are passed over', async (t) => {
  const root = Buffer.from(ROOTS[8]!, 'hex').toString('base64');
  const note = signNote(`${CHECKPOINT.origin}\n8\n${root}\none\ntwo\n`, [signer]);
  t.match(openCheckpoint(note, known), { size: 8 });
});
