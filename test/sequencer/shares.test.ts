import t from 'tap';
import { shares, type Load } from './shares.ts';

/**
 * Whether instances that write one stream come to their shares of it, in simulated time. One
 * instance is worth what its thread does; several also wait for one another, so they come near to
 * it where many ask at once and batches are large.
 */
const LASTING_MS = 10_000;
/**
 * An append of 2 ms, there and back, and a subscription that lags 3 ms behind; up to half more.
 * What is written at once is heard in two pieces.
 */
const NEAR = { way_ms: 1, lag_ms: 3 };
const FAR = { way_ms: 1, lag_ms: 20 };
const MANY = 120;
const SOME = 64;
const FEW = 4;
/** A machine that is busy with much else takes its time. */
const TIMEOUT_MS = 300_000;

t.setTimeout(TIMEOUT_MS);

const playing = (load: Pick<Load, 'clients'> & Partial<Load>) =>
  shares({ seed: 1, distance: NEAR, lasting_ms: LASTING_MS, ...load });

t.test('three instances that are all asked for as much as they can do', async (t) => {
  const one = await playing({ clients: [3 * MANY], lasting_ms: LASTING_MS / 5 });
  const three = await playing({ clients: [MANY, MANY, MANY] });
  t.comment(`one ${JSON.stringify(one)}, three ${JSON.stringify(three)}`);
  t.ok(three.total >= 0.8 * 5 * one.total, 'do at least 0.8 of what one does');
  const least = Math.min(...three.written);
  t.ok(least >= three.total / 30, 'and none gets less than a tenth of its share');
  t.ok(three.conflicts <= three.batches / 5, 'they append in vain only now and then');
  t.equal(three.busy, 0, 'and nobody is turned away');
});

for (const seed of [1, 2, 3]) {
  t.test(`instances that hear of one another late, by seed ${seed}`, async (t) => {
    const three = await playing({
      seed,
      clients: [MANY, MANY, MANY],
      distance: FAR,
      lasting_ms: 3_000,
    });
    t.comment(JSON.stringify(three));
    t.ok(Math.min(...three.written) >= three.total / 30, 'come to their shares all the same');
    t.equal(three.busy, 0);
  });

  t.test(`one that is asked a lot beside two that are asked little, by seed ${seed}`, async (t) => {
    const three = await playing({ seed, clients: [2 * MANY, FEW, FEW], lasting_ms: 3_000 });
    t.comment(JSON.stringify(three));
    t.ok(three.written[0]! >= three.total / 2, 'is not held up by them');
    t.ok(three.slowest_ms < 1_000, 'nor they by it');
    t.ok(three.busy <= three.total / 1_000, 'and hardly anybody is turned away');
  });
}

t.test('three instances that are asked by few who do not pause', async (t) => {
  const load = { lasting_ms: 3_000 };
  const one = await playing({ ...load, clients: [3 * SOME] });
  const three = await playing({ ...load, clients: [SOME, SOME, SOME] });
  t.comment(`one ${JSON.stringify(one)}, three ${JSON.stringify(three)}`);
  t.ok(three.total >= 0.8 * one.total, 'do not much less than one');
  t.ok(three.conflicts <= three.batches / 5, 'since they seldom append in vain');
  t.equal(three.busy, 0);
});

t.test('clients who ask now and then', async (t) => {
  const load = { pause_ms: 50, lasting_ms: 3_000 };
  const one = await playing({ ...load, clients: [150] });
  const three = await playing({ ...load, clients: [50, 50, 50] });
  t.comment(`one ${JSON.stringify(one)}, three ${JSON.stringify(three)}`);
  t.ok(three.total >= 0.8 * one.total, 'are served by three instances nearly as by one');
  t.equal(three.busy, 0);
});

t.test('the same seed', async (t) => {
  const load = { clients: [FEW, FEW], lasting_ms: 500 };
  t.same(await playing(load), await playing(load), 'gives the same shares');
});
