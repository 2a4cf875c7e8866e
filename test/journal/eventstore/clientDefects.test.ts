import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import t, { type Test } from 'tap';
import { EventStoreDBClient } from '@eventstore/db-client';
import { standIn } from '../../support/eventstore/index.ts';
import { append, clientFor, failure, hear, named, readAll, said, settled, STREAM } from './raw.ts';

/**
 * What is wrong with the real client, version 6.2.1, and the adapter is built around. A test that
 * fails here after an upgrade says that the client has changed, and that the adapter may be made
 * simpler; nothing of it is what anyone would want.
 */

t.test('an append in batches has no timeout', async (t) => {
  const server = await standIn(t);
  const silent = server.faults.swallow();
  const appended = append(clientFor(t, server, DEADLINE), ['zero']);
  await silent.hit();
  await deadlineOver(t);
  t.notOk(await settled(appended), 'though its deadline is over');
});

t.test('an append whose deadline has passed by the server’s clock', async (t) => {
  const server = await standIn(t);
  const client = clientFor(t, server);
  const late = client.appendToStream(STREAM, [], { deadline: -60_000 });
  t.equal((await failure(late)).type, 'deadline-exceeded', 'is refused');
});

t.test('the broken stream of one client', async (t) => {
  const [broken, whole] = [await standIn(t), await standIn(t)];
  const held = whole.faults.hold({ when: 'before' });
  const appended = append(clientFor(t, whole), ['zero']);
  await held.hit();
  broken.faults.breakStream();
  await failure(append(clientFor(t, broken), ['zero']));
  const { type } = await failure(appended);
  t.equal(type, 'unavailable', 'fails what another client is waiting for, at another server');
  t.same(said(whole), [], 'which has not even begun with it');
});

t.test('the answer to an append that was failed in this way', async (t) => {
  const [broken, whole] = [await standIn(t), await standIn(t)];
  const { code, said } = await inProcess(
    t,
    `const other = EventStoreDBClient.connectionString(process.argv[2]);
    const waiting = client.appendToStream('s', event('a')).catch(() => undefined);
    process.once('message', async () => {
      await other.appendToStream('s', event('b')).catch(() => undefined);
      await waiting;
      process.send('failed');
    });`,
    [whole.url, broken.url],
    async (child) => {
      const held = whole.faults.hold();
      broken.faults.breakStream();
      await held.hit();
      child.send('go on');
      await once(child, 'message');
      held.release();
    },
  );
  t.match(said, 'TypeError', 'is not expected by the client');
  t.equal(code, 1, 'and ends the process');
});

t.test('a client that is disposed of', async (t) => {
  const server = await standIn(t);
  const held = server.faults.hold();
  const appended = append(clientFor(t, server), ['zero']);
  await held.hit();
  const other = EventStoreDBClient.connectionString(server.url);
  await other.appendToStream('ledger-other', []);
  await other.dispose();
  const { message } = await failure(appended);
  t.match(message, 'Cancelled on client', 'fails what another client is waiting for');
});

t.test('a stream for batches that the server ended', async (t) => {
  const server = await standIn(t);
  // Not one that is disposed of with the test: that would never end.
  const client = EventStoreDBClient.connectionString(server.url);
  const ended = server.faults.endStream({ when: 'after' });
  const first = append(client, ['zero']);
  await ended.hit();
  await readAll(client);
  t.notOk(await settled(first), 'leaves its append without an answer');
  const second = append(client, ['one'], 0n);
  await readAll(client);
  t.notOk(await settled(second), 'and those that follow, since no other stream is opened');
  t.equal(server.seen.count('append'), 1);
  const disposed = client.dispose();
  t.ok((await append(clientFor(t, server), ['one'], 0n)).success, 'but a new client can append');
  t.notOk(await settled(disposed), 'while the old one is never done with its disposal');
});

t.test('a stream for batches', async (t) => {
  const server = await standIn(t);
  const client = clientFor(t, server);
  await client.appendToStream('ledger-other', []);
  await append(client, ['zero']);
  const appends = server.seen.calls.filter(({ method }) => method === 'append');
  t.same(
    appends.map(({ requiresLeader }) => requiresLeader),
    [false, false],
    'asks for the leader only if its first append did',
  );
});

t.test('an append with credentials of its own', async (t) => {
  const server = await standIn(t);
  await clientFor(t, server).appendToStream(STREAM, named('zero'), {
    credentials: { username: 'someone', password: 'changeit' },
  });
  t.match(
    server.seen.calls.at(-1),
    { method: 'append', path: 'unary' },
    'goes by itself, though batches are advertised: a way round all that is wrong with those',
  );
});

t.test('an append that is not to throw', async (t) => {
  for (const [batches, revision] of [
    [true, 1n],
    [false, 2n],
  ] as const) {
    const server = await standIn(t, { batches });
    const client = clientFor(t, server, '&throwOnAppendFailure=false');
    await append(client, ['zero', 'one', 'two']);
    const { success, nextExpectedRevision } = await append(client, ['other'], 0n);
    t.same([success, nextExpectedRevision], [false, revision], `batches: ${batches}`);
  }
});

t.test('a server that is down from the start', async (t) => {
  for (const batches of [true, false]) {
    const server = await standIn(t, { batches });
    await server.stop();
    const { type, code } = await failure(append(clientFor(t, server), ['zero']));
    t.same([type, code], [undefined, 14], 'is told in an error that is not of the client’s own');
  }
});

t.test('a server that is busy or not ready', async (t) => {
  for (const fault of ['busy', 'notReady'] as const) {
    const server = await standIn(t);
    server.faults[fault]();
    const { type, message } = await failure(append(clientFor(t, server), ['zero']));
    t.equal(type, 'unknown', 'is not recognised in batches');
    t.match(message, 'Could not recognize Server Is');
  }
});

t.test('the question which calls the server knows', async (t) => {
  const server = await standIn(t);
  const client = clientFor(t, server);
  server.faults.breakStream({ on: 'features', code: status.INTERNAL });
  await failure(append(client, ['zero']));
  t.equal((await failure(append(client, ['zero']))).code, status.INTERNAL, 'is never asked again');
  t.equal(server.seen.count('features'), 1);

  const other = clientFor(t, server, DEADLINE);
  const silent = server.faults.swallow({ on: 'features' });
  const appended = append(other, ['zero']);
  await silent.hit();
  await deadlineOver(t);
  t.notOk(await settled(appended), 'and has no deadline');
});

t.test('a subscription', async (t) => {
  const server = await standIn(t);
  const client = clientFor(t, server);
  await append(client, ['zero']);
  const [graceful, killed] = [hear(client), hear(client)];
  await Promise.all([graceful.caughtUp, killed.caughtUp]);
  for (const subscription of [...server.faults.live].slice(0, 1)) subscription.end();
  t.equal(await graceful.ended, undefined, 'ends without an error when the server ends it');
  await server.stop();
  t.equal((await killed.ended)?.type, 'unavailable', 'fails when the server is gone');
  await server.start();
  t.ok(await readAgain(client), 'and while the client finds the server again');
  t.equal(server.seen.count('subscribe'), 2, 'nobody subscribes again');
});

t.test('a read that nobody waits for', async (t) => {
  const server = await standIn(t);
  const { code, said } = await inProcess(t, `client.readStream('none');`, [server.url]);
  t.match(said, /none not found/, 'begins all the same');
  t.equal(code, 1, 'and where there is no stream ends the process');
});

t.test('a client', async (t) => {
  const server = await standIn(t);
  const write = `await client.appendToStream('s', event('a'));`;
  const disposed = await inProcess(t, `${write} await client.dispose();`, [server.url]);
  t.equal(disposed.code, 0, 'that is disposed of lets the process end');
  const kept = await inProcess(
    t,
    `${write} process.once('beforeExit', () => process.send('ends'));
    process.send('appended'); process.channel.unref();`,
    [server.url],
    async (child) => {
      const messages: unknown[] = [];
      child.on('message', (message) => messages.push(message));
      await once(child, 'message');
      await append(clientFor(t, server), ['zero']);
      t.same(messages, ['appended'], 'that is not keeps it');
      child.kill('SIGKILL');
    },
  );
  t.equal(kept.code, null);
});

const DEADLINE = '&defaultDeadline=100';

/** Resolves after the deadline of what began before: an append that keeps one says when. */
async function deadlineOver(t: Test): Promise<void> {
  const server = await standIn(t, { batches: false });
  server.faults.swallow();
  const { type } = await failure(append(clientFor(t, server, DEADLINE), ['zero']));
  t.equal(type, 'deadline-exceeded', 'an append by itself keeps to its deadline');
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Runs a script, with a client and a way to make events, and says how its process ended. */
async function inProcess(
  t: Test,
  script: string,
  urls: readonly string[],
  meanwhile: (child: ReturnType<typeof spawn>) => Promise<void> = async () => undefined,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const opening = `import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
    const client = EventStoreDBClient.connectionString(process.argv[1]);
    const event = (said) => jsonEvent({ type: 'NoteTaken', data: { said } });`;
  const words = ['--input-type=module', '--eval', `${opening}\n${script}`, ...urls];
  const child = spawn(process.execPath, words, {
    cwd: ROOT,
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const closed = once(child, 'close') as Promise<[number | null]>;
  await meanwhile(child);
  const [code] = await closed;
  return { code, said };
}

/** Reads until there is an answer; says that there was. */
async function readAgain(client: EventStoreDBClient): Promise<boolean> {
  for (;;) {
    const read = await readAll(client).then(
      () => true,
      () => false,
    );
    if (read) return true;
  }
}
