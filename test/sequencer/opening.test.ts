import t from 'tap';
import { Client, testApp, testClock, testRandom } from '../support/service.ts';
import { eventsIn, SharedLines } from './instance.ts';

t.test('two instances that open one empty ledger at once', async (t) => {
  const shared = new SharedLines();
  const opened = await Promise.all(
    [1, 2].map((seed) =>
      testApp({
        journal: shared.journal(),
        seed,
        service: { bootstrapAdminKey: undefined, random: testRandom(seed) },
      }),
    ),
  );
  t.teardown(() => Promise.all(opened.map(({ app }) => app.close())));
  t.same(
    eventsIn(shared.lines, 0).map(({ type }) => type),
    ['LedgerOpened', 'AccessGranted'],
    'open it once',
  );
  const keys = opened.map(({ service }) => service.firstAdminKey);
  t.equal(keys.filter((key) => key !== undefined).length, 1, 'and one has the first key');
  const [key] = keys.filter((one) => one !== undefined);
  for (const { app } of opened) {
    const me = await new Client(app, key).get('/v1/me');
    t.match(me, { status: 200, body: { role: 'admin' } }, 'which both know');
  }
});

t.test('an instance whose clock is behind a ledger that another opens before it', async (t) => {
  const shared = new SharedLines();
  const behind = testClock();
  behind.now_ms -= 6_000;
  const [first, second] = await Promise.all([
    testApp({ journal: shared.journal() }),
    testApp({ journal: shared.journal(), clock: behind, seed: 2 }),
  ]);
  t.teardown(() => Promise.all([first.app.close(), second.app.close()]));
  t.equal(second.service.sequencer.ledger.revision, 1, 'starts with what was opened');
  t.match(second.service.sequencer.trouble, /clock is 6 s behind/, 'and takes no writes');
});

t.test('two instances of two networks that open one empty ledger at once', async (t) => {
  const shared = new SharedLines();
  const opened = await Promise.allSettled(
    ['medway', 'swale'].map((network) => testApp({ journal: shared.journal(), network })),
  );
  for (const one of opened) {
    if (one.status === 'fulfilled') t.teardown(() => one.value.app.close());
  }
  const refused = opened.filter((one) => one.status === 'rejected');
  t.equal(refused.length, 1, 'are one too many');
  t.match(refused[0]?.reason, { name: 'CannotServeError', message: /but NETWORK is/ });
});
