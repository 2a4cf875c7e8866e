import t from 'tap';
import { EventStoreDBClient } from '@eventstore/db-client';
import { status } from '@grpc/grpc-js';
import { standIn } from '../../support/eventstore/index.ts';
import {
  append,
  clientFor,
  failure,
  hear,
  named,
  overBothPaths,
  readAll,
  said,
  settled,
  STREAM,
} from './raw.ts';

/** Each fault of the stand-in, as the real client meets it. */

t.test('an append', async (t) => {
  overBothPaths(t, 'that is swallowed is never answered', async (t, server, client) => {
    const fault = server.faults.swallow();
    const appended = append(client, ['zero']);
    await fault.hit();
    await readWhole(server);
    t.notOk(await settled(appended));
    t.same(said(server), [], 'and never done');
    await append(client, ['other']);
    t.same(said(server), ['other'], 'and the next one goes through');
  });

  overBothPaths(t, 'whose answer is lost is done', async (t, server, client) => {
    const fault = server.faults.loseReply();
    const appended = append(client, ['zero']);
    await fault.hit();
    await readWhole(server);
    t.notOk(await settled(appended));
    t.same(said(server), ['zero']);
    t.ok((await append(client, ['zero'])).success, 'and is found done when it is sent again');
    t.same(said(server), ['zero']);
  });

  for (const [fault, type] of [
    ['breakStream', 'unavailable'],
    ['breakConnection', 'unavailable'],
  ] as const) {
    for (const when of ['before', 'after'] as const) {
      overBothPaths(t, `with ${fault}, ${when} it is done`, async (t, server, client) => {
        await append(client, ['zero']);
        server.faults[fault]({ when });
        t.equal((await failure(append(client, ['one'], 0n))).type, type);
        t.same(said(server), when === 'before' ? ['zero'] : ['zero', 'one']);
        t.ok((await append(client, ['one'], 0n)).success, 'goes through when it is sent again');
        t.same(said(server), ['zero', 'one']);
      });
    }
  }

  overBothPaths(t, 'that breaks with another code', async (t, server, client) => {
    server.faults.breakStream({ code: status.INTERNAL });
    const { type, code } = await failure(append(client, ['zero']));
    t.same([type, code], ['unknown', status.INTERNAL]);
  });

  for (const when of ['before', 'after'] as const) {
    overBothPaths(
      t,
      `for which the server gave up ${when} it was done`,
      async (t, server, client) => {
        server.faults.timeout({ when });
        const { type } = await failure(append(client, ['zero']));
        t.match(type, /^(timeout|deadline-exceeded)$/);
        t.same(said(server), when === 'before' ? [] : ['zero']);
      },
    );
  }

  overBothPaths(t, 'that is held is done late', async (t, server, client) => {
    const held = server.faults.hold({ when: 'before' });
    const appended = append(client, ['zero']);
    await held.hit();
    await readWhole(server);
    t.same(said(server), [], 'after a read that did not show it');
    held.release();
    await appended;
    t.same(said(server), ['zero']);
  });

  overBothPaths(t, 'that is slow is done at once', async (t, server, client) => {
    const fault = server.faults.slow({ delay_ms: 20 });
    const appended = append(client, ['zero']);
    await fault.hit();
    t.same([said(server), await settled(appended)], [['zero'], false], 'and answered later');
    await appended;
  });

  overBothPaths(t, 'that is held when the server ends', async (t, server, client) => {
    const held = server.faults.hold({ when: 'before' });
    const appended = append(client, ['zero']);
    await held.hit();
    await server.stop();
    held.release();
    await failure(appended);
    await server.start();
    t.same(said(server), [], 'is never done');
  });
});

t.test('a server that is busy', async (t) => {
  for (const fault of ['busy', 'notReady'] as const) {
    overBothPaths(t, `(${fault}) says so to appends`, async (t, server, client) => {
      server.faults[fault]();
      const { type, message } = await failure(append(client, ['zero']));
      t.match(type, /^(unavailable|unknown)$/);
      t.match(message, /Server Is (Too Busy|Busy|Not Ready)/);
      t.same(said(server), []);
    });

    t.test(`(${fault}) says so to reads`, async (t) => {
      const server = await standIn(t);
      server.faults[fault]({ on: 'read' });
      t.equal((await failure(readAll(clientFor(t, server)))).type, 'unavailable');
    });
  }
});

t.test('a server that is not the leader', async (t) => {
  for (const batches of [true, false]) {
    t.test(`sends appends to who is, ${batches ? 'in batches' : 'one by one'}`, async (t) => {
      const leader = await standIn(t, { batches });
      const follower = await standIn(t, { batches, beside: leader });
      const client = clientFor(t, follower);
      follower.faults.notLeader({ times: Infinity, leader });
      const { type, leader: named } = await failure(append(client, ['zero']));
      t.same([type, named], ['not-leader', { address: leader.host, port: leader.port }]);
      t.ok((await append(client, ['zero'])).success, 'where the client goes by itself');
      t.same([leader.seen.count('append'), follower.seen.count('append')], [1, 1]);
    });
  }

  overBothPaths(t, 'and does not know who is', async (t, server, client) => {
    server.faults.notLeader();
    const { type, message } = await failure(append(client, ['zero']));
    t.equal(type, 'unknown');
    t.match(message, 'No leader info available in response');
  });

  overBothPaths(t, 'does what need not be done by the leader', async (t, server, client) => {
    server.faults.notLeader({ times: Infinity, leader: { host: 'nowhere', port: 1 } });
    t.ok((await client.appendToStream(STREAM, named('zero'))).success);
  });

  t.test('sends readers and subscribers to who is', async (t) => {
    const leader = await standIn(t);
    const follower = await standIn(t, { beside: leader });
    follower.faults.notLeader({ on: 'read', leader });
    t.equal((await failure(readAll(clientFor(t, follower)))).type, 'not-leader');
    follower.faults.notLeader({ on: 'subscribe', leader });
    t.equal((await hear(clientFor(t, follower)).ended)?.type, 'not-leader');
  });
});

t.test('a read', async (t) => {
  t.test('may break after some events', async (t) => {
    const server = await standIn(t);
    const client = clientFor(t, server);
    await append(client, ['zero', 'one', 'two']);
    server.faults.breakStream({ on: 'read', afterEvents: 2 });
    const read: unknown[] = [];
    const reading = (async () => {
      for await (const { event } of client.readStream(STREAM)) read.push(event?.revision);
    })();
    t.equal((await failure(reading)).type, 'unavailable');
    t.same(read, [0n, 1n]);
  });

  t.test('may end before its end, without a word', async (t) => {
    const server = await standIn(t);
    const client = clientFor(t, server);
    await append(client, ['zero', 'one', 'two']);
    server.faults.endStream({ on: 'read', afterEvents: 1 });
    t.same(await readAll(client), ['zero']);
  });

  t.test('may lose its connection', async (t) => {
    const server = await standIn(t);
    const client = clientFor(t, server);
    await append(client, ['zero', 'one', 'two']);
    server.faults.breakConnection({ on: 'read', afterEvents: 1 });
    t.equal((await failure(readAll(client))).type, 'unavailable');
  });
});

t.test('a subscription', async (t) => {
  const heardOne = async (t: Parameters<typeof clientFor>[0]) => {
    const server = await standIn(t);
    const client = clientFor(t, server);
    await append(client, ['zero']);
    const all = hear(client);
    await Promise.all([all.until(1), all.caughtUp]);
    return { server, client, all };
  };

  t.test('may end as if all were well', async (t) => {
    const { server, all } = await heardOne(t);
    server.faults.endSubscriptions();
    t.equal(await all.ended, undefined);
    t.equal(server.faults.live.size, 0);
  });

  t.test('may fail', async (t) => {
    const { server, all } = await heardOne(t);
    server.faults.failSubscriptions();
    t.equal((await all.ended)?.type, 'unavailable');
  });

  t.test('may lose its connection', async (t) => {
    const { server, all } = await heardOne(t);
    server.cut();
    t.equal((await all.ended)?.type, 'unavailable');
  });

  t.test('may stay open and hear nothing any more', async (t) => {
    const { server, client, all } = await heardOne(t);
    const deaf = server.faults.deafen();
    await append(client, ['one'], 0n);
    const other = hear(client);
    await other.until(2);
    t.same(all.heard, ['zero'], 'while others hear');
    t.notOk(await settled(all.ended));
    deaf.off();
    await all.until(2);
    t.same(all.heard, ['zero', 'one'], 'until it hears again');
  });

  t.test('may hear nothing from the start', async (t) => {
    const { server, client } = await heardOne(t);
    server.faults.deafen({ newOnes: true });
    const deaf = hear(client);
    await new Promise((resolve) => deaf.subscription.once('confirmation', resolve));
    await readAll(client);
    t.same(deaf.heard, []);
    server.faults.hearAgain();
    await deaf.until(1);
  });

  t.test('may break while it catches up', async (t) => {
    const { server, client } = await heardOne(t);
    await append(client, ['one', 'two'], 0n);
    server.faults.endStream({ on: 'subscribe', afterEvents: 2 });
    const all = hear(client);
    t.equal(await all.ended, undefined);
    t.same(all.heard, ['zero', 'one']);
  });

  t.test('may not be let in', async (t) => {
    const { server, client } = await heardOne(t);
    server.faults.breakStream({ on: 'subscribe' });
    const all = hear(client);
    t.equal((await all.ended)?.type, 'unavailable');
    t.same(all.heard, []);
  });
});

t.test('a fault', async (t) => {
  overBothPaths(t, 'strikes as often as it is told to', async (t, server, client) => {
    const fault = server.faults.timeout({ times: 2 });
    await failure(append(client, ['zero']));
    await failure(append(client, ['zero']));
    t.ok((await append(client, ['zero'])).success);
    t.equal(fault.struck, 2);
  });

  overBothPaths(t, 'strikes until it is switched off', async (t, server, client) => {
    const fault = server.faults.timeout({ times: Infinity });
    for (let times = 0; times < 3; times += 1) await failure(append(client, ['zero']));
    fault.off();
    t.ok((await append(client, ['zero'])).success);
  });

  overBothPaths(t, 'strikes the stream that it is about', async (t, server, client) => {
    server.faults.timeout({ times: Infinity, stream: 'ledger-other' });
    t.ok((await append(client, ['zero'])).success);
    t.ok(await failure(client.appendToStream('ledger-other', named('one'))));
    server.faults.clear();
    t.ok((await client.appendToStream('ledger-other', named('one'))).success);
  });
});

/** Something else that is answered meanwhile, over another connection. */
async function readWhole({ url }: { readonly url: string }): Promise<void> {
  const other = EventStoreDBClient.connectionString(url);
  await readAll(other).catch(() => undefined);
  await other.dispose();
}
