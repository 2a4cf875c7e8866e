import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import t from 'tap';
import { smallWorld } from '../support/world.ts';

/* Pages that are the same for everybody: worded and compressed once, and shared by all. */

const PAGES = ['/docs/', '/docs/till', '/docs/js/scalar.js', '/openapi.json', '/v1/refusals'];

for (const url of PAGES) {
  t.test(`the page ${url}`, async (t) => {
    const { app } = await smallWorld();
    const plain = await app.inject({ url });
    t.equal(plain.statusCode, 200, 'is there');
    t.equal(plain.headers['content-encoding'], undefined, 'as it is, to who says nothing');
    t.match(plain.headers['vary'], 'accept-encoding', 'and says that it has other codings');
    const again = await app.inject({ url });
    t.equal(again.headers['etag'], plain.headers['etag'], 'has one name');
    t.ok(again.rawPayload.equals(plain.rawPayload), 'and the same bytes each time');
    const gzip = await app.inject({ url, headers: { 'accept-encoding': 'gzip, deflate' } });
    t.equal(gzip.headers['content-encoding'], 'gzip', 'is compressed for who takes that');
    t.ok(gunzipSync(gzip.rawPayload).equals(plain.rawPayload), 'and is the same then');
    const brotli = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br;q=0.9' } });
    t.equal(brotli.headers['content-encoding'], 'br', 'most of all for who takes Brotli');
    t.ok(brotliDecompressSync(brotli.rawPayload).equals(plain.rawPayload), 'the same again');
    t.equal(brotli.headers['content-length'], String(brotli.rawPayload.length), 'with its length');
    t.equal(new Set([plain, gzip, brotli].map(({ headers }) => headers['etag'])).size, 3);
    const refused = { 'accept-encoding': 'br;q=0, gzip;q=0.0' };
    const identity = await app.inject({ url, headers: refused });
    t.equal(identity.headers['content-encoding'], undefined, 'and never as a reader refuses it');
    const known = { 'if-none-match': `"other", W/${String(plain.headers['etag'])}` };
    const unchanged = await app.inject({ url, headers: known });
    t.equal(unchanged.statusCode, 304, 'is not sent to who has it');
    t.equal(unchanged.body, '', 'with no byte of it');
    const head = await app.inject({ url, method: 'HEAD' });
    t.equal(head.statusCode, 200, 'and its head alone is there');
    t.equal(head.body, '');
  });
}
