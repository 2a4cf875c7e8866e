import t from 'tap';
import { Turns, WAIT_MAX_MS } from '../../src/ledger/turns.ts';

/** Turns under a clock that the test moves; the dice always show the same. */
function turnsAt(dice = 0) {
  const clock = { now_ms: 1_000 };
  let revision = 0;
  let recordedAt_ms = 0;
  const turns = new Turns({ elapsed_ms: () => clock.now_ms }, () => dice);
  const after = (wait_ms: number) => void (clock.now_ms += wait_ms);
  const hear = () => turns.heard((revision += 1), (recordedAt_ms += 1));
  /** More of what was heard last. */
  const hearMore = () => turns.heard((revision += 1), recordedAt_ms);
  /** Others write, one after another, and then this instance. */
  const round = (others: number) => {
    for (let one = 0; one < others; one += 1) {
      after(10);
      hear();
    }
    after(5);
    turns.won();
  };
  return { turns, after, hear, hearMore, round, revision: () => revision };
}

t.test('an instance that nobody else writes beside', async (t) => {
  const { turns, after } = turnsAt();
  t.equal(turns.pause_ms(), 0, 'waits for nobody');
  t.notOk(turns.areShared, 'and has nobody to ask about');
  turns.won();
  t.equal(turns.pause_ms(), 0, 'and goes on for a while');
  after(30);
  turns.won();
  const pause_ms = turns.pause_ms();
  t.ok(pause_ms > 0, 'and then gives way');
  after(pause_ms);
  t.equal(turns.pause_ms(), 0);
  for (const wait_ms of [0, 40, 40]) {
    after(wait_ms);
    turns.won();
    t.equal(turns.pause_ms(), 0, 'less often, when nobody came');
  }
});

t.test('an instance that wrote after two others the last time', async (t) => {
  const { turns, after, hear, round } = turnsAt();
  for (let times = 0; times < 3; times += 1) round(2);
  t.ok(turns.pause_ms() > 0, 'gives way');
  after(10);
  hear();
  t.ok(turns.areShared);
  t.ok(turns.pause_ms() > 0, 'lets the second go before it too');
  after(10);
  hear();
  t.equal(turns.pause_ms(), 0, 'and then goes at once');
});

t.test('what was written at once and comes in pieces', async (t) => {
  const { turns, after, hear, hearMore, round } = turnsAt();
  for (let times = 0; times < 3; times += 1) round(2);
  after(10);
  hear();
  after(1);
  hearMore();
  t.ok(turns.pause_ms() > 0, 'counts as one');
});

t.test('when the one whose turn it is does not come', async (t) => {
  const { turns, after, hear, round } = turnsAt();
  for (let times = 0; times < 3; times += 1) round(2);
  after(10);
  hear();
  const pause_ms = turns.pause_ms();
  t.ok(pause_ms < 60, 'the next waits somewhat longer than that one took the last times');
  after(pause_ms);
  t.equal(turns.pause_ms(), 0, 'and goes');
});

t.test('an instance that was passed over for long', async (t) => {
  const { turns, after, hear, round } = turnsAt();
  for (let times = 0; times < 3; times += 1) round(1);
  round(7);
  for (let before = 0; before < 2; before += 1) {
    after(10);
    hear();
  }
  t.equal(turns.pause_ms(), 0, 'does not let as many pass the next time');
});

t.test('an instance that has not written for long', async (t) => {
  const { turns, after, hear, round } = turnsAt();
  for (let times = 0; times < 3; times += 1) round(2);
  after(1_000);
  hear();
  t.equal(turns.pause_ms(), 0, 'goes as soon as it has heard');
});

t.test('batches of another that follow one another fast', async (t) => {
  const { turns, after, hear } = turnsAt();
  for (let batch = 0; batch < 5; batch += 1) {
    after(3);
    hear();
  }
  t.ok(turns.pause_ms() >= 8, 'are let pass, since nobody can overtake them');
});

t.test('an instance that knows of events that it has not heard', async (t) => {
  const { turns, hear, hearMore, revision } = turnsAt();
  hear();
  turns.endsAt(revision() + 2);
  const pause_ms = turns.pause_ms();
  t.ok(pause_ms > 0 && pause_ms < WAIT_MAX_MS, 'waits for them, though not for long');
  hearMore();
  t.equal(turns.pause_ms(), pause_ms, 'for all of them');
  hearMore();
  t.equal(turns.pause_ms(), 0, 'and goes once it has heard them');
});

t.test('an instance that loses', async (t) => {
  const { turns, after, hear } = turnsAt();
  turns.lost();
  t.equal(turns.pause_ms(), WAIT_MAX_MS, 'waits for what was written before it');
  t.equal(turns.most, 512, 'and asks no less of itself the first time');
  after(10);
  hear();
  t.equal(turns.pause_ms(), 0, 'and then goes at once');
  turns.lost();
  t.equal(turns.most, 256, 'the second time it takes half as much');
  after(10);
  hear();
  t.ok(turns.pause_ms() > 0, 'and lets one more go first, to begin with the others');
  after(10);
  hear();
  t.equal(turns.pause_ms(), 0);
});

t.test('an instance that loses on and on', async (t) => {
  const { turns } = turnsAt();
  for (let times = 0; times < 12; times += 1) turns.lost();
  t.equal(turns.most, 32, 'never takes too little');
  turns.won();
  t.equal(turns.most, 48, 'and more again once it has won');
});
