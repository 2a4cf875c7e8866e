import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { makeKey } from '../../schemas/keys.ts';
import { HttpClient, notStarted, serviceFor } from '../support/process.ts';
import { tillIn } from './till.ts';

const NO_STACK = /\n\s+at /;

t.test('the first start', async (t) => {
  const dataDirectory = join(t.testdir(), 'data');
  const service = await serviceFor(t, { dataDirectory });
  const key = service.adminKey!;
  const times = service.printed().split(key).length - 1;
  t.equal(times, 1, 'prints the first admin key once');
  t.match(service.printed(), dataDirectory, 'says where the data is');
  const me = await new HttpClient(service.url, key).get('/v1/me');
  t.match(me.body, { network: 'medway', role: 'admin' }, 'the key works');
  await service.end('SIGTERM');
  t.notMatch(service.logged(), key, 'the key is not in the log');

  const again = await serviceFor(t, { dataDirectory });
  t.equal(again.adminKey, undefined, 'the second start prints none');
  const still = await new HttpClient(again.url, key).get('/v1/me');
  t.equal(still.status, 200, 'and knows the first');
});

t.test('a first start with a key of its own', async (t) => {
  const key = makeKey(new Uint8Array(10).fill(5), new Uint8Array(32).fill(6));
  const environment = { BOOTSTRAP_ADMIN_KEY: key };
  const service = await serviceFor(t, { dataDirectory: t.testdir(), environment });
  t.notMatch(service.printed(), 'tcl_', 'prints no key');
  const me = await new HttpClient(service.url, key).get('/v1/me');
  t.match(me.body, { role: 'admin' }, 'and takes the one it was given');
});

t.test('a key of its own at a later start', async (t) => {
  const dataDirectory = t.testdir();
  const first = await serviceFor(t, { dataDirectory });
  await first.end('SIGTERM');
  const key = makeKey(new Uint8Array(10).fill(5), new Uint8Array(32).fill(6));
  const environment = { BOOTSTRAP_ADMIN_KEY: key };
  const second = await serviceFor(t, { dataDirectory, environment });
  const me = await new HttpClient(second.url, key).get('/v1/me');
  t.equal(me.status, 401, 'counts for nothing');
});

t.test('a first start that could not listen', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const dataDirectory = t.testdir();
  const environment = { PORT: String(port) };
  const refused = await notStarted(t, { dataDirectory, environment });
  t.equal(refused.code, 1, 'ends with a status that a supervisor notices');
  t.match(refused.logged, String(port), 'names the port');
  t.notMatch(refused.logged, NO_STACK, 'in a sentence, not a stack');

  const second = await serviceFor(t, { dataDirectory });
  const key = /tcl_\w+/.exec(refused.printed + second.printed())?.[0];
  const me = await new HttpClient(second.url, key).get('/v1/me');
  t.equal(me.status, 200, 'and locks nobody out: the first admin key was shown');
});

t.test('a mistake in the environment', async (t) => {
  const environment = { PORT: 'http', LOG_LEVEL: 'loud' };
  const refused = await notStarted(t, { dataDirectory: t.testdir(), environment });
  t.equal(refused.code, 1, 'ends the start');
  t.match(refused.logged, /^The service did not start\. The environment has 2 mistake/);
  t.match(refused.logged, /^ {2}PORT must be a port number, 0 to 65535\.$/m, 'names each');
  t.notMatch(refused.logged, NO_STACK, 'in sentences, not a stack');
  t.equal(refused.printed, '', 'and prints nothing that looks like a start');
});

t.test("another network's data", async (t) => {
  const dataDirectory = t.testdir();
  const medway = await serviceFor(t, { dataDirectory });
  await medway.end('SIGTERM');
  const environment = { NETWORK: 'swale' };
  const refused = await notStarted(t, { dataDirectory, environment });
  t.equal(refused.code, 1, 'is not served');
  t.match(
    refused.logged,
    'The service did not start. This data holds the ledger of "medway", but NETWORK is "swale". ' +
      'Set NETWORK=medway, or choose another DATA_DIR.',
  );
});

t.test('a data folder that is a file', async (t) => {
  const dataDirectory = join(t.testdir(), 'data');
  writeFileSync(dataDirectory, '');
  const refused = await notStarted(t, { dataDirectory });
  t.equal(refused.code, 1, 'ends the start');
  t.match(refused.logged, dataDirectory, 'names it');
  t.notMatch(refused.logged, NO_STACK, 'in a sentence, not a stack');
});

t.test('a second service on the same data', async (t) => {
  const dataDirectory = t.testdir();
  const first = await serviceFor(t, { dataDirectory });
  const till = await tillIn(first);
  const refused = await notStarted(t, { dataDirectory });
  t.equal(refused.code, 1, 'does not start');
  t.match(
    refused.logged,
    /did not start\. Another process is writing to this ledger .*choose another DATA_DIR\./,
    'and says what to do',
  );
  t.equal((await till.redeem('sale')).status, 201, 'while the first writes on');

  await first.end('SIGKILL');
  const second = await serviceFor(t, { dataDirectory });
  t.equal((await till.redeem('next', second)).status, 201, 'and a crash leaves the data free');
});

t.test('members with cards, and the key to the cards gone', async (t) => {
  const dataDirectory = t.testdir();
  const service = await serviceFor(t, { dataDirectory });
  const till = await tillIn(service);
  const admin = new HttpClient(service.url, till.key);
  const card = await admin.post(`/v1/members/${till.memberId}/cards`, {}, 'card');
  t.equal(card.status, 201);
  await service.end('SIGTERM');
  rmSync(join(dataDirectory, 'card.key'));
  const refused = await notStarted(t, { dataDirectory });
  t.equal(refused.code, 1, 'keep the service from starting');
  t.match(refused.logged, /did not start\. The members have cards, but .*card\.key, is missing/);
});

t.test('a ledger on EventStoreDB without the keys that its instances share', async (t) => {
  const environment = { JOURNAL_URL: 'esdb://ledger:hunter2@127.0.0.1:9?tls=false' };
  const refused = await notStarted(t, { dataDirectory: t.testdir(), environment });
  t.equal(refused.code, 1, 'is not served');
  t.match(refused.logged, /did not start\. There is no CARD_KEY\. .*timecredits keys/);
  t.notMatch(refused.logged, NO_STACK, 'in a sentence, not a stack');
  t.notMatch(refused.logged, 'hunter2', 'in which no password stands');
});
