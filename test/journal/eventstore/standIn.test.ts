import t from 'tap';
import { END, jsonEvent } from '@eventstore/db-client';
import { standIn } from '../../support/eventstore/index.ts';
import { standInProcess } from '../../support/eventstore/spawn.ts';
import {
  append,
  clientFor,
  failure,
  hear,
  named,
  overBothPaths,
  readAll,
  said,
  STREAM,
} from './raw.ts';

/** The stand-in without faults: what the real client finds, and what the stand-in kept. */

t.test('an append', async (t) => {
  overBothPaths(t, 'puts all its events after the last one', async (t, server, client) => {
    const first = await append(client, ['one', 'two'], 'no_stream');
    t.equal(first.nextExpectedRevision, 1n, 'and answers with the revision of the last');
    const second = await append(client, ['three'], 1n);
    t.ok(second.position!.commit > first.position!.commit, 'and with a position that rises');
    t.same(said(server), ['one', 'two', 'three']);
    t.match(server.stream(STREAM)[2], {
      id: named('three').id,
      type: 'NoteTaken',
      revision: 2,
      contentType: 'application/json',
    });
    t.equal(Buffer.from(server.stream(STREAM)[2]!.data).toString(), '{"said":"three"}');
  });

  overBothPaths(t, 'elsewhere than at the end is refused', async (t, server, client) => {
    await append(client, ['one', 'two']);
    for (const expected of ['no_stream', 0n, 5n] as const) {
      const { type, actualVersion } = await failure(append(client, ['other'], expected));
      t.same([type, actualVersion], ['wrong-expected-version', 1n], `at ${expected}`);
    }
    t.same(said(server), ['one', 'two'], 'and leaves nothing behind');
  });

  overBothPaths(t, 'to a stream that must exist, and does not', async (t, server, client) => {
    for (const expected of ['stream_exists', 3n] as const) {
      const { type, actualVersion } = await failure(append(client, ['one'], expected));
      t.same([type, actualVersion], ['wrong-expected-version', 'no_stream'], `at ${expected}`);
    }
    t.same(said(server), []);
  });

  overBothPaths(
    t,
    'that is larger than may be is refused whole',
    async (t, server, client) => {
      const half = jsonEvent({ type: 'NoteTaken', data: { said: 'x'.repeat(600) } });
      const { type } = await failure(client.appendToStream(STREAM, [half, half]));
      t.equal(type, 'maximum-append-size-exceeded', 'though each of its events would do');
      t.same(said(server), []);
    },
    { appendBytes_max: 1024 },
  );
});

t.test('an append that is sent again', async (t) => {
  overBothPaths(t, 'at its revision, is the one of before', async (t, server, client) => {
    await append(client, ['zero']);
    const first = await append(client, ['one', 'two'], 0n);
    await append(client, ['three'], 2n);
    t.same(await append(client, ['one', 'two'], 0n), first, 'also when more came after it');
    t.same(said(server), ['zero', 'one', 'two', 'three'], 'and is not stored twice');
  });

  overBothPaths(t, 'with other bytes, is told that it is written', async (t, server, client) => {
    await append(client, ['one']);
    const changed = named('one', 'something else');
    const { success } = await client.appendToStream(STREAM, changed, {
      expectedRevision: 'no_stream',
    });
    t.ok(success, 'since ids alone are compared');
    t.same(said(server), ['one'], 'though it is not');
  });

  overBothPaths(t, 'with an event more, is refused', async (t, server, client) => {
    await append(client, ['one', 'two']);
    for (const names of [
      ['one', 'two', 'three'],
      ['one', 'other'],
    ]) {
      const { type } = await failure(append(client, names, 'no_stream'));
      t.equal(type, 'wrong-expected-version');
    }
    t.same(said(server), ['one', 'two']);
  });

  overBothPaths(t, 'wherever the end is, is found by its ids', async (t, server, client) => {
    await append(client, ['one', 'two'], 'any');
    await append(client, ['three'], 'any');
    const { nextExpectedRevision } = await append(client, ['one', 'two'], 'any');
    t.equal(nextExpectedRevision, 1n);
    t.same(said(server), ['one', 'two', 'three']);
  });
});

t.test('a read', async (t) => {
  const server = await standIn(t);
  const client = clientFor(t, server);
  t.equal(
    (await failure(readAll(client))).type,
    'stream-not-found',
    'finds no stream before it is written',
  );
  await append(client, ['zero', 'one', 'two', 'three']);
  t.same(await readAll(client), ['zero', 'one', 'two', 'three']);
  t.same(await readAll(client, { fromRevision: 2n }), ['two', 'three'], 'begins where it is told');
  t.same(await readAll(client, { fromRevision: 1n, maxCount: 2 }), ['one', 'two']);
  t.same(await readAll(client, { fromRevision: 9n }), [], 'finds nothing past the end');
  const last = { direction: 'backwards', fromRevision: END, maxCount: 2 } as const;
  t.same(await readAll(client, last), ['three', 'two'], 'goes backwards from the end');
  const back = { direction: 'backwards', fromRevision: 1n } as const;
  t.same(await readAll(client, back), ['one', 'zero'], 'and from a revision');
});

t.test('a read of more than fits into the connection at once', async (t) => {
  const server = await standIn(t);
  const data = 'x'.repeat(4_000);
  const events = Array.from({ length: 300 }, (_, index) => ({ type: `T${index}`, data }));
  server.stranger.append(STREAM, events);
  const types: (string | undefined)[] = [];
  for await (const { event } of clientFor(t, server).readStream(STREAM)) types.push(event?.type);
  t.same(
    types,
    events.map(({ type }) => type),
  );
});

t.test('a subscription', async (t) => {
  overBothPaths(t, 'sends what is there, and what comes', async (t, _server, client) => {
    await append(client, ['zero', 'one']);
    const all = hear(client);
    const rest = hear(client, 0n);
    const fresh = hear(client, 'end');
    await Promise.all([all.caughtUp, rest.caughtUp, fresh.caughtUp]);
    t.same(all.heard, ['zero', 'one'], 'from the start');
    t.same(rest.heard, ['one'], 'after the revision that it names');
    await append(client, ['two'], 1n);
    await Promise.all([all.until(3), rest.until(2), fresh.until(1)]);
    t.same([all.heard, rest.heard, fresh.heard], [['zero', 'one', 'two'], ['one', 'two'], ['two']]);
  });

  t.test('to a stream that is not there waits for it', async (t) => {
    const server = await standIn(t);
    const client = clientFor(t, server);
    const all = hear(client);
    await all.caughtUp;
    await append(client, ['zero']);
    await all.until(1);
    t.same(all.heard, ['zero']);
  });

  t.test('of which nobody wants to hear any more is forgotten', async (t) => {
    const server = await standIn(t);
    const all = hear(clientFor(t, server));
    await all.caughtUp;
    t.equal(server.faults.live.size, 1);
    await all.subscription.unsubscribe();
    await forgotten(server);
    t.equal(server.faults.live.size, 0);
  });
});

t.test('metadata of a stream', async (t) => {
  overBothPaths(t, 'hide events from readers', async (t, server, client) => {
    await append(client, ['zero', 'one', 'two', 'three']);
    await client.setStreamMetadata(STREAM, { truncateBefore: 2 });
    t.same(await readAll(client), ['two', 'three'], 'before a revision');
    t.same((await client.getStreamMetadata(STREAM)).metadata, { truncateBefore: 2 });
    server.stranger.setMetadata(STREAM, { maxCount: 1 });
    t.same(await readAll(client), ['three'], 'and all but the last');
    t.equal(server.stream(STREAM).length, 4, 'which are still there');
  });
});

t.test('a stream that is deleted', async (t) => {
  overBothPaths(t, 'begins again where it ended', async (t, server, client) => {
    await append(client, ['zero', 'one']);
    await client.deleteStream(STREAM, { expectedRevision: 1n });
    t.equal((await failure(readAll(client))).type, 'stream-not-found', 'and is not found');
    const { nextExpectedRevision } = await append(client, ['two'], 'no_stream');
    t.equal(nextExpectedRevision, 2n);
    t.same(await readAll(client), ['two']);
    t.equal(server.stream(STREAM).length, 3);
  });

  overBothPaths(t, 'for good takes nothing any more', async (t, _server, client) => {
    await append(client, ['zero']);
    const all = hear(client);
    await all.caughtUp;
    await client.tombstoneStream(STREAM, { expectedRevision: 'any' });
    t.equal((await all.ended)?.type, 'stream-deleted', 'says so to who listens');
    t.equal((await failure(append(client, ['one'], 0n))).type, 'stream-deleted', 'to who writes');
    t.equal((await failure(readAll(client))).type, 'stream-deleted', 'and to who reads');
  });
});

t.test('a stranger', async (t) => {
  const server = await standIn(t);
  const client = clientFor(t, server);
  await append(client, ['zero', 'one', 'two']);
  server.stranger.append(STREAM, { type: 'Odd', data: { said: 'a stranger' } });
  t.same(await readAll(client), ['zero', 'one', 'two', 'a stranger'], 'appends what it likes');
  const before = server.stream(STREAM)[1]!;
  server.stranger.replace(STREAM, 1, { data: { said: 'changed' } });
  t.same(await readAll(client, { fromRevision: 1n, maxCount: 1 }), ['changed']);
  t.equal(server.stream(STREAM)[1]!.id, before.id, 'changes bytes under an old id');
  server.stranger.redact(STREAM, 1);
  t.same(server.stream(STREAM)[1]!.data, Buffer.alloc('{"said":"changed"}'.length), 'or redacts');
  server.stranger.truncate(STREAM, 1);
  t.same(await readAll(client), ['zero'], 'takes events away');
  server.stranger.replaceStream(STREAM, [{ type: 'Other', data: { said: 'another' } }]);
  t.same(await readAll(client), ['another'], 'and puts another stream in its place');
});

t.test('a cluster of two', async (t) => {
  const leader = await standIn(t);
  const follower = await standIn(t, { beside: leader });
  const { host } = leader;
  follower.members = [
    { host, port: follower.port, state: 'follower', alive: true },
    { host, port: leader.port, state: 'leader', alive: true },
  ];
  leader.members = follower.members;
  const url = `esdb://${host}:${follower.port},${host}:${leader.port}?tls=false`;
  await append(clientFor(t, { url }), ['zero']);
  t.equal(leader.seen.count('append'), 1, 'is found by gossip, and its leader written to');
  t.same(said(follower), ['zero'], 'and the other has it as well');
});

t.test('what was seen', async (t) => {
  overBothPaths(t, 'says who asked for the leader', async (t, server, client) => {
    await append(client, ['zero']);
    await readAll(client);
    await hear(client).caughtUp;
    t.same(server.seen.withoutLeader(), []);
    for await (const _ of client.readStream(STREAM));
    t.match(server.seen.withoutLeader(), [{ method: 'read', stream: STREAM }]);
    const counts = (['append', 'read', 'subscribe'] as const).map((name) =>
      server.seen.count(name),
    );
    t.same(counts, [1, 2, 1]);
  });
});

t.test('a server that was away', async (t) => {
  overBothPaths(t, 'is there again on its port, with its streams', async (t, server, client) => {
    await append(client, ['zero']);
    const { url } = server;
    await server.stop();
    await failure(append(client, ['one'], 0n));
    await server.start();
    t.equal(server.url, url);
    await answered(() => append(client, ['one'], 0n));
    t.same(await readAll(client), ['zero', 'one']);
  });
});

t.test('a stand-in in a process of its own', async (t) => {
  const server = await standInProcess(t);
  const client = clientFor(t, server);
  await append(client, ['zero']);
  const fault = await server.tell<number>({ command: 'loseReply', always: true });
  void append(client, ['one'], 0n);
  await server.tell({ command: 'hit', fault });
  t.equal(await server.tell({ command: 'off', fault }), 1, 'takes commands');
  t.match(await server.tell({ command: 'stream', stream: STREAM }), [
    { revision: 0, data: '{"said":"zero"}' },
    { revision: 1, data: '{"said":"one"}' },
  ]);
  await t.rejects(server.tell({ command: 'redact', stream: 'none', revision: 0 }), {
    message: 'none has no event at revision 0',
  });
  await server.end('SIGTERM');
  t.ok((await failure(append(client, ['two'], 1n))).message, 'and is gone when it is killed');
});

/** Resolves once the stand-in has noticed that nobody listens. */
async function forgotten(server: { readonly faults: { readonly live: ReadonlySet<unknown> } }) {
  while (server.faults.live.size > 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Tries until there is an answer: the client first has to notice that it lost its connection. */
async function answered(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const done = await attempt().then(
      () => true,
      () => false,
    );
    if (done) return;
  }
}
