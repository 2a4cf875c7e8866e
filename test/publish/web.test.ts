import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { makeSigner } from '../../src/proofs/note.ts';
import type { PublishError } from '../../src/publish/published.ts';
import { urlAt } from '../../src/publish/web.ts';
import { leavesOf } from '../proofs/tree.ts';
import { changed, NEVER, over, sized } from './ledger.ts';

type Put = { readonly method: string; readonly url: string; readonly authorization?: string };

/** A server that keeps what is put at it. */
async function shelfFor(t: Test, answers: { puts?: number; location?: string } = {}) {
  const kept = new Map<string, string>();
  const sent: Put[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    sent.push({
      method,
      url,
      ...(headers.authorization && { authorization: headers.authorization }),
    });
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      if (method === 'GET') {
        response.writeHead(kept.has(url) ? 200 : 404).end(kept.get(url));
        return;
      }
      const status = method === 'PUT' ? (answers.puts ?? 201) : 200;
      if (status < 300) kept.set(url, text);
      const { location } = answers;
      response.writeHead(status, location === undefined ? {} : { location }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, kept, sent };
}

const error = (sending: Promise<unknown>) =>
  sending.then(
    () => undefined,
    (thrown: unknown) => thrown as PublishError,
  );

t.test('an address has a checkpoint put at it, once', async (t) => {
  const { host, kept, sent } = await shelfFor(t);
  const shelf = urlAt(`http://${host}/medway`, fetch);
  t.equal(await shelf.send(sized(5), NEVER), 'published');
  t.equal(kept.get('/medway'), sized(5).note);
  t.equal(await shelf.send(sized(5), NEVER), 'already');
  t.equal(await shelf.send(sized(9), NEVER), 'published', 'and a later one instead of it');
  t.same(
    sent.map(({ method }) => method),
    ['GET', 'PUT', 'GET', 'GET', 'PUT'],
  );
});

t.test('an address may have the size in it', async (t) => {
  const { host, kept } = await shelfFor(t);
  const shelf = urlAt(`http://${host}/medway/{size}.txt`, fetch);
  for (const size of [5, 9]) await shelf.send(sized(size), NEVER);
  t.same([...kept.keys()], ['/medway/5.txt', '/medway/9.txt']);
  t.equal(shelf.name, `http://${host}/medway/size.txt`);
});

t.test('one that takes no PUT is sent a POST', async (t) => {
  const { host, kept } = await shelfFor(t, { puts: 405 });
  t.equal(await urlAt(`http://${host}/medway`, fetch).send(sized(5), NEVER), 'published');
  t.equal(kept.get('/medway'), sized(5).note);
});

t.test('another history is not put over the one that is there', async (t) => {
  const { host, kept } = await shelfFor(t);
  kept.set('/medway', changed(5).note);
  const shelf = urlAt(`http://${host}/medway`, fetch);
  t.match(await error(shelf.send(sized(5), NEVER)), { contradicted: true });
  t.match(await error(shelf.send(sized(9), NEVER)), { contradicted: true });
  t.equal(kept.get('/medway'), changed(5).note);
  kept.set('/medway', 'a page');
  t.equal(await shelf.send(sized(9), NEVER), 'published', 'a page that is none is no matter');
});

t.test("another ledger's checkpoint is left where it is", async (t) => {
  const { host, kept } = await shelfFor(t);
  const other = over(leavesOf(3), [makeSigner('credits.example/other', Buffer.alloc(32, 6))]);
  kept.set('/medway', other.note);
  const sending = urlAt(`http://${host}/medway`, fetch).send(sized(5), NEVER);
  t.match(await error(sending), { message: /is no checkpoint that this ledger signed/ });
  t.equal(kept.get('/medway'), other.note);
});

t.test('a password goes to the address, and into no name', async (t) => {
  const { host, sent } = await shelfFor(t);
  const shelf = urlAt(`http://me:pass%20word@${host}/medway?token=secret`, fetch);
  t.notMatch(shelf.name, /pass|secret/);
  await shelf.send(sized(5), NEVER);
  const authorization = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
  t.match(sent[1], { method: 'PUT', url: '/medway?token=secret', authorization });
  const gone = urlAt(`http://me:secret@127.0.0.1:1/x?token=secret`, fetch);
  const message = (await error(gone.send(sized(5), NEVER)))?.message;
  t.match(message, /^http:\/\/127.0.0.1:1\/x did not answer/);
  t.notMatch(message, /secret/);
});

t.test('nothing follows an address to another', async (t) => {
  const other = await shelfFor(t);
  const location = `http://${other.host}/taken`;
  const { host } = await shelfFor(t, { puts: 307, location });
  const sending = urlAt(`http://${host}/medway`, fetch).send(sized(5), NEVER);
  t.match(await error(sending), { message: /sends callers elsewhere/ });
  t.same(other.sent, []);
});

t.test('one that says no is told by its status', async (t) => {
  const { host } = await shelfFor(t, { puts: 403 });
  const sending = urlAt(`http://${host}/medway`, fetch).send(sized(5), NEVER);
  t.match(await error(sending), { message: /medway did not take the checkpoint \(403\)/ });
});
