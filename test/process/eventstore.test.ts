import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { environmentAt } from '../support/eventstore/environment.ts';
import { standIn } from '../support/eventstore/index.ts';
import { HttpClient, notStarted, serviceFor } from '../support/process.ts';

/** The service on a stand-in for EventStoreDB, as it runs for its users. */
const server = await standIn(t);

const environment = environmentAt(server.url.replace('//', '//ledger:sesame@'));

t.test('a service whose stream is at an EventStoreDB', async (t) => {
  const dataDirectory = t.testdir();
  const service = await serviceFor(t, { dataDirectory, environment });
  t.match(service.printed(), `esdb://${server.host}:${server.port}`, 'says where the stream is');
  t.match(service.printed(), join(dataDirectory, 'ledger-mirror.sqlite'), 'and its mirror');
  const admin = new HttpClient(service.url, service.adminKey);
  const key = randomUUID();
  const made = await admin.post('/v1/organisations', { name: 'Strood', roles: ['earn'] }, key);
  t.equal(made.status, 201, 'and takes writes');
  await service.end('SIGTERM');
  t.notMatch(service.printed() + service.logged(), 'sesame', 'its password is never shown');

  const types = server.stream('ledger-medway').map(({ type }) => type);
  t.same(types, ['LedgerOpened', 'AccessGranted', 'OrganisationRegistered'], 'at the server');
  const metadata = server.stream('ledger-medway').flatMap(({ metadata }) => [...metadata]);
  t.same(metadata, [], 'with nothing in the metadata');

  rmSync(join(dataDirectory, 'ledger-mirror.sqlite'));
  const again = await serviceFor(t, { dataDirectory, environment });
  const replayed = await new HttpClient(again.url, service.adminKey).post(
    '/v1/organisations',
    { name: 'Strood', roles: ['earn'] },
    key,
  );
  t.same(replayed.body, made.body, 'it knows all of it again, though its mirror was lost');
  await again.end('SIGTERM');

  server.stranger.truncate('ledger-medway', 1);
  const refused = await notStarted(t, { dataDirectory, environment });
  t.match(refused.logged, /did not start\. .*is not the one that this instance has read/);
  t.notMatch(refused.logged, /sesame|\n\s+at /, 'in a sentence, without the password');
});

t.test('a service that must end while its server is gone', async (t) => {
  const gone = await standIn(t);
  const service = await serviceFor(t, {
    dataDirectory: t.testdir(),
    environment: environmentAt(gone.url),
  });
  const admin = new HttpClient(service.url, service.adminKey);
  const swallowed = gone.faults.swallow({ times: Infinity });
  const asked = admin.post('/v1/organisations', { name: 'Strood', roles: ['earn'] }, 'key');
  await swallowed.hit();
  await gone.stop();
  const ended = service.end('SIGTERM');
  t.match(await asked, { status: 503, body: { code: 'outcome_unknown' } }, 'answers who waits');
  t.match(await ended, { code: 0, signal: null }, 'and ends in order, with what is not known');
});
