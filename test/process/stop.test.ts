import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { serviceFor, type ServiceProcess } from '../support/process.ts';
import { tillIn, type Till } from './till.ts';

/** A connection to a service that stays open until the test ends. */
class Connection {
  readonly #socket: Socket;
  #received = '';

  constructor(t: Test, { url }: ServiceProcess) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setEncoding('utf8').on('data', (text: string) => (this.#received += text));
    // A connection that the service cuts off is what these tests are about.
    this.#socket.on('error', () => undefined);
    t.teardown(() => this.#socket.destroy());
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Everything received, once it has something that fits. */
  async receives(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.#socket.closed) throw new Error(`closed after: ${this.#received}`);
      await Promise.race([once(this.#socket, 'data'), once(this.#socket, 'close')]);
    }
    return this.#received;
  }

  async connected(): Promise<void> {
    if (this.#socket.connecting) await once(this.#socket, 'connect');
  }
}

/** The two halves of a redemption; the service says when it has taken up the first. */
function redemptionInHalves({ venueId, memberId, key }: Till, idempotencyKey: string) {
  const body = JSON.stringify({ venueId, memberId, credits: '1' });
  const head = [
    'POST /v1/redemptions HTTP/1.1',
    'host: ledger',
    `authorization: Bearer ${key}`,
    `idempotency-key: ${idempotencyKey}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  return [`${head.join('\r\n')}\r\n\r\n`, body] as const;
}

/** Waits until a service takes no more connections. */
async function deaf({ url }: ServiceProcess): Promise<void> {
  const { hostname, port } = new URL(url);
  for (;;) {
    const socket = connect(Number(port), hostname);
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => socket.once('error', () => resolve(false))),
    ]).catch(() => false);
    socket.destroy();
    if (!open) return;
  }
}

t.test('SIGTERM, with requests in flight and connections kept open', async (t) => {
  const dataDirectory = t.testdir();
  const service = await serviceFor(t, { dataDirectory });
  const till = await tillIn(service);

  const kept = new Connection(t, service);
  kept.send('GET /livez HTTP/1.1\r\nhost: ledger\r\n\r\n');
  await kept.receives(/"ok":true/);
  const halves = ['one', 'two', 'three'].map((key) => {
    const connection = new Connection(t, service);
    const [head, body] = redemptionInHalves(till, key);
    connection.send(head);
    return { connection, body };
  });
  for (const { connection } of halves) await connection.receives(/100 Continue/);

  service.child.kill('SIGTERM');
  await deaf(service);
  t.pass('it takes no more connections');
  for (const { connection, body } of halves) connection.send(body);
  for (const { connection } of halves) {
    const received = await connection.receives(/"transactionId":"txn_\w+"/);
    t.match(received, /HTTP\/1\.1 201 Created/, 'a request that it had taken up is answered');
  }
  const { code } = await service.ended;
  t.equal(code, 0, 'and it ends as it should, although clients keep their connections open');

  const restarted = await serviceFor(t, { dataDirectory });
  t.equal(await till.balance(restarted), '97', 'with every answered write on the disk');
});

t.test('SIGTERM, and requests that come behind others in flight', async (t) => {
  const service = await serviceFor(t, { dataDirectory: t.testdir() });
  const till = await tillIn(service);
  const inFlight = async (key: string) => {
    const connection = new Connection(t, service);
    const [head, body] = redemptionInHalves(till, key);
    connection.send(head);
    await connection.receives(/100 Continue/);
    return { connection, body };
  };
  const [one, other] = [await inFlight('one'), await inFlight('other')];
  service.child.kill('SIGTERM');
  await deaf(service);
  one.connection.send(`${one.body}${redemptionInHalves(till, 'two').join('')}`);
  const received = await one.connection.receives(/"balance":"99".*"balance":"98"/s);
  t.match(received, /connection: close/i, 'are answered, as the last ones');
  other.connection.send(`${other.body}GET /readyz HTTP/1.1\r\nhost: ledger\r\n\r\n`);
  await other.connection.receives(/"why":"it is shutting down"/);
  t.pass('and whoever asks is told to send nobody here');
  t.equal((await service.ended).code, 0);
});

t.test('SIGTERM, with a client that connected and says nothing', async (t) => {
  const service = await serviceFor(t, { dataDirectory: t.testdir() });
  const silent = new Connection(t, service);
  await silent.connected();
  service.child.kill('SIGTERM');
  const { code, signal } = await service.ended;
  t.same({ code, signal }, { code: 0, signal: null }, 'ends the service as it should');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} to a service that is idle`, async (t) => {
    const service = await serviceFor(t, { dataDirectory: t.testdir() });
    t.match(await service.end(signal), { code: 0, signal: null }, 'ends it without a fault');
  });
}
