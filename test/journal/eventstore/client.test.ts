import { UnavailableError } from '@eventstore/db-client';
import t from 'tap';
import { openClient } from '../../../src/journal/eventstore/client.ts';

const NOWHERE =
  'esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=1&discoveryInterval=1';

t.test('a client that finds nobody to reconnect to', async (t) => {
  const { client, close } = openClient(NOWHERE);
  t.teardown(close);
  const reading = client.readStream('ledger-test');
  reading.on('error', () => undefined);
  type Reconnect = (client: unknown, error: Error) => Promise<void>;
  const reconnect = Reflect.get(client, 'handleError') as Reconnect;
  await t.resolves(
    reconnect(undefined, new UnavailableError()),
    'leaves nothing unhandled, which would end the process',
  );
});

t.test('a client that was never connected', async (t) => {
  const { close } = openClient('esdb://127.0.0.1:1?tls=false');
  await t.resolves(close(), 'can be closed');
  await t.resolves(close(), 'and closed again');
});
