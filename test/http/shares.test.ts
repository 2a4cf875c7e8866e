import t from 'tap';
import { NOBODY, PATIENCE_MS, Shares } from '../../src/http/shares.ts';

/* Whose request begins when, in time that the test alone lets pass. */

function sharesByHand() {
  let now_ms = 0;
  const soon: (() => void)[] = [];
  const later: { readonly at_ms: number; readonly go: () => void }[] = [];
  const shares = new Shares({
    soon: (go) => void soon.push(go),
    later: (go, after_ms) => void later.push({ at_ms: now_ms + after_ms, go }),
    elapsed_ms: () => now_ms,
  });
  const began: string[] = [];
  const refused: string[] = [];
  return {
    shares,
    began,
    refused,
    ask: (asker: string, isLong = false) =>
      shares.enter(
        asker,
        isLong,
        () => began.push(asker),
        () => refused.push(asker),
      ),
    turn: () => soon.splice(0).forEach((go) => go()),
    pass: (ms: number) => {
      now_ms += ms;
      const due = later.filter(({ at_ms }) => at_ms <= now_ms);
      due.forEach((one) => later.splice(later.indexOf(one), 1));
      due.forEach(({ go }) => go());
    },
  };
}

t.test('an organisation that is alone', async (t) => {
  const { ask, began } = sharesByHand();
  for (let count = 0; count < 256; count += 1) ask('a');
  t.equal(began.length, 256, 'has all that it asks begin at once');
});

t.test('an organisation that floods while another asks', async (t) => {
  const { ask, began, shares } = sharesByHand();
  ask('b');
  for (let count = 0; count < 100; count += 1) ask('a');
  t.equal(began.length, 1 + 24, 'has a few begin at once');
  ask('b');
  t.equal(began.at(-1), 'b', 'and the other begins before those that wait');
  shares.left('a', false);
  t.equal(began.length, 1 + 24 + 1 + 1, 'of which one begins as one is over');
});

t.test('those without a key', async (t) => {
  const { ask, began } = sharesByHand();
  for (let count = 0; count < 100; count += 1) ask(NOBODY);
  t.equal(began.length, 12, 'share what one has, also where nobody else asks');
  ask('a');
  t.equal(began.at(-1), 'a', 'and hold up nobody who has one');
});

t.test('who waits too long', async (t) => {
  const { ask, refused, pass } = sharesByHand();
  for (let count = 0; count < 20; count += 1) ask('a', true);
  for (let waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 1_000) pass(1_000);
  t.equal(refused.length, 4, 'is told so in the end');
});

t.test('more than may wait', async (t) => {
  const { ask, refused } = sharesByHand();
  for (let count = 0; count < 16 + 1_024; count += 1) ask('a', true);
  t.same(refused, [], 'are not many');
  ask('a', true);
  t.same(refused, ['a'], 'and are turned away');
});

t.test('pieces of work', async (t) => {
  const { ask, shares, turn, pass } = sharesByHand();
  const done: string[] = [];
  const piece = async (asker: string) => {
    await shares.piece(asker);
    done.push(asker);
  };
  const settled = async () => new Promise<void>((resolve) => setImmediate(resolve));
  ask('a');
  ask('b');
  for (const asker of ['a', 'a', 'b', 'a']) void piece(asker);
  await settled();
  t.same(done, ['a'], 'are done one in a turn of the event loop');
  pass(5);
  turn();
  await settled();
  t.same(done, ['a', 'b'], 'of each asker in turn');
  pass(0);
  turn();
  await settled();
  t.same(done, ['a', 'b'], 'and who has had one rests while others ask');
  pass(15);
  await settled();
  t.same(done, ['a', 'b', 'a'], 'for three times as long as it took');
  pass(2_000);
  turn();
  await settled();
  t.same(done, ['a', 'b', 'a', 'a'], 'but not where nobody else does any more');
});
