import t from 'tap';
import { openCheckpoint } from '../../src/proofs/checkpoint.ts';
import { makeSigner, withSignatures } from '../../src/proofs/note.ts';
import type { Published } from '../../src/publish/published.ts';
import { cosignatureOf, cosignedBy, type Witness } from '../../src/publish/witness.ts';
import { leavesOf } from '../proofs/tree.ts';
import { changed, NEVER, over, SIGNER, sized } from './ledger.ts';
import { witnessFor } from './witness.ts';

const keys = [SIGNER.verifier];

const ask = (witness: Witness, published: Published) =>
  cosignedBy(witness, published, fetch, NEVER);

t.test('a witness that never saw the ledger', async (t) => {
  const witness = await witnessFor(t, keys);
  const published = sized(5);
  const line = await ask(witness, published);
  t.match(line, /^— witness.example\/w1 /, 'cosigns; the line of a stranger is passed over');
  const note = withSignatures(published.note, [line]);
  const { verified } = openCheckpoint(note, [...keys, witness.verifier]);
  t.match(verified[1], { verifier: { name: 'witness.example/w1' }, time_s: 1_780_000_000 });
  t.equal(cosignatureOf(witness, note), line, 'and the note tells that it did');
  t.equal(cosignatureOf(witness, published.note), undefined);
  t.match(witness.exchanges[0]?.body, /^old 0\n\ncredits.example\/test\n5\n/);
});

t.test('a witness that saw an earlier size', async (t) => {
  const witness = await witnessFor(t, keys);
  for (const size of [1, 2, 255, 256, 257, 700]) {
    const line = await ask(witness, sized(size));
    const note = withSignatures(sized(size).note, [line]);
    t.equal(cosignatureOf(witness, note), line, `is given the proof up to ${size}`);
  }
  const statuses = witness.exchanges.map(({ status }) => status);
  t.same(statuses.slice(0, 5), [200, 409, 200, 409, 200], 'once it has named what it saw');
  await ask(witness, sized(700));
  t.equal(witness.exchanges.at(-1)?.body.startsWith('old 700\n\n'), true, 'or the same again');
});

t.test('a witness that saw more than the ledger shows', async (t) => {
  const witness = await witnessFor(t, keys);
  await ask(witness, sized(9));
  await t.rejects(ask(witness, sized(5)), {
    name: 'PublishError',
    message: /is over 9 events, but this ledger shows only 5/,
    contradicted: false,
  });
});

t.test('a witness that saw another history', async (t) => {
  const witness = await witnessFor(t, keys);
  await ask(witness, changed(5));
  for (const size of [5, 9]) {
    const { contradicted, message } = (await ask(witness, sized(size)).catch(
      (error: unknown) => error as Error & { contradicted: boolean },
    )) as Error & { contradicted: boolean };
    t.equal(contradicted, true, `is heard, at ${size}`);
    t.match(message, size === 5 ? /another root over 5 events/ : /another history \(422\)/);
    t.match(message, /Keep both as they are: they are the proof/);
  }
  t.equal(witness.seen?.size, 5, 'and cosigns nothing of this one');
});

t.test('a witness that does not know', async (t) => {
  const witness = await witnessFor(t, keys);
  const renamed = over(leavesOf(5), [makeSigner('credits.example/other', Buffer.alloc(32, 5))]);
  await t.rejects(ask(witness, renamed), { message: /does not know this ledger \(404\)/ });
  const rekeyed = over(leavesOf(5), [makeSigner('credits.example/test', Buffer.alloc(32, 6))]);
  await t.rejects(ask(witness, rekeyed), { message: /knows this ledger by other keys \(403\)/ });
});

t.test('a proof without somebody to make it', async (t) => {
  const witness = await witnessFor(t, keys);
  const { consistency: _, ...keyless } = sized(5);
  await ask(witness, keyless);
  await t.rejects(ask(witness, { ...sized(9), consistency: undefined }), {
    message: /saw 5 events, and the proof from there takes a key/,
  });
});

t.test('a witness that answers what it must not', async (t) => {
  const witness = await witnessFor(t, keys);
  const other = await witnessFor(t, keys);
  const line = await ask(other, sized(4));
  const wrong = [
    [{ status: 200, body: '' }, /without a signature that witness.example/],
    [{ status: 200, body: `${line}\n` }, /without a signature/],
    [{ status: 200, body: 'x'.repeat(100_000) }, /did not answer \(more than 64 KiB\)/],
    [{ status: 409, body: 'many\n' }, /it does not say \(409\)/],
    [{ status: 409, body: '99999999999999999999\n' }, /it does not say \(409\)/],
    [{ status: 409, body: '0\n' }, /changed while it was asked/],
    [{ status: 500 }, /answered 500/],
    [{ status: 302, headers: { location: 'http://127.0.0.1:9/' } }, /sends callers elsewhere/],
  ] as const;
  for (const [answer, message] of wrong) {
    witness.instead.push(answer);
    const named = { name: 'PublishError', message, contradicted: false };
    await t.rejects(ask(witness, sized(5)), named, JSON.stringify(answer).slice(0, 60));
  }
  t.equal(witness.exchanges.length, wrong.length, 'is asked no second time');
  witness.instead.push({ status: 409, body: '2\n' }, { status: 409, body: '3\n' });
  await t.rejects(ask(witness, sized(5)), { message: /changed while it was asked/ });
  t.equal(witness.exchanges.length, wrong.length + 2, 'but once more where it names a size');
});

t.test('a witness that is not there', async (t) => {
  const witness = await witnessFor(t, keys);
  const gone = { ...witness, url: 'http://127.0.0.1:1/submit' };
  await t.rejects(ask(gone, sized(5)), { message: /127.0.0.1:1\/submit\/add-checkpoint did not/ });
});

t.test('one that keeps silent is not waited for when the service ends', async (t) => {
  const witness = await witnessFor(t, keys);
  const ending = new AbortController();
  const silent = async (_: string, { signal }: RequestInit) => {
    const aborted = new Promise((_resolve, reject) => {
      signal!.addEventListener('abort', () => reject(signal!.reason as Error));
    });
    ending.abort();
    await aborted;
    return new Response();
  };
  await t.rejects(cosignedBy(witness, sized(5), silent, ending.signal), { name: 'PublishError' });
});
